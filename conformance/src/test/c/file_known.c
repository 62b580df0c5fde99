/*
 * Reads and writes that a guest thread makes without the kernel once it knows that nothing comes of them (/dev/zero, /dev/null): another file at the same descriptor, bad memory, counters and watchers are
 * as if every call had been the kernel's.
 */
#include "t.h"
#define PG 4096L
static int zero, null, sink;
static char buf[3 * PG];
/* Long enough for the calls' sites to have been seen. */
static void warm(void) {
    for (int i = 0; i < 3000; i++) {
        buf[0] = 7;
        if (read(zero, buf, 1) != 1 || buf[0] || read(null, buf, 10) != 0 || write(sink, buf, 100) != 100) { puts("warm: no"); exit(1); }
    }
}
static int all(char c, long n) { for (long i = 0; i < n; i++) if (buf[i] != c) return 0; return 1; }
static void amounts(void) {
    long sizes[] = {0, 1, 7, 8, 9, 127, 128, 129, PG - 1, 2 * PG};
    for (int i = 0; i < 10; i++) {
        memset(buf, 'x', sizeof buf);
        long n = read(zero, buf, sizes[i]);
        char after = buf[sizes[i]];
        printf("read %ld: %ld %d %c\n", sizes[i], n, all(0, sizes[i]), after);
    }
    memset(buf, 'x', sizeof buf);
    long n, fd = zero;
    register void *call __asm__("r12") = (void *)read;
    __asm__ volatile("mov %%rsp, %%rbx\n\tsub $256, %%rsp\n\tand $-16, %%rsp\n\tstd\n\tcall *%%r12\n\tcld\n\tmov %%rbx, %%rsp"
                     : "=a"(n) : "D"(fd), "S"(buf + PG), "d"(PG), "r"(call)
                     : "rbx", "rcx", "r8", "r9", "r10", "r11", "memory");
    printf("backwards: %ld %d %c %c\n", n, !memcmp(buf + PG, buf + PG + 1, PG - 1), buf[PG - 1], buf[2 * PG]);
    P(write(sink, NULL, 5));
    P(write(sink, (void *)-PG, 5));
    P(write(sink, (void *)0x7ffffffff000, 5));
    P(read(null, NULL, 5));
    P(read(zero, NULL, 5));
    P(read(zero, (void *)-PG, 5));
    P(read(zero, NULL, 0));
    P(read(zero, buf, -1));
    P(write(zero, buf, 5));
    P(read(sink, buf, 5));
    P(lseek(zero, 0, SEEK_CUR));
    char *p = mmap(NULL, 3 * PG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(p, 'x', 2 * PG);
    mprotect(p + PG, PG, PROT_READ);
    P(read(zero, p + PG - 3, 3));
    P(read(zero, p + PG - 3, 300));
    P(read(zero, p + PG, 3));
    printf("%c %d %c\n", p[PG - 4], p[PG - 1], p[PG]);
    P(read(zero, p + PG, 0));
    munmap(p, 3 * PG);
}
static void changes(void) {
    int other = open("/dev/null", O_RDWR), old = dup(zero), pair[2];
    P(dup2(other, zero) == zero);
    P(read(zero, buf, 5));
    P(dup2(old, zero) == zero);
    warm();
    P(close(zero));
    P(read(zero, buf, 5));
    P(dup3(old, zero, O_CLOEXEC) == zero);
    warm();
    pipe(pair);
    dup2(pair[1], sink);
    P(write(sink, "hello", 5));
    P(read(pair[0], buf, 5));
    P(!memcmp(buf, "hello", 5));
    close(sink);
    P(open("/dev/null", O_WRONLY) == sink);
    warm();
    P((int)syscall(SYS_close_range, sink, sink, 0));
    P(write(sink, "hello", 5));
    P(open("/dev/null", O_WRONLY) == sink);
}
static void *closer(void *unused) { (void)unused; close(zero); return NULL; }
static void *reader(void *unused) {
    warm();
    P(unshare(CLONE_FILES));
    P(close(zero));
    P(read(zero, buf, 5));
    return unused;
}
static void sharing(void) {
    pthread_t t;
    int old = dup(zero), status;
    warm();
    pthread_create(&t, NULL, closer, NULL);
    pthread_join(t, NULL);
    P(read(zero, buf, 5));
    dup2(old, zero);
    pthread_create(&t, NULL, reader, NULL);
    pthread_join(t, NULL);
    P(read(zero, buf, 5));
    warm();
    if (!fork()) {
        P(read(zero, buf, 5));
        close(zero);
        P(read(zero, buf, 5));
        fflush(stdout);
        _exit(0);
    }
    wait(&status);
    P(read(zero, buf, 5));
}
static long counter(const char *name) {
    char line[100]; long v = -1;
    FILE *f = fopen("/proc/self/io", "r");
    while (fgets(line, sizeof line, f)) if (!strncmp(line, name, strlen(name))) v = atol(line + strlen(name) + 1);
    fclose(f);
    return v;
}
static void counters(void) {
    long before = counter("syscr"), calls = counter("syscr"), look = calls - before; /* which is what looking takes */
    for (int i = 0; i < 50; i++) read(zero, buf, 10);
    printf("reads %ld\n", counter("syscr") - calls - look);
    long writes = counter("syscw"), written = counter("wchar");
    for (int i = 0; i < 50; i++) write(sink, buf, 10);
    printf("writes %ld bytes %ld\n", counter("syscw") - writes, counter("wchar") - written);
}
static void watching(void) {
    int in = inotify_init1(IN_NONBLOCK);
    char events[1000];
    warm();
    int wd = inotify_add_watch(in, "/dev/null", IN_MODIFY);
    P(wd);
    P(write(sink, buf, 1));
    P(read(in, events, sizeof events));
    inotify_rm_watch(in, wd);
    close(in);
    warm();
}
int main(void) {
    zero = open("/dev/zero", O_RDONLY);
    null = open("/dev/null", O_RDONLY);
    sink = open("/dev/null", O_WRONLY);
    warm();
    amounts();
    changes();
    sharing();
    counters();
    watching();
    P(dup2(zero, 70));
    zero = 70;
    warm();
    close(70);
    P(read(zero, buf, 1));
    return 0;
}
