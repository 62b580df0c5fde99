#include "t.h"
#include <sched.h>
#include <linux/futex.h>
#include <sys/sysinfo.h>
/* time_namespaces(7): offsets and their errors, who lives in a new namespace, and every clock, timer and time limit that the offsets concern. */
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif
#define HOUR 3600

static long put(const char *file, const char *text) {
    int fd = open(file, O_WRONLY);
    if (fd < 0) return -1;
    long n = write(fd, text, strlen(text));
    int e = errno;
    close(fd);
    errno = e;
    return n;
}
static void show(const char *file) {
    char b[200];
    int fd = open(file, O_RDONLY);
    long n = read(fd, b, sizeof b - 1);
    close(fd);
    b[n < 0 ? 0 : n] = 0;
    printf("%s", b);
}
static long seconds(int clock) {
    struct timespec t;
    if (syscall(SYS_clock_gettime, clock, &t)) return -1;
    return t.tv_sec;
}
static long library_seconds(int clock) {
    struct timespec t;
    return clock_gettime(clock, &t) ? -1 : t.tv_sec;
}
static long monotonic0, boot0, real0, uptime0;
static int hours(long now, long before) { return (now - before + HOUR / 2) / HOUR; }
static int waited_little(struct timespec *from) {
    struct timespec now;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    return now.tv_sec - from->tv_sec < 60;
}
static void soon(int clock, struct timespec *t) {
    syscall(SYS_clock_gettime, clock, t);
    t->tv_nsec += 20000000;
    if (t->tv_nsec >= 1000000000) { t->tv_sec++; t->tv_nsec -= 1000000000; }
}

static void clocks(const char *who) {
    printf("%s: monotonic %+d %+d raw %+d coarse %+d boot %+d real %+d\n", who, hours(seconds(CLOCK_MONOTONIC), monotonic0),
           hours(library_seconds(CLOCK_MONOTONIC), monotonic0), hours(library_seconds(CLOCK_MONOTONIC_RAW), monotonic0),
           hours(library_seconds(CLOCK_MONOTONIC_COARSE), monotonic0), hours(library_seconds(CLOCK_BOOTTIME), boot0),
           hours(library_seconds(CLOCK_REALTIME), real0));
    fflush(stdout);
}
static void uses(void) {
    struct timespec t;
    struct sysinfo info;
    char b[100] = "";
    sysinfo(&info);
    P(hours(info.uptime, uptime0));
    int fd = open("/proc/uptime", O_RDONLY);
    read(fd, b, 99);
    P(hours(atol(b), uptime0));
    soon(CLOCK_MONOTONIC, &t);
    P(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL));
    P(waited_little(&t));
    soon(CLOCK_BOOTTIME, &t);
    P(clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &t, NULL));
    soon(CLOCK_MONOTONIC, &t);
    int word = 1;
    P(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, 1, &t, NULL, -1));
    P(waited_little(&t));
    t.tv_sec -= 10;
    P(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, 1, &t, NULL, -1));
    soon(CLOCK_REALTIME, &t);
    P(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 1, &t, NULL, -1));
    struct timespec little = {0, 1000000};
    P(syscall(SYS_futex, &word, FUTEX_WAIT, 1, &little, NULL, 0));
    timer_t id;
    struct sigevent none = {.sigev_notify = SIGEV_NONE};
    struct itimerspec set = {{0, 0}, {0, 0}}, got;
    MUST(timer_create(CLOCK_MONOTONIC, &none, &id));
    set.it_value.tv_sec = seconds(CLOCK_MONOTONIC) + 1000;
    P(timer_settime(id, TIMER_ABSTIME, &set, NULL));
    P(timer_gettime(id, &got));
    P(got.it_value.tv_sec > 900 && got.it_value.tv_sec <= 1000);
    fd = timerfd_create(CLOCK_BOOTTIME, 0);
    soon(CLOCK_BOOTTIME, &set.it_value);
    P(timerfd_settime(fd, TFD_TIMER_ABSTIME, &set, NULL));
    uint64_t ticks;
    P(read(fd, &ticks, 8));
}
static int child(const char *who) {
    char what[60];
    char own[60] = "", next[60] = "";
    clocks(who);
    readlink("/proc/self/ns/time", own, 59);
    readlink("/proc/self/ns/time_for_children", next, 59);
    P(strcmp(own, next));
    return 0;
}
static void fork_and_show(const char *who) {
    fflush(stdout);
    if (fork() == 0) _exit(child(who));
    wait(NULL);
}

int main(int argc, char **argv) {
    if (argc > 4) {
        monotonic0 = atol(argv[1]), boot0 = atol(argv[2]), real0 = atol(argv[3]);
        clocks("after execve");
        P(put("/proc/self/timens_offsets", "monotonic 0 0\n"));
        return 0;
    }
    monotonic0 = seconds(CLOCK_MONOTONIC), boot0 = seconds(CLOCK_BOOTTIME), real0 = seconds(CLOCK_REALTIME);
    struct sysinfo info;
    sysinfo(&info);
    uptime0 = info.uptime;
    int before = open("/proc/self/ns/time", O_RDONLY);
    NEEDS(unshare(CLONE_NEWUSER | CLONE_NEWTIME));
    child("itself");
    show("/proc/self/timens_offsets");
    P(put("/proc/self/timens_offsets", "monotonic 1\n"));
    P(put("/proc/self/timens_offsets", "realtime 1 0\n"));
    P(put("/proc/self/timens_offsets", "0 1 0\n"));
    P(put("/proc/self/timens_offsets", "monotonic 1 1000000000\n"));
    P(put("/proc/self/timens_offsets", "monotonic 1 -1\n"));
    P(put("/proc/self/timens_offsets", "monotonic x 1\n"));
    P(put("/proc/self/timens_offsets", "monotonic -4000000000 0\n"));
    P(put("/proc/self/timens_offsets", "monotonic 9223372036 0\n"));
    P(put("/proc/self/timens_offsets", "monotonic 9223372037 0\n"));
    P(put("/proc/self/timens_offsets", "monotonic 36000 5\nboottime 72000 0\n"));
    show("/proc/self/timens_offsets");
    P(put("/proc/self/timens_offsets", "7 180000 0\n"));
    clocks("itself");
    fork_and_show("child");
    P(put("/proc/self/timens_offsets", "monotonic 1 0\n"));
    fflush(stdout);
    if (fork() == 0) {
        uses();
        P(unshare(CLONE_NEWTIME));
        show("/proc/self/timens_offsets");
        P(put("/proc/self/timens_offsets", "monotonic 0 0\n"));
        clocks("still");
        fork_and_show("grandchild");
        _exit(0);
    }
    wait(NULL);
    int fd = open("/proc/self/ns/time_for_children", O_RDONLY);
    P(ioctl(fd, 0xb703 /* NS_GET_NSTYPE */));
    fflush(stdout);
    if (fork() == 0) {
        P(setns(before, CLONE_NEWTIME));
        P(unshare(CLONE_NEWTIME));
        P(put("/proc/self/timens_offsets", "monotonic 0 0\n"));
        P(setns(fd, CLONE_NEWTIME));
        child("entered");
        _exit(0);
    }
    wait(NULL);
    char a[3][30];
    sprintf(a[0], "%ld", monotonic0), sprintf(a[1], "%ld", boot0), sprintf(a[2], "%ld", real0);
    fflush(stdout);
    execl("/proc/self/exe", "ns_time", a[0], a[1], a[2], "again", NULL);
    return 1;
}
