/* TCP on loopback: connections, ends, errors, poll, urgent data. */
#include "t.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>

static struct sockaddr_in addr_of(int fd) {
    struct sockaddr_in a;
    socklen_t l = sizeof a;
    MUST(getsockname(fd, (void *)&a, &l));
    return a;
}

static int listener(struct sockaddr_in *a) {
    int s = socket(AF_INET, SOCK_STREAM, 0);
    memset(a, 0, sizeof *a);
    a->sin_family = AF_INET;
    a->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    MUST(bind(s, (void *)a, sizeof *a));
    MUST(listen(s, 5));
    *a = addr_of(s);
    return s;
}

static void pair(int fd[2]) {
    struct sockaddr_in a;
    int s = listener(&a);
    fd[0] = socket(AF_INET, SOCK_STREAM, 0);
    MUST(connect(fd[0], (void *)&a, sizeof a));
    MUST(fd[1] = accept(s, 0, 0));
    close(s);
}

static void show_poll(const char *what, int fd) {
    struct pollfd p = {fd, POLLIN | POLLOUT | POLLPRI | POLLRDHUP, 0};
    poll(&p, 1, 100);
    printf("%s: poll %#x\n", what, p.revents);
}

static int so_error(int fd) {
    int e = -1;
    socklen_t l = sizeof e;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &l);
    return e;
}

static void ends(void) {
    char b[100];
    int f[2];
    pair(f);
    show_poll("connected", f[0]);
    P(send(f[0], "hello", 5, 0));
    show_poll("has input", f[1]);
    P(recv(f[1], b, 2, MSG_PEEK));
    P(recv(f[1], b, 100, MSG_TRUNC));
    P(recv(f[1], b, 100, MSG_DONTWAIT));
    P(shutdown(f[0], SHUT_WR));
    show_poll("peer has shut", f[1]);
    show_poll("has shut", f[0]);
    P(recv(f[1], b, 100, 0));
    P(send(f[0], "x", 1, MSG_NOSIGNAL));
    P(send(f[1], "back", 4, 0));
    P(recv(f[0], b, 100, 0));
    P(close(f[1]));
    P(recv(f[0], b, 100, 0));
    show_poll("both ended", f[0]);
    P(shutdown(f[0], SHUT_RDWR));
    close(f[0]);

    pair(f);
    P(send(f[0], "unread", 6, 0));
    nap(20);
    close(f[1]);
    nap(20);
    show_poll("reset", f[0]);
    P(recv(f[0], b, 100, 0));
    P(recv(f[0], b, 100, 0));
    P(send(f[0], "x", 1, MSG_NOSIGNAL));
    close(f[0]);

    pair(f);
    close(f[1]);
    nap(20);
    P(send(f[0], "x", 1, MSG_NOSIGNAL));
    nap(20);
    P(send(f[0], "x", 1, MSG_NOSIGNAL));
    printf("error %d\n", so_error(f[0]));
    close(f[0]);

    pair(f);
    struct linger l = {1, 0};
    P(setsockopt(f[1], SOL_SOCKET, SO_LINGER, &l, sizeof l));
    close(f[1]);
    nap(20);
    printf("error %d\n", so_error(f[0]));
    P(recv(f[0], b, 100, 0));
    close(f[0]);

    pair(f);
    P(shutdown(f[0], SHUT_RD));
    P(recv(f[0], b, 100, 0));
    P(send(f[1], "still", 5, 0));
    nap(20);
    P(recv(f[0], b, 100, 0));
    show_poll("reading shut", f[0]);
    close(f[0]);
    close(f[1]);
}

