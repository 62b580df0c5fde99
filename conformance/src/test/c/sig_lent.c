/* Signal masks changed, and handlers left, without the kernel once that has been done often: pending signals, senders and everybody who looks must find the mask as it is. */
#include "t.h"
#include <sys/prctl.h>
#include <ucontext.h>
static volatile int *shared;
static volatile int usr1, usr2, depth, deepest, left;
static sigjmp_buf back;
static void count1(int s) { (void)s; usr1++; }
static void count2(int s) { (void)s; usr2++; }
static void handle(int s, void (*h)(int), int flags, int block) {
    struct sigaction sa = {.sa_handler = h, .sa_flags = flags};
    if (block) sigaddset(&sa.sa_mask, block);
    sigaction(s, &sa, NULL);
}
static int mask(int how, int s) { sigset_t m; sigemptyset(&m); if (s) sigaddset(&m, s); return sigprocmask(how, &m, NULL); }
static long now(void) { long m = 0; syscall(SYS_rt_sigprocmask, 0, NULL, &m, 8); return m; }
static void blocked(const char *what, int pid) {
    char line[200];
    snprintf(line, sizeof line, "/proc/%d/status", pid);
    FILE *f = fopen(line, "r");
    while (fgets(line, sizeof line, f)) if (!strncmp(line, "SigBlk", 6) || !strncmp(line, "SigPnd", 6) || !strncmp(line, "ShdPnd", 6)) printf("%s %s", what, line);
    fclose(f); fflush(stdout);
}
static void warm(void) {
    handle(SIGUSR1, count1, 0, 0);
    for (int i = 0; i < 300; i++) {
        mask(SIG_BLOCK, SIGHUP); mask(SIG_UNBLOCK, SIGHUP);
        syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1);
    }
    usr1 = usr2 = 0;
}
static void alone(void) {
    mask(SIG_BLOCK, SIGUSR1); raise(SIGUSR1); P(usr1); blocked("pending", getpid());
    mask(SIG_BLOCK, SIGUSR2); P(now()); mask(SIG_UNBLOCK, SIGUSR2); P(usr1);
    mask(SIG_UNBLOCK, SIGUSR1); P(usr1); P(now());
    mask(SIG_BLOCK, SIGUSR1); kill(getpid(), SIGUSR1); kill(getpid(), SIGUSR1); mask(SIG_SETMASK, SIGTERM); P(usr1); P(now());
    blocked("term", getpid()); raise(SIGTERM); handle(SIGTERM, SIG_IGN, 0, 0); mask(SIG_SETMASK, 0); P(now());
    sigset_t all, old; sigfillset(&all); sigprocmask(SIG_SETMASK, &all, NULL); P(now()); sigprocmask(SIG_SETMASK, NULL, &old); P(sigismember(&old, SIGKILL)); P(sigismember(&old, SIGINT)); mask(SIG_SETMASK, 0);
    P(syscall(SYS_rt_sigprocmask, 3, &all, NULL, 8)); P(syscall(SYS_rt_sigprocmask, -1, &all, NULL, 8)); P(syscall(SYS_rt_sigprocmask, 99, NULL, NULL, 8)); P(syscall(SYS_rt_sigprocmask, 0, &all, NULL, 16));
    P(syscall(SYS_rt_sigprocmask, 0, 16, NULL, 8)); P(syscall(SYS_rt_sigprocmask, 0, NULL, 16, 8)); P(now());
    mask(SIG_BLOCK, SIGHUP); P(syscall(SYS_rt_sigprocmask, 2, &old, 16, 8)); P(now()); mask(SIG_SETMASK, 0);
    sigset_t s; sigemptyset(&s); sigaddset(&s, SIGUSR1); sigprocmask(SIG_BLOCK, &s, NULL); raise(SIGUSR1);
    struct timespec t = {0, 0}; P(sigtimedwait(&s, NULL, &t)); P(sigtimedwait(&s, NULL, &t));
    int fd = signalfd(-1, &s, 0); raise(SIGUSR1); struct signalfd_siginfo si; P(read(fd, &si, sizeof si) == sizeof si); P(si.ssi_signo); close(fd);
    raise(SIGUSR1); sigset_t none; sigemptyset(&none); P(sigsuspend(&none)); P(usr1); P(now()); mask(SIG_SETMASK, 0);
    struct itimerval it = {{0, 0}, {0, 20000}}; usr2 = 0; handle(SIGALRM, count2, 0, 0); mask(SIG_BLOCK, SIGALRM); setitimer(ITIMER_REAL, &it, NULL);
    sigset_t p; do { sigpending(&p); } while (!sigismember(&p, SIGALRM)); P(usr2); mask(SIG_UNBLOCK, SIGALRM); P(usr2);
    setitimer(ITIMER_REAL, &it, NULL); while (usr2 < 2) {} P(usr2);
}
/* The other process sends and looks while this one only computes. */
static void others(void) {
    fflush(stdout);
    int pid = fork(), st;
    if (!pid) {
        warm();
        handle(SIGUSR2, count2, 0, 0);
        mask(SIG_BLOCK, SIGUSR1); shared[0] = 1; while (shared[0] == 1) {}
        P(usr1); mask(SIG_UNBLOCK, SIGUSR1); P(usr1);
        shared[0] = 3; while (!usr2) {} P(usr2); P(now());
        mask(SIG_BLOCK, SIGTERM); mask(SIG_UNBLOCK, SIGTERM); shared[0] = 4; for (;;) {}
    }
    while (shared[0] != 1) usleep(1000);
    blocked("child", pid); P(kill(pid, SIGUSR1)); blocked("child", pid); shared[0] = 2;
    while (shared[0] != 3) usleep(1000);
    int sent = kill(pid, SIGUSR2);
    while (shared[0] != 4) usleep(1000);
    P(sent);
    blocked("child", pid); P(kill(pid, SIGTERM)); waitpid(pid, &st, 0); P(WTERMSIG(st));
}
static void nested(int s) {
    if (++depth > deepest) deepest = depth;
    if (depth < 3 && left-- > 0) syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1);
    if (s == SIGUSR1 && depth == 1) raise(SIGUSR2);
    depth--;
}
static void in_handler(int s) { (void)s; printf("in handler %lx\n", now()); usr2++; }
static void jumps(int s) { (void)s; mask(SIG_BLOCK, SIGHUP); siglongjmp(back, 1); }
static void changes(int s, siginfo_t *i, void *u) { (void)s; (void)i; ucontext_t *c = u; sigaddset(&c->uc_sigmask, SIGHUP); c->uc_mcontext.gregs[REG_RAX] = 77; c->uc_mcontext.gregs[REG_EFL] |= 1; }
static void skips(int s, siginfo_t *i, void *u) { (void)s; (void)i; ((ucontext_t *)u)->uc_mcontext.gregs[REG_RIP] += 2; usr2++; }
static void no_frame(int s, siginfo_t *i, void *u) { (void)s; (void)i; ((ucontext_t *)u)->uc_mcontext.fpregs = (void *)0x1001; }
static void odd_frame(int s, siginfo_t *i, void *u) { (void)s; (void)i; memset((char *)((ucontext_t *)u)->uc_mcontext.fpregs + 512, 0xff, 64); }
static void action(int s, void (*h)(int, siginfo_t *, void *), int flags) { struct sigaction sa = {.sa_sigaction = h, .sa_flags = SA_SIGINFO | flags}; sigaction(s, &sa, NULL); }
static void handlers(void) {
    deepest = 0; left = 5; handle(SIGUSR1, nested, SA_NODEFER, 0); handle(SIGUSR2, nested, 0, 0); raise(SIGUSR1); P(deepest); P(depth); P(now());
    deepest = 0; left = 5; handle(SIGUSR1, nested, 0, 0); raise(SIGUSR1); P(deepest); P(now());
    usr2 = 0; handle(SIGUSR1, in_handler, 0, SIGUSR2); handle(SIGUSR2, in_handler, SA_RESETHAND, 0); raise(SIGUSR1); raise(SIGUSR2); P(usr2);
    mask(SIG_BLOCK, SIGUSR1); mask(SIG_BLOCK, SIGUSR2); handle(SIGUSR2, in_handler, 0, 0); raise(SIGUSR2); raise(SIGUSR1); mask(SIG_SETMASK, SIGHUP); P(usr2); P(now()); mask(SIG_SETMASK, 0);
    handle(SIGUSR1, jumps, 0, SIGTERM); for (int i = 0; i < 3; i++) { if (!sigsetjmp(back, 1)) raise(SIGUSR1); printf("%lx\n", now()); }
    action(SIGUSR1, changes, 0); P(syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1)); P(now()); mask(SIG_SETMASK, 0);
    action(SIGILL, skips, 0); usr2 = 0; for (int i = 0; i < 20; i++) __asm__ volatile("ud2"); P(usr2);
    double d = 1.5; for (int i = 0; i < 20; i++) { d *= 2; syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1); } P(d); mask(SIG_SETMASK, 0);
    stack_t ss = {.ss_sp = malloc(65536), .ss_size = 65536}, got; handle(SIGUSR1, count1, SA_ONSTACK, 0);
    for (int i = 0; i < 2; i++) {
        sigaltstack(&ss, NULL); usr1 = 0; raise(SIGUSR1); raise(SIGUSR1); P(usr1); sigaltstack(NULL, &got); P(got.ss_sp == ss.ss_sp); P(got.ss_flags); P(got.ss_size);
        ss.ss_flags = 1 << 31; 
    }
    ss.ss_flags = SS_DISABLE; sigaltstack(&ss, NULL); raise(SIGUSR1); P(usr1);
}
static void deaths(void) {
    int st;
    void (*bad[])(int, siginfo_t *, void *) = {no_frame, odd_frame};
    for (int i = 0; i < 2; i++) {
        fflush(stdout);
        if (!fork()) { prctl(PR_SET_DUMPABLE, 0); signal(SIGSEGV, SIG_DFL); action(SIGUSR1, bad[i], 0); raise(SIGUSR1); printf("lives\n"); fflush(stdout); _exit(0); }
        wait(&st); P(WTERMSIG(st));
    }
    mask(SIG_BLOCK, SIGHUP); fflush(stdout);
    if (!fork()) { P(now()); blocked("forked", getpid()); mask(SIG_BLOCK, SIGINT); execl("/bin/grep", "grep", "SigBlk", "/proc/self/status", NULL); _exit(9); }
    wait(&st); P(st); mask(SIG_SETMASK, 0);
}
static void *thread(void *arg) { (void)arg; P(now()); mask(SIG_BLOCK, SIGUSR2); shared[1] = 1; while (usr1 < 1) {} mask(SIG_UNBLOCK, SIGUSR1); return NULL; }
static void threads(void) {
    pthread_t t;
    handle(SIGUSR1, count1, 0, 0); handle(SIGUSR2, count2, 0, 0); usr1 = usr2 = 0;
    mask(SIG_BLOCK, SIGHUP); shared[1] = 0;
    pthread_create(&t, NULL, thread, NULL);
    mask(SIG_BLOCK, SIGUSR1); while (!shared[1]) {}
    kill(getpid(), SIGUSR1); pthread_join(t, NULL); P(usr1);
    kill(getpid(), SIGUSR1); P(usr1); mask(SIG_UNBLOCK, SIGUSR1); P(usr1); P(now());
    mask(SIG_SETMASK, 0);
}
int main(void) {
    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 2; i++) { warm(); alone(); warm(); handlers(); signal(SIGTERM, SIG_DFL); }
    warm(); others();
    warm(); deaths();
    warm(); threads();
    warm(); alone(); warm(); handlers();
    return 0;
}
