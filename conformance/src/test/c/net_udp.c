/* UDP on loopback: names, errors, control messages, options, IPv6. */
#include "t.h"
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <arpa/inet.h>

static struct sockaddr_in at(unsigned ip, int port) {
    struct sockaddr_in a = {AF_INET, htons(port), {htonl(ip)}};
    return a;
}

static int bound(struct sockaddr_in *a) {
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    socklen_t l = sizeof *a;
    *a = at(INADDR_LOOPBACK, 0);
    MUST(bind(s, (void *)a, sizeof *a));
    MUST(getsockname(s, (void *)a, &l));
    return s;
}

static void show_poll(const char *what, int fd) {
    struct pollfd p = {fd, POLLIN | POLLOUT | POLLPRI | POLLRDHUP, 0};
    poll(&p, 1, 50);
    printf("%s: poll %#x\n", what, p.revents);
}

static void basics(void) {
    struct sockaddr_in a, b, c;
    char buf[100];
    int r = bound(&a), s = socket(AF_INET, SOCK_DGRAM, 0), n;
    socklen_t l = sizeof c;
    show_poll("fresh", s);
    P(send(s, "x", 1, 0));
    P(sendto(s, "x", 1, 0, (void *)&a, 3));
    P(recv(s, buf, 1, MSG_DONTWAIT));
    P(listen(s, 1));
    P(accept(s, 0, 0));
    P(getpeername(s, (void *)&c, &l));
    P(sendto(s, "hello", 5, 0, (void *)&a, sizeof a));
    P(sendto(s, "", 0, 0, (void *)&a, sizeof a));
    P(ioctl(r, FIONREAD, &n));
    printf("readable %d\n", n);
    show_poll("input", r);
    P(recv(r, buf, 2, MSG_PEEK));
    P(recv(r, buf, 2, MSG_TRUNC | MSG_PEEK));
    P(recvfrom(r, buf, 2, 0, (void *)&c, &l));
    printf("from %d %d\n", l, c.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
    P(recv(r, buf, 100, 0));
    P(recv(r, buf, 100, MSG_DONTWAIT));
    P(connect(s, (void *)&a, sizeof a));
    P(getpeername(s, (void *)&c, &l));
    P(send(s, "abc", 3, 0));
    P(read(r, buf, 100));
    b = at(INADDR_LOOPBACK, 0);
    P(sendto(s, "x", 1, 0, (void *)&b, sizeof b));
    P(write(s, buf, 0));
    P(recv(r, buf, 100, MSG_DONTWAIT));
    P(shutdown(s, SHUT_WR));
    P(send(s, "x", 1, MSG_NOSIGNAL));
    P(send(s, "x", 1, MSG_OOB));
    P(recv(r, buf, 1, MSG_OOB | MSG_DONTWAIT));
    b.sin_family = AF_UNSPEC;
    P(connect(s, (void *)&b, sizeof b));
    P(getpeername(s, (void *)&c, &l));
    close(s);
    s = socket(AF_INET, SOCK_DGRAM, 0);
    P(shutdown(s, SHUT_RD));
    P(recv(s, buf, 1, MSG_DONTWAIT));
    char *big = calloc(1, 70000);
    P(sendto(s, big, 65508, 0, (void *)&a, sizeof a));
    P(sendto(s, big, 65507, 0, (void *)&a, sizeof a));
    P(recv(r, big, 70000, 0));
    P(bind(s, (void *)&a, sizeof a));
    close(s);
    s = socket(AF_INET, SOCK_DGRAM, 0);
    P(bind(s, (void *)&a, sizeof a));
    int one = 1;
    P(setsockopt(s, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one));
    P(bind(s, (void *)&a, sizeof a));
    b = at(0x7f000005, 0);
    P(bind(s, (void *)&b, sizeof b));
    b = at(0x01020304, 0);
    P(bind(s, (void *)&b, sizeof b));
    b = at(0x7fffffff, ntohs(a.sin_port));
    P(sendto(s, "x", 1, 0, (void *)&b, sizeof b));
    close(s);
    close(r);
    free(big);
}

static void errors(void) {
    struct sockaddr_in a;
    char buf[100];
    int r = bound(&a), s = socket(AF_INET, SOCK_DGRAM, 0), one = 1;
    close(r);
    P(connect(s, (void *)&a, sizeof a));
    P(send(s, "x", 1, 0));
    nap(10);
    show_poll("refused", s);
    P(send(s, "x", 1, 0));
    P(recv(s, buf, 1, MSG_DONTWAIT));
    P(setsockopt(s, SOL_IP, IP_RECVERR, &one, sizeof one));
    P(recv(s, buf, 1, MSG_DONTWAIT | MSG_ERRQUEUE));
    P(send(s, "lost", 4, 0));
    nap(10);
    show_poll("queued", s);
    struct sockaddr_in from;
    char control[512];
    struct iovec v = {buf, sizeof buf};
    struct msghdr m = {&from, sizeof from, &v, 1, control, sizeof control, 0};
    P(recvmsg(s, &m, MSG_ERRQUEUE));
    printf("flags %#x port %d\n", m.msg_flags, from.sin_port == a.sin_port);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
        struct sock_extended_err *e = (void *)CMSG_DATA(c);
        struct sockaddr_in *o = (void *)SO_EE_OFFENDER(e);
        printf("cmsg %d %d len %d: %d %d %d %d, offender %#x\n", c->cmsg_level, c->cmsg_type, (int)c->cmsg_len, e->ee_errno,
               e->ee_origin, e->ee_type, e->ee_code, ntohl(o->sin_addr.s_addr));
    }
    int e = -1;
    socklen_t l = sizeof e;
    getsockopt(s, SOL_SOCKET, SO_ERROR, &e, &l);
    printf("error %d\n", e);
    close(s);
}

