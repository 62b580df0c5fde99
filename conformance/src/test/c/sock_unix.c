#include "t.h"
static void echo_pair(int type) {
    int s[2];
    char buf[64] = "";
    P(socketpair(AF_UNIX, type, 0, s));
    P(send(s[0], "first", 5, 0));
    P(send(s[0], "second", 6, 0));
    P(recv(s[1], buf, 3, 0));
    P(recv(s[1], buf, 64, MSG_DONTWAIT));
    P(recv(s[1], buf, 64, MSG_DONTWAIT));
    P(send(s[0], "peek", 4, 0));
    P(recv(s[1], buf, 64, MSG_PEEK));
    P(recv(s[1], buf, 2, MSG_TRUNC));
    P(shutdown(s[0], SHUT_WR));
    P(recv(s[1], buf, 64, MSG_DONTWAIT));
    P(send(s[0], "x", 1, MSG_NOSIGNAL));
    close(s[1]);
    P(send(s[0], "x", 1, MSG_NOSIGNAL));
    close(s[0]);
}
static void send_fd(int s, int fd) {
    char c = 'f', ctl[CMSG_SPACE(sizeof(int))];
    struct iovec iov = {&c, 1};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = ctl, .msg_controllen = sizeof ctl};
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    h->cmsg_level = SOL_SOCKET;
    h->cmsg_type = SCM_RIGHTS;
    h->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(h), &fd, sizeof fd);
    P(sendmsg(s, &m, 0));
}
static int receive_fd(int s) {
    char c, ctl[100];
    struct iovec iov = {&c, 1};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = ctl, .msg_controllen = sizeof ctl};
    P(recvmsg(s, &m, 0));
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    if (!h) return -1;
    printf("cmsg %d %d len %d\n", h->cmsg_level, h->cmsg_type, (int)h->cmsg_len);
    int fd;
    memcpy(&fd, CMSG_DATA(h), sizeof fd);
    return fd;
}
int main(void) {
    echo_pair(SOCK_STREAM);
    echo_pair(SOCK_DGRAM);
    echo_pair(SOCK_SEQPACKET);
    struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "sock"}, peer;
    int l = socket(AF_UNIX, SOCK_STREAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0);
    P(connect(c, (void *)&a, sizeof a));
    P(bind(l, (void *)&a, sizeof a));
    P(bind(l, (void *)&a, sizeof a));
    P(connect(c, (void *)&a, sizeof a));
    P(listen(l, 1));
    P(connect(c, (void *)&a, sizeof a));
    socklen_t len = sizeof peer;
    int s = accept(l, (void *)&peer, &len);
    P(s >= 0);
    printf("peer family %d len %d\n", peer.sun_family, (int)len);
    len = sizeof peer;
    P(getpeername(c, (void *)&peer, &len));
    printf("%s %d\n", peer.sun_path, (int)len);
    struct ucred cr;
    len = sizeof cr;
    P(getsockopt(c, SOL_SOCKET, SO_PEERCRED, &cr, &len));
    printf("cred %d %d\n", cr.pid == getpid(), cr.uid == getuid());
    int type;
    len = sizeof type;
    P(getsockopt(c, SOL_SOCKET, SO_TYPE, &type, &len));
    printf("type %d\n", type);
    int p[2];
    MUST(pipe(p));
    send_fd(c, p[1]);
    int got = receive_fd(s);
    P(write(got, "via", 3));
    char buf[8] = "";
    P(read(p[0], buf, 3));
    puts(buf);
    int d = socket(AF_UNIX, SOCK_DGRAM, 0);
    struct sockaddr_un ab = {.sun_family = AF_UNIX};
    sprintf(ab.sun_path + 1, "umlaut-test-%d", getpid());
    socklen_t al = sizeof(sa_family_t) + 1 + strlen(ab.sun_path + 1);
    P(bind(d, (void *)&ab, al));
    int e = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    P(sendto(e, "dg", 2, 0, (void *)&ab, al));
    P(recvfrom(d, buf, 8, 0, (void *)&peer, &len));
    P(bind(e, (void *)&ab, al));
    P(recv(e, buf, 8, 0));
    P(socket(AF_UNIX, 77, 0));
    P(socket(999, SOCK_STREAM, 0));
    P(accept(c, NULL, NULL));
    P(send(l, "x", 1, MSG_NOSIGNAL));
    close(l);
    int c2 = socket(AF_UNIX, SOCK_STREAM, 0);
    P(connect(c2, (void *)&a, sizeof a));
    return 0;
}
