#include "t.h"
static volatile int hits;
static void on(int s) { hits++; }
static int fd[2];
static void arm(void) {
    struct itimerval it = {{0, 0}, {0, 30000}};
    setitimer(ITIMER_REAL, &it, NULL);
}
static void feeder(void) {
    if (fork() == 0) { nap(120); write(fd[1], "x", 1); _exit(0); }
}
int main(void) {
    char c;
    MUST(pipe(fd));
    struct sigaction sa = {.sa_handler = on, .sa_flags = 0};
    sigaction(SIGALRM, &sa, NULL);
    arm();
    P(read(fd[0], &c, 1));
    struct timespec t = {1, 0}, rem = {0, 0};
    arm();
    P(nanosleep(&t, &rem));
    printf("remaining %d\n", rem.tv_sec == 0 && rem.tv_nsec > 500000000);
    struct pollfd pf = {fd[0], POLLIN, 0};
    arm();
    P(poll(&pf, 1, 1000));
    arm();
    P(pause());
    pid_t p = fork();
    if (p == 0) { nap(100); _exit(1); }
    arm();
    int status;
    P(waitpid(p, &status, 0));
    P(waitpid(p, &status, 0) == p);
    sa.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &sa, NULL);
    feeder();
    arm();
    P(read(fd[0], &c, 1));
    wait(&status);
    p = fork();
    if (p == 0) { nap(100); _exit(1); }
    arm();
    P(waitpid(p, &status, 0) == p);
    arm();
    P(poll(&pf, 1, 1000));
    arm();
    P(nanosleep(&t, &rem));
    arm();
    struct timespec d = {0, 900000000};
    P(select(0, NULL, NULL, NULL, &(struct timeval){1, 0}));
    arm();
    P(clock_nanosleep(CLOCK_MONOTONIC, 0, &d, NULL) == EINTR);
    printf("hits %d\n", hits);
    signal(SIGALRM, SIG_IGN);
    feeder();
    arm();
    P(read(fd[0], &c, 1));
    return 0;
}