static void control(void) {
    struct sockaddr_in a;
    int r = bound(&a), s = socket(AF_INET, SOCK_DGRAM, 0), one = 1;
    P(setsockopt(r, SOL_IP, IP_PKTINFO, &one, sizeof one));
    P(setsockopt(r, SOL_IP, IP_RECVTTL, &one, sizeof one));
    P(setsockopt(r, SOL_IP, IP_RECVTOS, &one, sizeof one));
    P(setsockopt(r, SOL_SOCKET, SO_TIMESTAMP, &one, sizeof one));
    char cb[CMSG_SPACE(sizeof(int)) * 2] = {0}, rb[512], buf[10];
    struct iovec v = {"hi", 2}, w = {buf, 10};
    struct msghdr m = {&a, sizeof a, &v, 1, cb, sizeof cb, 0}, q = {0, 0, &w, 1, rb, sizeof rb, 0};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_IP;
    c->cmsg_type = IP_TTL;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    *(int *)CMSG_DATA(c) = 7;
    c = CMSG_NXTHDR(&m, c);
    c->cmsg_level = SOL_IP;
    c->cmsg_type = IP_TOS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    *(int *)CMSG_DATA(c) = 0x10;
    P(sendmsg(s, &m, 0));
    P(recvmsg(r, &q, 0));
    for (c = CMSG_FIRSTHDR(&q); c; c = CMSG_NXTHDR(&q, c)) {
        printf("cmsg %d %d len %d", c->cmsg_level, c->cmsg_type, (int)c->cmsg_len);
        if (c->cmsg_level == SOL_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo *p = (void *)CMSG_DATA(c);
            printf(": %d %#x %#x", p->ipi_ifindex, ntohl(p->ipi_addr.s_addr), ntohl(p->ipi_spec_dst.s_addr));
        } else if (c->cmsg_level == SOL_IP) printf(": %d", *(unsigned char *)CMSG_DATA(c));
        printf("\n");
    }
    *(int *)CMSG_DATA(CMSG_FIRSTHDR(&m)) = 999;
    P(sendmsg(s, &m, 0));
    struct mmsghdr mm[3];
    memset(mm, 0, sizeof mm);
    for (int i = 0; i < 3; i++) {
        mm[i].msg_hdr.msg_name = &a;
        mm[i].msg_hdr.msg_namelen = sizeof a;
        mm[i].msg_hdr.msg_iov = &v;
        mm[i].msg_hdr.msg_iovlen = 1;
    }
    P(sendmmsg(s, mm, 3, 0));
    for (int i = 0; i < 3; i++) mm[i].msg_hdr.msg_iov = &w, mm[i].msg_hdr.msg_name = 0;
    P(recvmmsg(r, mm, 3, MSG_WAITFORONE, 0));
    printf("lengths %d %d %d\n", mm[0].msg_len, mm[1].msg_len, mm[2].msg_len);
    P(send(s, "x", 1, MSG_MORE));
    P(connect(s, (void *)&a, sizeof a));
    P(send(s, "one", 3, MSG_MORE));
    P(send(s, "two", 3, 0));
    P(recv(r, buf, 10, 0));
    close(r);
    close(s);
}

