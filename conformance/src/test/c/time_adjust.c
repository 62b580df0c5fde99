#include "t.h"
#include <sys/timex.h>
/* adjtimex(2), clock_adjtime(2), settimeofday(2): what is refused, to whom; the clock itself is left as it is. */
static void as(const char *who) {
    struct timex t = {0};
    struct timespec ts;
    printf("%s\n", who);
    P(adjtimex(&t) >= 0);
    P(t.precision);
    P(t.tolerance);
    P(adjtimex((void *)8));
    P(clock_adjtime(CLOCK_MONOTONIC, &t));
    P(clock_adjtime(99, &t));
    t.modes = 0x8000;
    P(adjtimex(&t));
    t.modes = ADJ_OFFSET_SS_READ;
    P(adjtimex(&t) >= 0);
    t.modes = ADJ_TICK, t.tick = 1;
    P(adjtimex(&t));
    t.modes = ADJ_SETOFFSET, t.time.tv_sec = 0, t.time.tv_usec = 1000000;
    P(adjtimex(&t));
    t.modes = ADJ_SETOFFSET | ADJ_NANO, t.time.tv_usec = -1;
    P(adjtimex(&t));
    t.modes = ADJ_FREQUENCY, t.freq = 1L << 60;
    P(adjtimex(&t));
    struct timeval bad = {0, 2000000}, negative = {-1, 0};
    struct timezone far = {16 * 60, 0};
    P(syscall(SYS_settimeofday, &bad, NULL));
    P(syscall(SYS_settimeofday, &negative, NULL));
    P(syscall(SYS_settimeofday, 8L, 0L));
    P(syscall(SYS_settimeofday, 0L, 8L));
    P(syscall(SYS_settimeofday, NULL, &far));
    ts.tv_sec = 1, ts.tv_nsec = 1000000000;
    P(clock_settime(CLOCK_REALTIME, &ts));
    ts.tv_nsec = 0;
    P(clock_settime(CLOCK_MONOTONIC, &ts));
    P(clock_settime(CLOCK_BOOTTIME, &ts));
    P(syscall(SYS_clock_settime, CLOCK_REALTIME, 8));
    P(clock_settime(99, &ts));
}

int main(void) {
    as("as we are");
    if (setresuid(1000, 1000, 1000) == 0) {
        struct timespec now;
        as("as nobody special");
        clock_gettime(CLOCK_REALTIME, &now);
        P(clock_settime(CLOCK_REALTIME, &now));
        struct timex t = {.modes = ADJ_OFFSET_SINGLESHOT};
        P(adjtimex(&t));
        t.modes = ADJ_STATUS;
        P(adjtimex(&t));
    }
    return 0;
}
