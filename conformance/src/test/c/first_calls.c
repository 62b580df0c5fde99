#include "t.h"
/* The calls with which programs begin, asked often and out of the ordinary: brk(2), prlimit(2), getrandom(2), arch_prctl(2), rt_sigaction(2). */
struct action {
    void *handler;
    unsigned long flags;
    void *restorer;
    unsigned long mask;
};
static long sa(int n, struct action *act, struct action *old) { return syscall(SYS_rt_sigaction, n, act, old, 8); }
static void show(const char *when, int n) {
    struct action a = {(void *)9, 9, (void *)9, 9};
    long r = sa(n, NULL, &a);
    printf("%s: signal %d: %ld handler %ld flags %lx restorer %ld mask %lx\n", when, n, r, (long)a.handler, a.flags, (long)a.restorer, a.mask);
    fflush(stdout);
}
static void *asker(void *x) {
    show("thread", SIGUSR1);
    return x;
}
static void actions(void) {
    struct action plain = {0, 0x4000000, (void *)0x1234, 0}, other = {0, 0x4000000, (void *)0x5678, 0}, masked = {0, 0x4000000, (void *)0x1234, 1 << 9},
                  handled = {(void *)0x4321, 0x4000000, (void *)0x1234, 0}, ignored = {(void *)1, 0, 0, 0}, old = {(void *)9, 9, (void *)9, 9};
    show("new", SIGUSR1);
    P(sa(SIGUSR1, &plain, &old));
    P(old.flags);
    show("set", SIGUSR1);
    show("others", SIGUSR2);
    P(sa(SIGUSR1, &plain, &old));
    printf("old: %lx %ld\n", old.flags, (long)old.restorer);
    P(sa(SIGUSR2, &plain, NULL));
    P(sa(SIGPIPE, &other, NULL));
    show("other restorer", SIGPIPE);
    P(sa(SIGTERM, &masked, NULL));
    show("masked", SIGTERM);
    P(sa(SIGHUP, &handled, NULL));
    P(sa(SIGHUP, &plain, &old));
    printf("old: %ld\n", (long)old.handler);
    P(sa(SIGQUIT, &ignored, NULL));
    P(sa(SIGQUIT, &plain, &old));
    printf("old: %ld\n", (long)old.handler);
    P(sa(SIGKILL, &plain, NULL));
    P(sa(SIGKILL, NULL, &old));
    P(sa(65, &plain, NULL));
    P(sa(0, NULL, &old));
    P(sa(SIGXCPU, (void *)1, NULL));
    P(sa(SIGXCPU, &plain, (void *)1));
    show("after a bad address", SIGXCPU);
    P(syscall(SYS_rt_sigaction, SIGXCPU, &plain, &old, 4));
    if (fork() == 0) {
        show("child", SIGUSR1);
        show("child", SIGUSR2);
        P(sa(SIGXFSZ, &plain, NULL));
        show("child", SIGXFSZ);
        _exit(0);
    }
    wait(NULL);
    show("parent", SIGXFSZ);
    pthread_t t;
    pthread_create(&t, NULL, asker, NULL);
    pthread_join(t, NULL);
    P(sa(SIGXFSZ, &plain, NULL));
    show("shared before", SIGXFSZ);
    // What is pending and blocked goes when the default action, to ignore it, is set.
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGCHLD);
    sigpending(&set);
    P(sigismember(&set, SIGCHLD));
    P(sa(SIGCHLD, &plain, NULL));
    sigpending(&set);
    P(sigismember(&set, SIGCHLD));
}
static void limits(void) {
    struct rlimit l, low = {100, 200};
    P(prlimit(0, RLIMIT_NPROC + 100, NULL, &l));
    P(prlimit(0, RLIMIT_NOFILE, NULL, (void *)1));
    P(prlimit(0, RLIMIT_NOFILE, &low, &l));
    P(prlimit(0, RLIMIT_NOFILE, NULL, &l));
    P(l.rlim_cur);
    P(l.rlim_max);
    pid_t parent = getpid();
    if (fork() == 0) {
        low.rlim_cur = 50;
        P(prlimit(parent, RLIMIT_NOFILE, &low, NULL));
        P(getrlimit(RLIMIT_NOFILE, &l));
        P(l.rlim_cur);
        _exit(0);
    }
    wait(NULL);
    P(getrlimit(RLIMIT_NOFILE, &l));
    P(l.rlim_cur);
}
static void randoms(void) {
    unsigned long seen[40] = {0};
    for (int i = 0; i < 20; i++) {
        if (syscall(SYS_getrandom, &seen[i], 8, i & 1) != 8) P(i);
    }
    if (fork() == 0) _exit(0);
    wait(NULL);
    int same = 0;
    for (int i = 0; i < 20; i++)
        for (int j = 0; j < i; j++) same += seen[i] == seen[j];
    P(same);
    P(syscall(SYS_getrandom, seen, 16, 4));
    P(syscall(SYS_getrandom, seen, 16, 8));
    P(syscall(SYS_getrandom, seen, 16, 6));
    P(syscall(SYS_getrandom, seen, 0, 0));
    P(syscall(SYS_getrandom, seen, 5, 0));
    P(syscall(SYS_getrandom, (void *)1, 8, 0));
}
static void breaks(void) {
    char *start = (char *)syscall(SYS_brk, 0), *now;
    P(start != NULL);
    P(syscall(SYS_brk, start - (1L << 40)) == (long)start);
    for (int i = 1; i <= 60; i++) {
        now = (char *)syscall(SYS_brk, start + i * 5000);
        if (now != start + i * 5000) P(i);
        now[-1] = i;
    }
    P(syscall(SYS_brk, 0) == (long)now);
    P(syscall(SYS_brk, -1L) == (long)now);
    P(syscall(SYS_brk, start + 5000) == (long)start + 5000);
    now = (char *)syscall(SYS_brk, start + 100000);
    int dirty = 0;
    for (char *p = start + 8192 + 4096; p < now; p++) dirty += *p != 0;
    P(dirty); // fresh memory is zero
    char path[100];
    FILE *maps = fopen("/proc/self/maps", "r");
    unsigned long from, to, last = 0;
    while (fgets(path, sizeof path, maps)) {
        if (sscanf(path, "%lx-%lx", &from, &to) == 2 && from < (unsigned long)now && to >= (unsigned long)now) last = to;
    }
    fclose(maps);
    P(last == (((unsigned long)now + 4095) & -4096UL));
    struct rlimit l = {1 << 20, RLIM_INFINITY};
    P(setrlimit(RLIMIT_DATA, &l));
    P(syscall(SYS_brk, now + (4 << 20)) == (long)now);
    // Something else stands where the heap would go.
    l.rlim_cur = RLIM_INFINITY;
    P(setrlimit(RLIMIT_DATA, &l));
    char *block = (char *)(((unsigned long)now + 4095) & -4096UL) + 16384;
    P(mmap(block, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == block);
    P(syscall(SYS_brk, block + 100) == (long)now);
    P(syscall(SYS_brk, block - 8192) == (long)block - 8192);
    if (fork() == 0) {
        P(syscall(SYS_brk, 0) == (long)block - 8192);
        P(munmap(block, 4096));
        P(syscall(SYS_brk, block + 100) == (long)block + 100);
        _exit(0);
    }
    wait(NULL);
    P(syscall(SYS_brk, 0) == (long)block - 8192);
}
int main(void) {
    setvbuf(stdout, NULL, _IONBF, 0); // no memory of the heap's
    actions();
    limits();
    randoms();
    unsigned long fs = 0;
    P(syscall(SYS_arch_prctl, 0x1003, &fs));
    P(fs == (unsigned long)__builtin_thread_pointer());
    P(syscall(SYS_arch_prctl, 0x1002, 1UL << 63));
    P(syscall(SYS_arch_prctl, 0x1002, fs));
    P(syscall(SYS_arch_prctl, 0x9999, fs));
    breaks();
    return 0;
}