static void six(void) {
    struct sockaddr_in6 a = {AF_INET6}, f;
    struct sockaddr_in b = at(INADDR_LOOPBACK, 0);
    socklen_t l = sizeof a;
    char buf[64];
    int r = socket(AF_INET6, SOCK_DGRAM, 0), s = socket(AF_INET, SOCK_DGRAM, 0), t = socket(AF_INET6, SOCK_DGRAM, 0);
    P(bind(r, (void *)&b, sizeof b));
    P(bind(r, (void *)&a, 10));
    P(bind(r, (void *)&a, sizeof a));
    MUST(getsockname(r, (void *)&a, &l));
    b.sin_port = a.sin6_port;
    P(bind(s, (void *)&b, sizeof b));
    P(sendto(s, "four", 4, 0, (void *)&b, sizeof b));
    P(recvfrom(r, buf, 64, 0, (void *)&f, &l));
    inet_ntop(AF_INET6, &f.sin6_addr, buf, sizeof buf);
    printf("from %s, %d\n", buf, l);
    a.sin6_addr = in6addr_loopback;
    P(sendto(t, "six", 3, 0, (void *)&a, sizeof a));
    P(recvfrom(r, buf, 64, 0, (void *)&f, &l));
    inet_ntop(AF_INET6, &f.sin6_addr, buf, sizeof buf);
    printf("from %s, %d\n", buf, l);
    int one = 1;
    P(setsockopt(r, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one));
    P(setsockopt(t, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one));
    P(setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one));
    inet_pton(AF_INET6, "::ffff:127.0.0.1", &a.sin6_addr);
    P(sendto(t, "x", 1, 0, (void *)&a, sizeof a));
    P(connect(t, (void *)&a, sizeof a));
    inet_pton(AF_INET6, "fe80::1", &a.sin6_addr);
    P(connect(t, (void *)&a, sizeof a));
    int u = socket(AF_INET6, SOCK_DGRAM, 0);
    a.sin6_addr = in6addr_any;
    P(bind(u, (void *)&a, sizeof a));
    P(socket(AF_INET6, SOCK_STREAM, IPPROTO_UDP));
    P(socket(AF_INET, SOCK_SEQPACKET, 0));
    P(socket(AF_INET, SOCK_DGRAM, 300));
    P(socket(AF_INET, 77, 0));
    P(socket(99, SOCK_DGRAM, 0));
    close(r);
    close(s);
    close(t);
    close(u);
}

static void multicast(void) {
    struct ip_mreqn m = {{htonl(0xe0000109)}, {htonl(INADDR_LOOPBACK)}, 0};
    struct sockaddr_in a = at(INADDR_ANY, 0);
    socklen_t l = sizeof a;
    char buf[10];
    int r = socket(AF_INET, SOCK_DGRAM, 0), s = socket(AF_INET, SOCK_DGRAM, 0), n = 5;
    MUST(bind(r, (void *)&a, sizeof a));
    MUST(getsockname(r, (void *)&a, &l));
    P(setsockopt(r, SOL_IP, IP_ADD_MEMBERSHIP, &m, sizeof m));
    P(setsockopt(r, SOL_IP, IP_ADD_MEMBERSHIP, &m, sizeof m));
    P(setsockopt(s, SOL_IP, IP_MULTICAST_IF, &m.imr_address, 4));
    P(setsockopt(s, SOL_IP, IP_MULTICAST_TTL, &n, 4));
    n = 300;
    P(setsockopt(s, SOL_IP, IP_MULTICAST_TTL, &n, 4));
    a.sin_addr = m.imr_multiaddr;
    P(sendto(s, "group", 5, 0, (void *)&a, sizeof a));
    P(recv(r, buf, 10, MSG_DONTWAIT));
    P(setsockopt(r, SOL_IP, IP_DROP_MEMBERSHIP, &m, sizeof m));
    P(setsockopt(r, SOL_IP, IP_DROP_MEMBERSHIP, &m, sizeof m));
    m.imr_multiaddr.s_addr = htonl(INADDR_LOOPBACK);
    P(setsockopt(r, SOL_IP, IP_ADD_MEMBERSHIP, &m, sizeof m));
    close(r);
    close(s);
}

int main(void) {
    basics();
    errors();
    control();
    six();
    multicast();
    return 0;
}
