/*
 * Memory calls that a guest thread makes without the kernel once it has made many: whoever looks then must see what a kernel would have known at once. Sizes are odd and large, so that
 * no gap between libraries is as large and every new mapping goes below the one before.
 */
#include "t.h"
#include <sys/personality.h>
#define PG 4096L
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW (PROT_READ | PROT_WRITE)
#define BIG (37 * 1048576L + 3 * PG)
static volatile int *shared;
static sigjmp_buf back;
static volatile int code;
static char *map(long length) { return mmap(NULL, length, RW, ANON, -1, 0); }
/* Long enough for the calls' sites to have been seen, wherever they are. */
static void warm(void) {
    char *p = map(4 * PG);
    for (int i = 0; i < 3000; i++) {
        char *m = map(BIG);
        m[i & 4095] = 1;
        munmap(m, BIG);
        mprotect(p, PG, PROT_READ);
        mprotect(p, PG, RW);
    }
    munmap(p, 4 * PG);
}
/* Neighbours that agree count as one: whether the host joins them depends on what was in them before. */
static void lines(const char *what, int pid, char *from, char *to) {
    char line[400], perm[8], last[8] = "";
    unsigned long a, b, start = 0, end = 0;
    snprintf(line, sizeof line, "/proc/%d/maps", pid);
    FILE *f = fopen(line, "r");
    printf("%s:", what);
    while (fgets(line, sizeof line, f)) {
        sscanf(line, "%lx-%lx %7s", &a, &b, perm);
        if (b <= (unsigned long)from || a >= (unsigned long)to) continue;
        a = (a < (unsigned long)from ? 0 : a - (unsigned long)from) / PG;
        b = ((b > (unsigned long)to ? (unsigned long)to : b) - (unsigned long)from) / PG;
        if (end == a && !strcmp(last, perm)) { end = b; continue; }
        if (end) printf(" %ld-%ld %s", start, end, last);
        start = a; end = b; strcpy(last, perm);
    }
    if (end) printf(" %ld-%ld %s", start, end, last);
    puts("");
    fclose(f);
    fflush(stdout);
}
static long status(const char *name) {
    char line[200]; long v = -1;
    FILE *f = fopen("/proc/self/status", "r");
    while (fgets(line, sizeof line, f)) if (!strncmp(line, name, strlen(name))) v = atol(line + strlen(name) + 1);
    fclose(f);
    return v;
}
static void on_fault(int s, siginfo_t *i, void *u) { (void)u; code = s == SIGSEGV ? i->si_code : -s; siglongjmp(back, 1); }
static int touch(char *p, int write) {
    code = 0;
    if (!sigsetjmp(back, 1)) { if (write) *(volatile char *)p = 1; else (void)*(volatile char *)p; }
    return code;
}
static void places(void) {
    char *a = map(BIG), *b = map(BIG), *c = map(BIG);
    P(a - b == BIG); P(b - c == BIG);
    lines("three", getpid(), c, a + BIG);
    P(munmap(b, BIG)); P(touch(b, 0)); P(touch(b + BIG, 0)); P(touch(b - 1, 0));
    lines("middle gone", getpid(), c, a + BIG);
    P(map(BIG + PG) == c - BIG - PG); P(map(BIG) == b); P(munmap(c - BIG - PG, BIG + PG));
    P(munmap(c, PG)); P(map(PG * 2) != c); P(touch(c, 0)); P(mprotect(c, 3 * PG, RW)); P(mprotect(c + PG, 2 * PG, PROT_READ)); P(touch(c + PG, 1)); P(touch(c + PG, 0));
    P(mprotect(c + PG, PG, PROT_NONE)); P(touch(c + PG, 0)); P(touch(c + 2 * PG, 1)); P(mprotect(c - PG, 3 * PG, RW)); P(mprotect(c + PG, 4096 * PG, RW)); P(touch(c + 2 * PG, 1));
    P(mprotect(c + PG + 1, PG, RW)); P(mprotect(c + PG, 0, RW)); P(mprotect(c + PG, PG, 0x100)); P(mprotect((char *)-PG, 2 * PG, RW)); P(mprotect(c + PG, -PG, RW));
    P(munmap(c + PG + 1, PG)); P(munmap(c + PG, 0)); P(munmap(c + PG, -PG));
    P(mmap(NULL, 0, RW, ANON, -1, 0) == MAP_FAILED); P(mmap(NULL, PG, RW, ANON, -1, 1) == MAP_FAILED); P(mmap(NULL, PG, RW, MAP_ANONYMOUS, -1, 0) == MAP_FAILED); P(mmap(NULL, -PG, RW, ANON, -1, 0) == MAP_FAILED);
    char *d = mmap(a + PG, PG, PROT_READ, ANON | MAP_FIXED, -1, 0);
    P(d == a + PG); P(touch(d, 1)); lines("fixed", getpid(), a, a + 4 * PG);
    d = mremap(a, BIG, BIG - PG, 0); P(d == a);
    a[0] = 5; P(madvise(a, PG, MADV_DONTNEED)); P(a[0]);
    munmap(b, 2 * BIG); munmap(c, BIG);
}
/* Other processes look while this one only computes. */
static void watched(void) {
    fflush(stdout);
    int pid = fork();
    if (!pid) {
        warm();
        char *m = map(BIG);
        m[0] = 42;
        mprotect(m + PG, PG, PROT_READ);
        *(char *volatile *)(shared + 4) = m;
        shared[0] = 1;
        while (shared[0] == 1) {}
        munmap(m, BIG);
        shared[0] = 3;
        while (shared[0] == 3) {}
        m = map(BIG);
        shared[0] = m == MAP_FAILED ? 99 : 5;
        while (shared[0] != 6) {}
        m = map(PG);
        P(m != MAP_FAILED);
        _exit(0);
    }
    while (shared[0] != 1) usleep(1000);
    char *m = *(char *volatile *)(shared + 4), byte = 0;
    struct iovec to = {&byte, 1}, from = {m, 1};
    P(process_vm_readv(pid, &to, 1, &from, 1, 0)); P(byte);
    lines("child", pid, m, m + BIG);
    shared[0] = 2;
    while (shared[0] != 3) usleep(1000);
    lines("child", pid, m, m + BIG);
    P(process_vm_readv(pid, &to, 1, &from, 1, 0));
    struct rlimit r = {1 << 20, RLIM_INFINITY};
    P(prlimit(pid, RLIMIT_AS, &r, NULL));
    shared[0] = 4;
    while (shared[0] == 4) usleep(1000);
    P(shared[0]);
    r.rlim_cur = RLIM_INFINITY; P(prlimit(pid, RLIMIT_AS, &r, NULL));
    shared[0] = 6;
    int st; P(waitpid(pid, &st, 0) == pid); P(st);
}
static void children(void) {
    int st;
    char *m = map(BIG);
    m[0] = 7;
    mprotect(m, PG, PROT_READ);
    fflush(stdout);
    if (!fork()) { signal(SIGSEGV, SIG_DFL); printf("child reads %d\n", m[0]); fflush(stdout); m[0] = 1; _exit(1); }
    wait(&st); P(WTERMSIG(st));
    mprotect(m, PG, RW);
    if (!fork()) { m[0] = 8; munmap(m, PG); char *n = map(BIG); P(m - n == BIG); lines("child", getpid(), m, m + 4 * PG); _exit(m[PG]); }
    wait(&st); P(st); P(m[0]);
    if (!vfork()) { munmap(m, PG); _exit(0); }
    P(touch(m, 0)); wait(&st); lines("after vfork", getpid(), m, m + 4 * PG);
    if (!vfork()) { execl("/bin/true", "true", NULL); _exit(9); }
    wait(&st); P(st);
    char *n = map(BIG); P(m - n == BIG);
    munmap(n, BIG); munmap(m + PG, BIG - PG);
}
/* What the kernel writes goes where the program can write now. */
static void reads(void) {
    int p[2]; char b[8] = "";
    MUST(pipe(p));
    char *m = map(BIG);
    MUST(write(p[1], "abcdef", 6));
    P(read(p[0], m, 1)); P(m[0]);
    mprotect(m, PG, PROT_READ); P(read(p[0], m, 1)); P(m[0]);
    mprotect(m, PG, PROT_NONE); P(read(p[0], m, 1)); P(write(p[1], m, 1));
    mprotect(m, PG, RW); P(read(p[0], m, 1)); P(m[0]);
    munmap(m, BIG); P(read(p[0], m, 1));
    m = map(BIG); P(read(p[0], m, 1)); P(m[0]); munmap(m, BIG);
    P(read(p[0], b, 8)); puts(b);
}
static void sizes(void) {
    long size = status("VmSize"), data = status("VmData");
    char *m = map(BIG); munmap(m, BIG);
    P(status("VmSize") - size); P(status("VmData") - data); P(status("VmPeak") - size >= BIG / 1024);
    m = map(BIG); P(status("VmSize") - size); P(status("VmData") - data);
    mprotect(m, PG * 2, PROT_READ); P(status("VmData") - data);
    char *all[200];
    for (int i = 0; i < 200; i++) all[i] = mmap(NULL, BIG, i & 1 ? RW : PROT_READ, ANON, -1, 0);
    P(status("VmSize") - size); P(m - all[199] == 200 * BIG);
    P(touch(all[198], 1)); P(touch(all[199], 1)); P(touch(all[0], 0));
    for (int i = 199; i >= 0; i--) munmap(all[i], BIG);
    P(status("VmSize") - size);
    struct rlimit r, old; getrlimit(RLIMIT_DATA, &old); r = old; r.rlim_cur = 1 << 20;
    P(setrlimit(RLIMIT_DATA, &r)); P(map(BIG) == MAP_FAILED); P(mprotect(m, PG, RW)); P(mmap(NULL, BIG, PROT_READ, ANON, -1, 0) == m - BIG);
    P(mprotect(m - BIG, BIG, RW)); P(setrlimit(RLIMIT_DATA, &old)); P(mprotect(m - BIG, BIG, RW));
    r.rlim_cur = size * 1024; getrlimit(RLIMIT_AS, &old); r.rlim_max = old.rlim_max;
    P(setrlimit(RLIMIT_AS, &r)); P(map(BIG) == MAP_FAILED); P(setrlimit(RLIMIT_AS, &old)); munmap(m - BIG, 2 * BIG);
}
static char *page;
static volatile int faults;
static void open_page(int s, siginfo_t *i, void *u) { (void)s; (void)u; faults++; mprotect((char *)((long)i->si_addr & -PG), PG, RW); }
static void *closing(void *x) { for (int i = 0; i < 400; i++) mprotect(page + i % 8 * PG, PG, i & 1 ? PROT_NONE : PROT_READ); return x; }
static void threads(void) {
    struct sigaction sa = {.sa_sigaction = open_page, .sa_flags = SA_SIGINFO}, old;
    sigaction(SIGSEGV, &sa, &old);
    page = map(BIG);
    for (int i = 0; i < 500; i++) { mprotect(page, PG, PROT_NONE); *(volatile char *)page = (char)i; }
    P(faults); P(page[0]);
    pthread_t t[2];
    for (int i = 0; i < 2; i++) pthread_create(&t[i], NULL, closing, NULL);
    for (int i = 0; i < 4000; i++) *(volatile char *)(page + i % 8 * PG) = (char)i;
    for (int i = 0; i < 2; i++) pthread_join(t[i], NULL);
    for (int i = 0; i < 8; i++) mprotect(page + i * PG, PG, PROT_NONE);
    faults = 0;
    for (int i = 0; i < 8; i++) *(volatile char *)(page + i * PG) = 1;
    P(faults);
    lines("page", getpid(), page, page + 16 * PG);
    munmap(page, BIG);
    sigaction(SIGSEGV, &old, NULL);
}
int main(void) {
    struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &sa, NULL); sigaction(SIGBUS, &sa, NULL);
    shared = mmap(NULL, PG, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 2; i++) { warm(); places(); }
    warm(); watched();
    warm(); children();
    warm(); reads();
    warm(); sizes();
    warm(); threads();
    warm(); places();
    warm();
    NEEDS(personality(READ_IMPLIES_EXEC));
    char *m = map(BIG); lines("persona", getpid(), m, m + PG);
    return 0;
}
