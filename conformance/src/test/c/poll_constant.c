#include "t.h"
/* select(2), pselect6 and ppoll(2) with a time limit in memory that cannot be written: the result counts, the time left is lost. */
int main(void) {
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct timeval *tv = (void *)page;
    struct timespec *ts = (void *)(page + 64);
    int ends[2];
    fd_set set;
    pipe(ends);
    write(ends[1], "x", 1);
    tv->tv_sec = ts->tv_sec = 10;
    mprotect(page, 4096, PROT_READ);
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    P(syscall(SYS_select, ends[0] + 1, &set, NULL, NULL, tv));
    P(FD_ISSET(ends[0], &set) != 0);
    P(syscall(SYS_pselect6, ends[0] + 1, &set, NULL, NULL, ts, NULL));
    struct pollfd p = {ends[0], POLLIN};
    P(syscall(SYS_ppoll, &p, 1, ts, NULL, 8));
    P(p.revents);
    mprotect(page, 4096, PROT_READ | PROT_WRITE);
    memset(page, 0, 128);
    mprotect(page, 4096, PROT_READ);
    FD_ZERO(&set);
    P(syscall(SYS_select, 0, &set, NULL, NULL, tv));
    P(syscall(SYS_ppoll, NULL, 0, ts, NULL, 8));
    mprotect(page, 4096, PROT_NONE);
    P(syscall(SYS_select, 0, NULL, NULL, NULL, tv));
    P(syscall(SYS_ppoll, NULL, 0, ts, NULL, 8));
    return 0;
}
