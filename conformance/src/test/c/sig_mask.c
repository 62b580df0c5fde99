#include "t.h"
static volatile int order[64], n;
static void h(int s) { order[n++] = s; }
static void show(const char *what) {
    sigset_t pend;
    sigpending(&pend);
    printf("%s: pending", what);
    for (int s = 1; s < 65; s++) if (sigismember(&pend, s)) printf(" %d", s);
    printf(", handled");
    for (int i = 0; i < n; i++) printf(" %d", order[i]);
    puts("");
    n = 0;
}
int main(void) {
    sigset_t all, old;
    sigfillset(&all);
    for (int s = 1; s < 65; s++) if (s != SIGKILL && s != SIGSTOP && s != 32 && s != 33) signal(s, h);
    P(sigprocmask(SIG_BLOCK, &all, &old));
    raise(SIGUSR2); raise(SIGUSR1); raise(SIGUSR1); raise(SIGHUP);
    union sigval v = {0};
    sigqueue(getpid(), SIGRTMIN + 2, v); sigqueue(getpid(), SIGRTMIN, v); sigqueue(getpid(), SIGRTMIN + 2, v);
    show("blocked");
    sigset_t some;
    sigemptyset(&some);
    sigaddset(&some, SIGUSR1);
    P(sigprocmask(SIG_UNBLOCK, &some, NULL));
    show("one");
    pid_t p = fork();
    if (p == 0) { show("child has none pending"); _exit(0); }
    waitpid(p, NULL, 0);
    sigdelset(&all, SIGHUP);
    P(sigsuspend(&all));
    show("suspend");
    P(sigprocmask(SIG_SETMASK, &old, NULL));
    show("open");
    P(sigprocmask(77, &all, NULL));
    sigprocmask(SIG_BLOCK, NULL, &old);
    P(sigismember(&old, SIGKILL));
    return 0;
}
