#include "t.h"
int main(void) {
    int status;
    pid_t p = fork();
    if (p == 0) { for (;;) pause(); }
    siginfo_t si;
    P(kill(p, SIGSTOP));
    P(waitpid(p, &status, WUNTRACED) == p);
    show_status("1", status);
    P(waitpid(p, &status, WUNTRACED | WNOHANG));
    P(kill(p, SIGCONT));
    P(waitpid(p, &status, WCONTINUED) == p);
    show_status("2", status);
    P(kill(p, SIGTSTP));
    memset(&si, 0, sizeof si);
    P(waitid(P_PID, p, &si, WSTOPPED));
    printf("%d %d\n", si.si_code == CLD_STOPPED, si.si_status);
    P(kill(p, SIGTERM));
    nap(20);
    P(waitpid(p, &status, WNOHANG));
    P(kill(p, SIGCONT));
    P(waitpid(p, &status, 0) == p);
    show_status("3", status);
    p = fork();
    if (p == 0) { for (;;) {} }
    P(kill(p, SIGSTOP));
    P(waitpid(p, &status, WUNTRACED) == p);
    P(kill(p, SIGKILL));
    P(waitpid(p, &status, 0) == p);
    show_status("4", status);
    return 0;
}
