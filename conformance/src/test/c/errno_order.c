/* Calls with two things wrong at once: which of them Linux tells. */
#include "t.h"
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/timex.h>
#include <sys/xattr.h>

#define BAD ((void *)1)
#define C(name, ...) P(syscall(SYS_##name, __VA_ARGS__))

int main(void) {
    char buffer[256] = {0};
    struct timespec wrong = {0, -1};
    C(clock_adjtime, 10, BAD);
    C(clock_adjtime, 2, buffer);
    C(clock_adjtime, 10, buffer);
    C(clock_nanosleep, 8, 0, BAD, NULL);
    C(clock_nanosleep, 8, 0, &wrong, NULL);
    C(clock_nanosleep, 3, 0, BAD, NULL);
    ((int *)buffer)[3] = 99; /* sigev_notify */
    C(timer_create, 8, buffer, buffer);
    memset(buffer, 0, sizeof buffer);
    C(connect, open("/dev/null", O_RDONLY), BAD, 16);
    C(connect, 99, BAD, 16);
    C(socketpair, 77, 1, 0, BAD);
    C(getsockopt, socket(AF_UNIX, SOCK_STREAM, 0), 284, 1, NULL, BAD);
    C(execveat, -100, "", NULL, NULL, 0x40);
    C(setxattr, "/", "", "", -1L, 0);
    C(setxattr, "/", BAD, "", -1L, 0);
    C(memfd_create, BAD, 4);
    C(mprotect, 0x10000000, 0, 0x100);
    C(mremap, 0x10000000, 4096, 4096, 5, 0x10000000);
    C(msgctl, 12345, IPC_SET, BAD);
    C(semop, 12345, BAD, 1);
    C(semop, 12345, buffer, 1000000);
    C(semtimedop, -1, BAD, 1, BAD);
    C(open_by_handle_at, -1, buffer, 0);
    C(open_by_handle_at, -1, BAD, 0);
    C(prlimit64, 0x3fffffff, 4, BAD, NULL);
    C(process_madvise, -1, BAD, 1, 0, 0);
    C(process_vm_readv, 0x3fffffff, NULL, 0, BAD, 1, 0);
    C(renameat, -100, "", 99, BAD);
    C(renameat, -100, "/missing/x", 99, "y");
    C(rt_sigqueueinfo, 0x3fffffff, 99, BAD);
    memset(buffer, 1, sizeof buffer);
    C(rt_sigqueueinfo, 0x3fffffff, 10, buffer);
    memset(buffer, 0, sizeof buffer);
    C(sched_setscheduler, 0x3fffffff, 77, NULL);
    C(sched_setparam, -1, BAD);
    C(sysfs, 1, "", 0);
    C(newfstatat, 99, NULL, buffer, 0x1200);
    C(newfstatat, 0, "", buffer, 0x1200);
    C(arch_prctl, 0x2003, 0);
    C(fcntl, 0, 0x40d, buffer);
    C(utimensat, -1, "missing", NULL, 1L << 40);
    uint64_t set[16] = {0};
    set[0] = 1UL << 60;
    C(pselect6, 100, set, NULL, NULL, NULL, NULL);
    return 0;
}
