#include "t.h"
static void handler(int sig, siginfo_t *si, void *uc) {
    printf("got %d code %d pid-ok %d uid-ok %d value %d ctx %d\n", sig, si->si_code, si->si_pid == getpid() || si->si_pid == getppid(),
           si->si_uid == getuid(), si->si_code == SI_QUEUE ? si->si_value.sival_int : 0, uc != NULL);
    fflush(stdout);
}
static void chld(int sig, siginfo_t *si, void *uc) {
    printf("chld code %d status %d\n", si->si_code, si->si_status);
    fflush(stdout);
}
int main(void) {
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    for (int s = 1; s < 65; s++) {
        errno = 0;
        int r = sigaction(s, &sa, NULL);
        if (r) printf("sigaction %d %s\n", s, strerrorname_np(errno));
    }
    P(raise(SIGUSR1));
    P(kill(getpid(), SIGUSR2));
    union sigval v = {.sival_int = 1234};
    P(sigqueue(getpid(), SIGRTMIN + 3, v));
    P(sigqueue(getpid(), SIGUSR1, v));
    P(pthread_kill(pthread_self(), SIGTERM));
    P(syscall(SYS_tgkill, getpid(), gettid(), SIGINT));
    P(syscall(SYS_tgkill, getpid(), 999999, SIGINT));
    sa.sa_sigaction = chld;
    sigaction(SIGCHLD, &sa, NULL);
    pid_t p = fork();
    if (p == 0) _exit(6);
    int status;
    while (waitpid(p, &status, 0) < 0) {}
    p = fork();
    if (p == 0) { signal(SIGTERM, SIG_DFL); kill(getpid(), SIGTERM); pause(); }
    while (waitpid(p, &status, 0) < 0) {}
    struct sigaction old;
    P(sigaction(SIGUSR1, NULL, &old));
    printf("%d %d\n", old.sa_sigaction == handler, (old.sa_flags & SA_SIGINFO) != 0);
    return 0;
}
