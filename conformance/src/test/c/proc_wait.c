#include "t.h"
int main(void) {
    int status;
    for (int code = 0; code < 300; code += 50) {
        pid_t p = fork();
        if (p == 0) _exit(code);
        P(waitpid(p, &status, 0) == p);
        show_status("child", status);
    }
    P(waitpid(-1, &status, 0));
    P(waitpid(999999, &status, 0));
    P(waitpid(-1, &status, 0x4000));
    int fd[2];
    MUST(pipe(fd));
    pid_t p = fork();
    if (p == 0) { char c; close(fd[1]); read(fd[0], &c, 1); _exit(7); }
    P(waitpid(p, &status, WNOHANG));
    close(fd[1]);
    siginfo_t si = {0};
    P(waitid(P_PID, p, &si, WEXITED | WNOWAIT));
    printf("%d %d %d %d\n", si.si_pid == p, si.si_status, si.si_code == CLD_EXITED, si.si_signo == SIGCHLD);
    P(waitid(P_PID, p, &si, WEXITED));
    P(waitid(P_PID, p, &si, WEXITED));
    struct rusage ru;
    p = fork();
    if (p == 0) { for (volatile int i = 0; i < 1000; i++) {} _exit(3); }
    P(wait4(p, &status, 0, &ru) == p);
    show_status("wait4", status);
    signal(SIGCHLD, SIG_IGN);
    p = fork();
    if (p == 0) _exit(0);
    P(waitpid(p, &status, 0));
    return 0;
}