static void names(void) {
    struct sockaddr_in a, b;
    int s = listener(&a);
    int c = socket(AF_INET, SOCK_STREAM, 0);
    socklen_t l = sizeof b;
    P(getpeername(c, (void *)&b, &l));
    P(shutdown(c, SHUT_RDWR));
    P(listen(s, 1));
    P(connect(s, (void *)&a, sizeof a));
    P(recv(s, &b, 1, 0));
    P(send(s, &b, 1, MSG_NOSIGNAL));
    P(recv(c, &b, 1, 0));
    P(send(c, &b, 1, MSG_NOSIGNAL));
    show_poll("fresh", c);
    show_poll("listening", s);
    P(accept4(s, 0, 0, SOCK_NONBLOCK | 1));
    P(fcntl(s, F_SETFL, O_NONBLOCK));
    P(accept(s, 0, 0));
    P(connect(c, (void *)&a, 3));
    b = a;
    b.sin_family = AF_INET6;
    P(connect(c, (void *)&b, sizeof b));
    P(connect(c, (void *)&a, sizeof a));
    P(connect(c, (void *)&a, sizeof a));
    show_poll("can accept", s);
    int d = accept(s, (void *)&b, &l);
    printf("accepted %d, len %d, family %d, same %d\n", d >= 0, l, b.sin_family, b.sin_port == addr_of(c).sin_port);
    P(bind(c, (void *)&a, sizeof a));
    int e = socket(AF_INET, SOCK_STREAM, 0);
    P(bind(e, (void *)&a, sizeof a));
    int one = 1;
    P(setsockopt(e, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
    P(bind(e, (void *)&a, sizeof a));
    b = a;
    b.sin_addr.s_addr = htonl(0x08080808);
    P(bind(e, (void *)&b, sizeof b));
    b.sin_addr.s_addr = htonl(INADDR_ANY);
    P(bind(e, (void *)&b, sizeof b));
    b.sin_addr.s_addr = htonl(0x7f000002);
    P(bind(e, (void *)&b, sizeof b));
    P(listen(e, 1));
    P(listen(d, 1));
    close(e);
    close(s);
    P(connect(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), (void *)&a, sizeof a));
    e = socket(AF_INET, SOCK_STREAM, 0);
    P(connect(e, (void *)&a, sizeof a));
    P(connect(e, (void *)&a, sizeof a));
    show_poll("refused", e);
    close(c);
    close(d);
    close(e);
}

static void non_blocking(void) {
    struct sockaddr_in a;
    int s = listener(&a);
    int c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    P(connect(c, (void *)&a, sizeof a));
    show_poll("connecting", c);
    P(connect(c, (void *)&a, sizeof a));
    P(connect(c, (void *)&a, sizeof a));
    close(c);
    close(s);
    c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    P(connect(c, (void *)&a, sizeof a));
    show_poll("refused", c);
    printf("error %d\n", so_error(c));
    printf("error %d\n", so_error(c));
    close(c);

    int f[2];
    char *big = calloc(1, 1 << 20);
    pair(f);
    fcntl(f[0], F_SETFL, O_NONBLOCK);
    long sum = 0, n;
    while ((n = send(f[0], big, 1 << 20, 0)) > 0) sum += n;
    printf("full: %d %s\n", sum > 65536, strerrorname_np(errno));
    show_poll("full", f[0]);
    long got = 0;
    while (got < sum && (n = recv(f[1], big, 1 << 20, 0)) > 0) got += n;
    printf("all came: %d\n", got == sum);
    show_poll("empty", f[0]);
    struct timeval t = {0, 20000};
    P(setsockopt(f[1], SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t));
    P(recv(f[1], big, 10, 0));
    P(send(f[0], "abc", 3, 0));
    P(recv(f[1], big, 10, MSG_WAITALL));
    close(f[0]);
    close(f[1]);
    free(big);
}

static void urgent(void) {
    char b[10] = {0};
    int f[2];
    pair(f);
    P(recv(f[1], b, 1, MSG_OOB));
    P(send(f[0], "ab!", 3, MSG_OOB));
    P(send(f[0], "cd", 2, 0));
    nap(20);
    show_poll("urgent", f[1]);
    int n = -1;
    P(ioctl(f[1], SIOCATMARK, &n));
    printf("mark %d\n", n);
    P(ioctl(f[1], FIONREAD, &n));
    printf("readable %d\n", n);
    P(recv(f[1], b, 10, 0));
    P(ioctl(f[1], SIOCATMARK, &n));
    printf("mark %d\n", n);
    P(recv(f[1], b, 10, MSG_OOB));
    printf("byte %c\n", b[0]);
    P(recv(f[1], b, 10, MSG_OOB));
    P(recv(f[1], b, 10, 0));
    int one = 1;
    P(setsockopt(f[1], SOL_SOCKET, SO_OOBINLINE, &one, sizeof one));
    P(send(f[0], "xy", 2, MSG_OOB));
    nap(20);
    P(recv(f[1], b, 10, 0));
    P(recv(f[1], b, 10, 0));
    close(f[0]);
    close(f[1]);
}

static void self(void) {
    struct sockaddr_in a = {AF_INET, 0, {htonl(INADDR_LOOPBACK)}};
    char b[10];
    int s = socket(AF_INET, SOCK_STREAM, 0);
    MUST(bind(s, (void *)&a, sizeof a));
    a = addr_of(s);
    P(connect(s, (void *)&a, sizeof a));
    P(send(s, "me", 2, 0));
    P(recv(s, b, 10, 0));
    P(shutdown(s, SHUT_WR));
    P(recv(s, b, 10, 0));
    close(s);
}

static void *later(void *arg) {
    nap(50);
    send(*(int *)arg, "wake", 4, 0);
    return 0;
}

static void waiting(void) {
    char b[10];
    int f[2];
    pthread_t t;
    pair(f);
    pthread_create(&t, 0, later, &f[0]);
    P(recv(f[1], b, 10, 0));
    pthread_join(t, 0);
    int e = epoll_create1(0);
    struct epoll_event v = {EPOLLIN | EPOLLOUT | EPOLLET | EPOLLRDHUP, {0}};
    epoll_ctl(e, EPOLL_CTL_ADD, f[1], &v);
    P(epoll_wait(e, &v, 1, 100));
    printf("events %#x\n", v.events);
    P(epoll_wait(e, &v, 1, 0));
    send(f[0], "1", 1, 0);
    P(epoll_wait(e, &v, 1, 100));
    printf("events %#x\n", v.events);
    P(epoll_wait(e, &v, 1, 0));
    send(f[0], "2", 1, 0);
    P(epoll_wait(e, &v, 1, 100));
    shutdown(f[0], SHUT_WR);
    P(epoll_wait(e, &v, 1, 100));
    printf("events %#x\n", v.events);
    close(f[0]);
    nap(20);
    P(recv(f[1], b, 10, 0));
    P(recv(f[1], b, 10, 0));
    close(f[1]);
    close(e);
}

static void zero(void) {
    char b[10];
    int f[2], n;
    pair(f);
    P(send(f[0], b, 0, 0));
    P(recv(f[1], b, 0, MSG_DONTWAIT));
    P(write(f[0], "12345678", 8));
    nap(10);
    P(read(f[1], b, 0));
    struct iovec v[3] = {{b, 2}, {b + 2, 0}, {b + 2, 3}};
    P(readv(f[1], v, 3));
    P(ioctl(f[1], FIONREAD, &n));
    printf("readable %d\n", n);
    int file = open("/proc/self/exe", O_RDONLY);
    P(sendfile(f[0], file, 0, 4));
    nap(10);
    P(recv(f[1], b, 10, 0));
    P(recv(f[1], (void *)8, 10, MSG_DONTWAIT));
    P(send(f[0], (void *)8, 10, 0));
    P(lseek(f[0], 0, SEEK_SET));
    P(pread(f[0], b, 1, 0));
    P(sendto(f[0], "x", 1, 0, (void *)8, 0));
    close(f[0]);
    close(f[1]);
}

int main(void) {
    ends();
    names();
    non_blocking();
    urgent();
    self();
    waiting();
    zero();
    return 0;
}
