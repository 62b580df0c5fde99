#include "t.h"
static volatile int pipes;
static void on(int s) { pipes++; }
int main(void) {
    int fd[2];
    char buf[100];
    static char big[200000];
    MUST(pipe2(fd, O_NONBLOCK));
    P(read(fd[0], buf, 10));
    P(write(fd[1], "hello", 5));
    P(read(fd[0], buf, 3));
    P(read(fd[0], buf, 10));
    P(fcntl(fd[0], F_GETPIPE_SZ));
    P(write(fd[1], big, 200000));
    P(write(fd[1], big, 1));
    int n = -1;
    P(ioctl(fd[0], FIONREAD, &n));
    printf("%d\n", n);
    struct pollfd pf[2] = {{fd[0], POLLIN, 0}, {fd[1], POLLOUT, 0}};
    P(poll(pf, 2, 0));
    printf("%x %x\n", pf[0].revents, pf[1].revents);
    P(read(fd[0], big, 4096));
    P(write(fd[1], big, 5000));
    P(write(fd[1], big, 4096));
    P(close(fd[1]));
    P(read(fd[0], big, 200000) > 0);
    P(read(fd[0], big, 1));
    poll(pf, 1, 0);
    printf("%x\n", pf[0].revents);
    MUST(pipe(fd));
    signal(SIGPIPE, on);
    close(fd[0]);
    P(write(fd[1], "x", 1));
    printf("sigpipe %d\n", pipes);
    pf[0].fd = fd[1];
    pf[0].events = POLLOUT;
    poll(pf, 1, 0);
    printf("%x\n", pf[0].revents);
    P(lseek(fd[1], 0, SEEK_SET));
    P(read(fd[1], buf, 1));
    P(pipe2(fd, 0x1));
    MUST(pipe(fd));
    pid_t p = fork();
    if (p == 0) {
        close(fd[0]);
        for (int i = 0; i < 100; i++) { memset(big, i, 50000); write(fd[1], big, 50000); }
        _exit(0);
    }
    close(fd[1]);
    long total = 0, sum = 0, got;
    while ((got = read(fd[0], big, 7777)) > 0) { total += got; for (int i = 0; i < got; i++) sum += big[i]; }
    printf("%ld %ld\n", total, sum);
    wait(NULL);
    P(fcntl(fd[0], F_SETPIPE_SZ, 8192));
    P(fcntl(fd[0], F_GETPIPE_SZ));
    return 0;
}
