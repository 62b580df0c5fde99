#include "t.h"
static volatile int depth, limit = 3;
static void nested(int s) {
    depth++;
    printf("enter %d depth %d\n", s, depth);
    if (depth < limit) raise(s);
    printf("leave %d depth %d\n", s, depth);
    fflush(stdout);
    depth--;
}
static void masked(int s) {
    sigset_t now;
    sigprocmask(SIG_BLOCK, NULL, &now);
    printf("in %d: usr1 %d usr2 %d\n", s, sigismember(&now, SIGUSR1), sigismember(&now, SIGUSR2));
    fflush(stdout);
}
int main(void) {
    struct sigaction sa = {.sa_handler = nested, .sa_flags = SA_NODEFER};
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
    sa.sa_flags = 0;
    sigaction(SIGUSR1, &sa, NULL);
    limit = 0;
    sigset_t block, none;
    sigemptyset(&none);
    sigfillset(&block);
    sigprocmask(SIG_BLOCK, &block, NULL);
    raise(SIGUSR1);
    raise(SIGUSR1);
    sigprocmask(SIG_SETMASK, &none, NULL);
    raise(SIGUSR1);
    sa.sa_handler = masked;
    sa.sa_flags = SA_RESETHAND;
    sigaddset(&sa.sa_mask, SIGUSR2);
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
    struct sigaction old;
    sigaction(SIGUSR1, NULL, &old);
    printf("reset %d\n", old.sa_handler == SIG_DFL);
    sa.sa_flags = 0;
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
    masked(0);
    P(sigaction(SIGKILL, &sa, NULL));
    P(sigaction(65, &sa, NULL));
    sa.sa_flags = SA_NOCLDWAIT;
    sa.sa_handler = SIG_DFL;
    sigaction(SIGCHLD, &sa, NULL);
    pid_t p = fork();
    if (p == 0) _exit(0);
    P(waitpid(p, NULL, 0));
    return 0;
}
