#include "t.h"
int main(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGRTMIN);
    sigaddset(&set, SIGALRM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    siginfo_t si;
    struct timespec zero = {0, 0}, some = {0, 20000000};
    P(sigtimedwait(&set, &si, &zero));
    P(sigtimedwait(&set, &si, &some));
    union sigval v = {.sival_int = 77};
    sigqueue(getpid(), SIGRTMIN, v);
    raise(SIGUSR1);
    P(sigwaitinfo(&set, &si));
    P(sigwaitinfo(&set, &si));
    printf("value %d code %d\n", si.si_value.sival_int, si.si_code);
    alarm(1);
    struct itimerval it = {{0, 0}, {0, 20000}};
    setitimer(ITIMER_REAL, &it, NULL);
    int sig;
    P(sigwait(&set, &sig));
    printf("%d\n", sig);
    int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    P(fd >= 0);
    struct signalfd_siginfo ssi;
    P(read(fd, &ssi, sizeof ssi));
    raise(SIGUSR1);
    struct pollfd pf = {fd, POLLIN, 0};
    P(poll(&pf, 1, 1000));
    P(read(fd, &ssi, sizeof ssi));
    printf("%d %d\n", ssi.ssi_signo, ssi.ssi_pid == getpid());
    P(read(fd, &ssi, 10));
    P(signalfd(0, &set, 0));
    P(signalfd(-1, &set, 0x1));
    return 0;
}
