#include "t.h"
int main(void) {
    pid_t p = fork();
    if (p == 0) { pause(); _exit(0); }
    int fd = syscall(SYS_pidfd_open, p, 0);
    P(fd >= 0);
    struct pollfd pf = {fd, POLLIN, 0};
    P(poll(&pf, 1, 0));
    P(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
    P(poll(&pf, 1, 5000));
    printf("revents %d\n", pf.revents);
    siginfo_t si = {0};
    P(waitid(3, fd, &si, WEXITED));
    printf("%d %d\n", si.si_code == CLD_KILLED, si.si_status);
    P(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
    P(syscall(SYS_pidfd_open, 999999, 0));
    P(syscall(SYS_pidfd_open, -1, 0));
    P(syscall(SYS_pidfd_open, getpid(), 77));
    return 0;
}
