/* MADV_GUARD_INSTALL and MADV_GUARD_REMOVE of madvise(2). */
#include "t.h"
#define INSTALL 102
#define REMOVE 103
static sigjmp_buf back;
static void caught(int s, siginfo_t *i, void *u) { siglongjmp(back, s * 100 + i->si_code); }
static int touch(volatile char *p, int write) {
    int got = sigsetjmp(back, 1);
    if (!got) {
        if (write) *p = 1;
        else (void)*p;
    }
    return got;
}
int main(void) {
    struct sigaction a = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &a, 0), sigaction(SIGBUS, &a, 0);
    char *m = mmap(0, 10 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (madvise(m, 4096, INSTALL) < 0) return 77; /* Linux 6.13 and later */
    memset(m + 4096, 5, 9 * 4096);
    P(touch(m, 0));
    P(touch(m, 1));
    P(touch(m + 4096, 1));
    P(madvise(m + 2 * 4096, 3 * 4096, INSTALL));
    for (int i = 0; i < 7; i++) printf("%d", touch(m + i * 4096, i & 1));
    puts("");
    P(madvise(m + 3 * 4096, 4096, REMOVE));
    P(touch(m + 3 * 4096, 0));
    printf("zero %d\n", m[3 * 4096]);
    P(write(1, m, 1));
    int p[2];
    pipe(p);
    P(read(p[0], m, 0));
    P(write(p[1], m + 4096, 10));
    P(read(p[0], m + 2 * 4096, 10));
    P(mprotect(m, 10 * 4096, PROT_READ));
    P(touch(m + 2 * 4096, 0));
    P(touch(m + 3 * 4096, 1));
    P(mprotect(m, 10 * 4096, PROT_READ | PROT_WRITE));
    P(madvise(m, 10 * 4096, MADV_DONTNEED));
    P(touch(m + 2 * 4096, 0));
    fflush(stdout);
    if (fork() == 0) {
        P(touch(m, 0));
        P(touch(m + 4096, 1));
        _exit(0);
    }
    wait(0);
    char *moved = mremap(m, 10 * 4096, 10 * 4096, MREMAP_MAYMOVE | MREMAP_FIXED, m + (1 << 20));
    P(moved == m + (1 << 20));
    P(touch(moved, 0));
    P(touch(moved + 4096, 1));
    P(mlock(moved + 5 * 4096, 4096));
    P(madvise(moved + 5 * 4096, 4096, INSTALL));
    P(madvise(moved + 5 * 4096, 4096, REMOVE));
    P(madvise(moved + 9 * 4096, 2 * 4096, INSTALL));
    P(madvise(moved + 1, 4096, INSTALL));
    P(madvise(moved, 0, INSTALL));
    int fd = memfd_create("x", 0);
    ftruncate(fd, 4 * 4096);
    char *s = mmap(0, 4 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    s[4096] = 7;
    if (madvise(s + 4096, 4096, INSTALL) == 0) {
        P(touch(s + 4096, 0));
        P(touch(s, 0));
        P(madvise(s + 4096, 4096, REMOVE));
        P(s[4096]);
    }
    P(munmap(moved, 10 * 4096));
    return 0;
}
