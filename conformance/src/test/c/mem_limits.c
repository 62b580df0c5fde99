#include "t.h"
int main(void) {
    char *m = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct rlimit r = {1 << 20, 1 << 20};
    setrlimit(RLIMIT_MEMLOCK, &r);
    P(mlock(m, 2 << 20)); P(mlock(m, 1 << 20)); P(mlock(m, 1 << 20)); P(mlock(m + (1 << 20), 4096)); P(munlock(m, 4096)); P(mlock(m + (1 << 20), 4096));
    P(mmap(NULL, 2 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0) == MAP_FAILED ? -1 : 0);
    P(mlockall(MCL_CURRENT)); P(mlockall(MCL_FUTURE)); P(mmap(NULL, 2 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
    r.rlim_cur = r.rlim_max = 0; setrlimit(RLIMIT_MEMLOCK, &r);
    P(mlock(m, 4096)); P(munlockall()); P(mlockall(MCL_CURRENT));
    P(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0) == MAP_FAILED ? -1 : 0);
    P(mmap((void *)4096, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) > (void *)65535);
    struct rlimit as = {300 << 20, 300 << 20}; setrlimit(RLIMIT_AS, &as);
    P(mmap(NULL, 400 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED ? -1 : 0);
    P(mremap(m, 64 << 20, 400 << 20, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
    P(mremap(m, 64 << 20, 0x7fffffffffff, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
    P(madvise(m, -4096L, 0)); P(madvise(m, 0, 4));
    P(msync(m, 64 << 20, MS_SYNC | MS_ASYNC)); P(msync(m, 64 << 20, MS_SYNC)); P(msync((void *)0x10000, 4096, MS_ASYNC)); P(msync(m, 64 << 20, 8));
    P(syscall(SYS_pkey_alloc, 0, 4)); P(syscall(SYS_remap_file_pages, m, 4096, 0, 0, 0)); P(syscall(SYS_get_mempolicy, 0, 0, 0, 0, 8)); P(syscall(SYS_mbind, m, 4096, 99, 0, 0, 0));
    P(syscall(440, -1, 0, 0, 0, 0)); P(syscall(448, 0, 1)); P(syscall(462, m + 1, 4096, 0)); P(syscall(462, m, 4096, 1));
    return 0;
}
