/* Small facts that suites of system call tests ask for: which error comes first, and what newer kernels allow. */
#include "t.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/xattr.h>
#ifndef AT_EXECVE_CHECK
#define AT_EXECVE_CHECK 0x10000
#endif
#define BAD ((void *)-1)

static void clocks(void) {
    P(syscall(SYS_clock_settime, -2, BAD));
    P(syscall(SYS_clock_settime, 0, BAD));
    P(syscall(SYS_clock_settime, 1, BAD));
    P(syscall(SYS_clock_nanosleep, CLOCK_REALTIME_ALARM, 0, BAD, 0));
    P(syscall(SYS_clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, BAD, 0));
    P(syscall(SYS_clock_nanosleep, -2, 0, BAD, 0));
    struct timespec t;
    P(syscall(SYS_clock_getres, -8, &t)); // of all time the process used
    printf("%d\n", t.tv_nsec > 1);
    P(syscall(SYS_clock_getres, -6, &t)); // the scheduler's own
    printf("%ld\n", t.tv_nsec);
    struct sigevent e = {.sigev_notify = SIGEV_NONE};
    P(syscall(SYS_timer_create, 1, &e, BAD));
}

static void locks(int fd) {
    struct flock l = {.l_type = F_WRLCK, .l_start = 5, .l_len = 3};
    P(fcntl(fd, F_OFD_SETLK, &l));
    l = (struct flock){.l_type = F_UNLCK};
    P(fcntl(fd, F_OFD_GETLK, &l));
    printf("%d %ld %ld %d\n", l.l_type, (long)l.l_start, (long)l.l_len, l.l_pid);
    l = (struct flock){.l_type = F_UNLCK, .l_start = 8};
    P(fcntl(fd, F_OFD_GETLK, &l));
    printf("%d\n", l.l_type);
    P(fcntl(fd, F_GETLK, &l));
}

static void copies(int from, int to) {
    loff_t a = 0, b = 0;
    P(pwrite(from, "0123456789", 10, 0));
    P(copy_file_range(from, &a, to, &b, (size_t)-1, 0));
    a = 0, b = LLONG_MAX;
    P(copy_file_range(from, &a, to, &b, 1, 0));
    a = -1, b = 0;
    P(copy_file_range(from, &a, to, &b, 1, 0));
    a = 10, b = 0;
    P(copy_file_range(from, &a, to, &b, 1, 0));
}

static void sockets(void) {
    int s = socket(AF_INET, SOCK_STREAM, 0), v = 1;
    P(setsockopt(s, SOL_SOCKET, SO_ERROR, &v, 0));
    P(setsockopt(s, SOL_SOCKET, 999, &v, 3));
    P(setsockopt(s, SOL_SOCKET, SO_BINDTODEVICE, "", 0));
    P(setsockopt(s, SOL_TCP, TCP_ULP, "none", 4));
    P(setsockopt(s, SOL_TCP, TCP_ULP, "", 0));
}

int main(void) {
    int f = open("a", O_RDWR | O_CREAT, 0600), g = open("b", O_RDWR | O_CREAT, 0600), ends[2];
    unsigned long two[2] = {1, 1};
    int e = eventfd(3, EFD_NONBLOCK);
    P(write(e, two, 16));
    P(read(e, two, 16));
    P(fcntl(f, 1037, two)); // F_GET_FILE_RW_HINT is no more
    P(syscall(SYS_execveat, AT_FDCWD, "a", NULL, NULL, AT_EXECVE_CHECK));
    P(syscall(SYS_execveat, AT_FDCWD, "/bin/true", (char *[]){"x", NULL}, NULL, AT_EXECVE_CHECK));
    P(pipe(ends));
    struct { unsigned long off, len; } range = {0, 1};
    unsigned long pages[5] = {9};
    P(syscall(451, ends[0], &range, pages, 0));
    printf("%lu\n", pages[0]);
    int i = inotify_init();
    P(inotify_add_watch(i, ".", IN_UNMOUNT));
    P(inotify_add_watch(i, ".", 0));
    struct { unsigned long flags, pidfd, child, parent, signal, stack, size, tls, tids, count, cgroup; } c = {0};
    c.signal = SIGCHLD;
    c.count = 1;
    P(syscall(SYS_clone3, &c, sizeof c));
    c.tids = (long)two;
    c.count = 33;
    P(syscall(SYS_clone3, &c, sizeof c));
    int random = open("/dev/urandom", O_RDONLY);
    P(ioctl(random, 0x5299, 0));
    int master = posix_openpt(O_RDWR | O_NOCTTY), slave, unlocked = 0;
    P(ioctl(master, TIOCSPTLCK, &unlocked));
    slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
    P(ioctl(slave, 0x5427, 0)); // TIOCSBRK
    clocks();
    locks(f);
    copies(f, g);
    sockets();
    return 0;
}
