#include "t.h"
static long ms_since(struct timespec a) { struct timespec b; clock_gettime(CLOCK_MONOTONIC, &b); return (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000; }
static volatile int ticks;
static void on(int s, siginfo_t *si, void *u) { ticks++; }
int main(void) {
    struct timespec a, b;
    int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME, CLOCK_TAI};
    for (int i = 0; i < 9; i++) { P(clock_gettime(clocks[i], &a)); clock_gettime(clocks[i], &b); if (b.tv_sec < a.tv_sec) puts("backwards"); }
    P(clock_gettime(99, &a));
    P(clock_getres(CLOCK_MONOTONIC, &a));
    printf("%ld\n", a.tv_nsec);
    time_t t = time(NULL);
    struct timeval tv;
    gettimeofday(&tv, NULL);
    P(tv.tv_sec - t <= 1);
    clock_gettime(CLOCK_MONOTONIC, &a);
    nap(50);
    P(ms_since(a) >= 50);
    struct timespec bad = {0, 1000000000}, neg = {-1, 0};
    P(nanosleep(&bad, NULL));
    P(nanosleep(&neg, NULL));
    clock_gettime(CLOCK_MONOTONIC, &b);
    P(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &b, NULL));
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    uint64_t n;
    P(read(fd, &n, 8));
    struct itimerspec its = {{0, 10000000}, {0, 10000000}}, cur;
    P(timerfd_settime(fd, 0, &its, NULL));
    nap(55);
    P(read(fd, &n, 8));
    P(n >= 5);
    P(timerfd_gettime(fd, &cur));
    printf("%ld %d\n", cur.it_interval.tv_nsec, cur.it_value.tv_nsec > 0);
    its.it_value.tv_nsec = 0;
    P(timerfd_settime(fd, 0, &its, NULL));
    P(timerfd_create(99, 0));
    struct sigaction sa = {.sa_sigaction = on, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigaction(SIGRTMIN, &sa, NULL);
    timer_t tm;
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
    P(timer_create(CLOCK_MONOTONIC, &ev, &tm));
    struct itimerspec once = {{0, 0}, {0, 5000000}};
    P(timer_settime(tm, 0, &once, NULL));
    while (!ticks) pause();
    P(ticks);
    P(timer_delete(tm));
    P(timer_delete(tm));
    struct itimerval it = {{0, 0}, {5, 0}}, old;
    P(setitimer(ITIMER_REAL, &it, NULL));
    P(alarm(3));
    P(getitimer(ITIMER_REAL, &old));
    P(alarm(0));
    struct itimerval vt = {{0, 0}, {0, 10000}};
    signal(SIGVTALRM, (void (*)(int))on);
    ticks = 0;
    P(setitimer(ITIMER_VIRTUAL, &vt, NULL));
    while (!ticks) {}
    P(ticks);
    struct rusage ru;
    P(getrusage(RUSAGE_SELF, &ru));
    P(ru.ru_utime.tv_usec + ru.ru_utime.tv_sec * 1000000 > 5000);
    return 0;
}
