#include "t.h"
int main(void) {
    char *brk0 = sbrk(0);
    P(sbrk(100000) == brk0);
    memset(brk0, 7, 100000);
    P((char *)sbrk(-50000) == brk0 + 100000);
    P((char *)sbrk(0) - brk0);
    char *m = mmap(NULL, 10 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(m, 1, 10 * 4096);
    P(munmap(m + 4096 * 3, 4096));
    P(mprotect(m, 4096 * 10, PROT_READ));
    P(mprotect(m, 4096 * 3, PROT_READ | PROT_WRITE));
    P(mprotect(m + 1, 4096, PROT_READ));
    P(munmap(m + 1, 4096));
    P(munmap(m, 0));
    P(madvise(m, 4096, MADV_DONTNEED));
    P(m[0]);
    P(m[4096]);
    P(madvise(m, 4096, 9999));
    P(madvise(m + 4096 * 3, 4096, MADV_DONTNEED));
    char *n = mremap(m, 3 * 4096, 30 * 4096, MREMAP_MAYMOVE);
    P(n != MAP_FAILED && n[4096] == 1 && n[29 * 4096] == 0);
    P(mremap(n, 30 * 4096, 2 * 4096, 0) == n);
    char *spot = mmap(NULL, 8 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    P(mremap(n, 2 * 4096, 2 * 4096, MREMAP_MAYMOVE | MREMAP_FIXED, spot + 4096) == spot + 4096);
    P(spot[4096 * 2]);
    P(mremap(spot, 1, 0, 0) == MAP_FAILED ? -1 : 0);
    P(mremap((char *)4096, 4096, 8192, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
    P(mmap(spot, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED ? -1 : 0);
    char *sh = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fork() == 0) { strcpy(sh, "shared with child"); _exit(0); }
    wait(NULL);
    puts(sh);
    unsigned char vec[2] = {9, 9};
    P(mincore(sh, 4096, vec));
    printf("%d\n", vec[0] & 1);
    P(mincore(spot + 4096 * 3, 4096, NULL));
    P(mincore((void *)0x1000, 4096, vec));
    P(mlock(sh, 4096));
    P(munlock(sh, 4096));
    char *big = mmap(NULL, 1L << 36, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    P(big != MAP_FAILED);
    P(mprotect(big + (1L << 35), 4096, PROT_READ | PROT_WRITE));
    big[1L << 35] = 3;
    P(munmap(big, 1L << 36));
    P(mmap(NULL, 1L << 48, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED ? -1 : 0);
    unsigned char code[] = {0xb8, 42, 0, 0, 0, 0xc3};
    char *x = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(x, code, sizeof code);
    P(((int (*)(void))x)());
    struct rlimit as = {200 << 20, 200 << 20};
    if (fork() == 0) {
        P(setrlimit(RLIMIT_AS, &as));
        P(mmap(NULL, 300 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
        _exit(0);
    }
    wait(NULL);
    return 0;
}
