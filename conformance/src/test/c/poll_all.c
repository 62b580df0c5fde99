#include "t.h"
static int ep;
static void wait_show(int timeout) {
    struct epoll_event ev[8];
    int n = epoll_wait(ep, ev, 8, timeout);
    printf("epoll %d:", n);
    for (int i = 0; i < n; i++) printf(" %x/%d", ev[i].events, (int)ev[i].data.u32);
    puts("");
}
static int add(int op, int fd, unsigned events, int data) {
    struct epoll_event e = {.events = events, .data.u32 = data};
    return epoll_ctl(ep, op, fd, &e);
}
int main(void) {
    int a[2], b[2];
    char buf[16];
    MUST(pipe(a));
    MUST(pipe(b));
    ep = epoll_create1(0);
    P(add(EPOLL_CTL_ADD, a[0], EPOLLIN, 1));
    P(add(EPOLL_CTL_ADD, a[0], EPOLLIN, 1));
    P(add(EPOLL_CTL_ADD, b[0], EPOLLIN | EPOLLET, 2));
    P(add(EPOLL_CTL_MOD, a[1], EPOLLOUT, 3));
    P(add(EPOLL_CTL_ADD, ep, EPOLLIN, 3));
    int f = open("f", O_CREAT | O_RDWR, 0600);
    P(add(EPOLL_CTL_ADD, f, EPOLLIN, 3));
    wait_show(0);
    write(a[1], "x", 1);
    wait_show(0);
    wait_show(0);
    read(a[0], buf, 1);
    write(b[1], "x", 1);
    wait_show(0);
    wait_show(0);
    write(b[1], "x", 1);
    wait_show(0);
    P(add(EPOLL_CTL_MOD, a[0], EPOLLIN | EPOLLONESHOT, 5));
    write(a[1], "x", 1);
    wait_show(0);
    wait_show(0);
    P(add(EPOLL_CTL_MOD, a[0], EPOLLIN | EPOLLONESHOT, 6));
    wait_show(0);
    P(add(EPOLL_CTL_DEL, a[0], 0, 0));
    P(add(EPOLL_CTL_DEL, a[0], 0, 0));
    close(b[1]);
    wait_show(0);
    int ev = eventfd(3, EFD_NONBLOCK);
    uint64_t v = 0;
    P(read(ev, &v, 8));
    printf("%ld\n", (long)v);
    P(read(ev, &v, 8));
    v = 7;
    P(write(ev, &v, 8));
    P(add(EPOLL_CTL_ADD, ev, EPOLLIN, 9));
    wait_show(100);
    v = -1;
    P(write(ev, &v, 8));
    P(write(ev, &v, 4));
    int sem = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
    P(read(sem, &v, 8)); P(read(sem, &v, 8)); P(read(sem, &v, 8));
    struct pollfd pf[3] = {{a[0], POLLIN, 0}, {99, POLLIN, 0}, {-1, POLLIN, 0}};
    P(poll(pf, 3, 0));
    printf("%x %x %x\n", pf[0].revents, pf[1].revents, pf[2].revents);
    fd_set r, w;
    FD_ZERO(&r); FD_ZERO(&w);
    FD_SET(a[0], &r); FD_SET(a[1], &w); FD_SET(f, &r);
    struct timeval tv = {1, 0};
    P(select(64, &r, &w, NULL, &tv));
    printf("%d %d %d\n", FD_ISSET(a[0], &r), FD_ISSET(a[1], &w), FD_ISSET(f, &r));
    FD_ZERO(&r); FD_SET(40, &r);
    P(select(41, &r, NULL, NULL, &tv));
    P(poll(NULL, 0, 10));
    P(epoll_wait(ep, NULL, 0, 0));
    P(epoll_wait(f, (void *)buf, 1, 0));
    pid_t p = fork();
    if (p == 0) { nap(30); write(a[1], "y", 1); _exit(0); }
    read(a[0], buf, 1);
    P(poll(pf, 1, 5000));
    wait(NULL);
    return 0;
}
