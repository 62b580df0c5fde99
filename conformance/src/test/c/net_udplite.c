/* UDP-Lite (RFC 3828, udplite(7)): datagrams, checksums that cover a part of them, and who wants how much covered. */
#define _GNU_SOURCE
#include "t.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <string.h>

#define SEND_CSCOV 10
#define RECV_CSCOV 11

static int option(int s, int name, int value) {
    int r = setsockopt(s, 136, name, &value, sizeof value);
    int got = -1;
    socklen_t n = sizeof got;
    if (r == 0) getsockopt(s, 136, name, &got, &n);
    printf("option %d = %d: %d %s, now %d\n", name, value, r, r ? strerror(errno) : "", got);
    return r;
}

static void pass(int from, int to, int coverage, int count) {
    char data[3000], back[4000];
    memset(data, 'x', sizeof data);
    setsockopt(from, 136, SEND_CSCOV, &coverage, sizeof coverage);
    ssize_t sent = send(from, data, count, 0);
    struct pollfd p = {to, POLLIN, 0};
    int ready = poll(&p, 1, sent > 0 ? 50 : 0);
    ssize_t got = ready > 0 ? recv(to, back, sizeof back, 0) : -2;
    printf("coverage %d, %d bytes: sent %zd, got %zd\n", coverage, count, sent, got);
}

int main(void) {
    int a = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE);
    if (a < 0 && errno == EPROTONOSUPPORT) return 77;
    int b = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE), u = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    printf("bind %d\n", bind(b, (void *)&at, sizeof at));
    getsockname(b, (void *)&at, &n);
    /* Its ports are not UDP's. */
    printf("udp bind %d\n", bind(u, (void *)&at, sizeof at));
    printf("connect %d\n", connect(a, (void *)&at, sizeof at));
    int value;
    n = sizeof value;
    getsockopt(a, SOL_SOCKET, SO_PROTOCOL, &value, &n);
    printf("protocol %d\n", value);
    option(a, SEND_CSCOV, 3);
    option(a, SEND_CSCOV, 100000);
    option(a, SEND_CSCOV, 20);
    option(u, SEND_CSCOV, 20);
    option(a, 99, 1);
    pass(a, b, 0, 100);
    pass(a, b, 8, 100);
    pass(a, b, 20, 100);
    pass(a, b, 2000, 100);
    pass(a, b, 20, 0);
    option(b, RECV_CSCOV, 50);
    pass(a, b, 20, 100);
    pass(a, b, 50, 100);
    pass(a, b, 0, 100);
    option(b, RECV_CSCOV, 0);
    pass(a, b, 20, 100);
    pass(a, b, 0, 3000);
    int a6 = socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE), b6 = socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE);
    struct sockaddr_in6 at6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    n = sizeof at6;
    if (bind(b6, (void *)&at6, sizeof at6) == 0) {
        getsockname(b6, (void *)&at6, &n);
        printf("connect %d\n", connect(a6, (void *)&at6, sizeof at6));
        pass(a6, b6, 0, 500);
        pass(a6, b6, 30, 500);
    }
    /* Nobody there. */
    close(b);
    char c = 0;
    send(a, &c, 1, 0);
    ssize_t r = recv(a, &c, 1, MSG_DONTWAIT);
    printf("refused %zd %s\n", r, r < 0 ? strerror(errno) : "");
    return 0;
}
