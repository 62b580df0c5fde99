/* Options of Internet sockets: what is read back, and the errno of what is not known. */
#include "t.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>

static void one(const char *kind, int fd, int level, const char *what, int name, int value) {
    int before = -77, after = -77;
    socklen_t l = sizeof before;
    int g = getsockopt(fd, level, name, &before, &l) ? -errno : l;
    int s = setsockopt(fd, level, name, &value, sizeof value) ? -errno : 0;
    l = sizeof after;
    getsockopt(fd, level, name, &after, &l);
    printf("%s %s: get %d %d, set %d: %d, then %d\n", kind, what, g, before, value, s, after);
}

#define O(fd, level, name, value) one(kind, fd, level, #name, name, value)

static void all(const char *kind, int fd) {
    O(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    O(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    O(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    O(fd, SOL_SOCKET, SO_BROADCAST, 5);
    O(fd, SOL_SOCKET, SO_OOBINLINE, 1);
    O(fd, SOL_SOCKET, SO_DONTROUTE, 1);
    O(fd, SOL_SOCKET, SO_PRIORITY, 3);
    O(fd, SOL_SOCKET, SO_RCVLOWAT, 3);
    O(fd, SOL_SOCKET, SO_RCVBUF, 10000);
    O(fd, SOL_SOCKET, SO_RCVBUF, 1);
    O(fd, SOL_SOCKET, SO_SNDBUF, 10000);
    O(fd, SOL_SOCKET, SO_TYPE, 1);
    O(fd, SOL_SOCKET, SO_DOMAIN, 1);
    O(fd, SOL_SOCKET, SO_PROTOCOL, 1);
    O(fd, SOL_SOCKET, SO_ACCEPTCONN, 1);
    O(fd, SOL_SOCKET, SO_ERROR, 1);
    O(fd, SOL_SOCKET, SO_PEEK_OFF, 2);
    O(fd, SOL_SOCKET, 9999, 1);
    O(fd, SOL_IP, IP_TTL, 10);
    O(fd, SOL_IP, IP_TTL, 256);
    O(fd, SOL_IP, IP_TTL, 0);
    O(fd, SOL_IP, IP_TOS, 0x13);
    O(fd, SOL_IP, IP_PKTINFO, 1);
    O(fd, SOL_IP, IP_RECVTTL, 1);
    O(fd, SOL_IP, IP_RECVERR, 1);
    O(fd, SOL_IP, IP_MTU_DISCOVER, 2);
    O(fd, SOL_IP, IP_MTU_DISCOVER, 17);
    O(fd, SOL_IP, IP_MTU, 1);
    O(fd, SOL_IP, IP_FREEBIND, 1);
    O(fd, SOL_IP, IP_MINTTL, 3);
    O(fd, SOL_IP, IP_HDRINCL, 1);
    O(fd, SOL_IP, IP_MULTICAST_TTL, 3);
    O(fd, SOL_IP, IP_MULTICAST_LOOP, 0);
    O(fd, SOL_IP, IP_MULTICAST_ALL, 0);
    O(fd, SOL_IP, 777, 1);
    O(fd, SOL_IPV6, IPV6_V6ONLY, 1);
    O(fd, SOL_IPV6, IPV6_UNICAST_HOPS, 9);
    O(fd, SOL_IPV6, IPV6_MULTICAST_HOPS, 9);
    O(fd, SOL_IPV6, IPV6_RECVPKTINFO, 1);
    O(fd, SOL_IPV6, IPV6_TCLASS, 8);
    O(fd, SOL_IPV6, 7777, 1);
    O(fd, SOL_TCP, TCP_NODELAY, 1);
    O(fd, SOL_TCP, TCP_CORK, 1);
    O(fd, SOL_TCP, TCP_KEEPIDLE, 100);
    O(fd, SOL_TCP, TCP_KEEPIDLE, 0);
    O(fd, SOL_TCP, TCP_KEEPINTVL, 10);
    O(fd, SOL_TCP, TCP_KEEPCNT, 200);
    O(fd, SOL_TCP, TCP_SYNCNT, 3);
    O(fd, SOL_TCP, TCP_LINGER2, 20);
    O(fd, SOL_TCP, TCP_DEFER_ACCEPT, 5);
    O(fd, SOL_TCP, TCP_USER_TIMEOUT, 5000);
    O(fd, SOL_TCP, TCP_QUICKACK, 0);
    O(fd, SOL_TCP, 888, 1);
    O(fd, SOL_UDP, UDP_CORK, 1);
    O(fd, 12345, 1, 1);
    char name[16] = {0};
    socklen_t l = sizeof name;
    printf("%s congestion %d %d\n", kind, getsockopt(fd, SOL_TCP, TCP_CONGESTION, name, &l), l);
    P(setsockopt(fd, SOL_TCP, TCP_CONGESTION, "reno", 4));
    P(setsockopt(fd, SOL_TCP, TCP_CONGESTION, "nonesuch", 8));
    P(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "nonesuch", 8));
    P(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &l, 2));
    P(setsockopt(fd, SOL_IP, IP_TTL, (void *)8, 4));
    P(getsockopt(fd, SOL_IP, IP_TTL, name, (void *)8));
}

int main(void) {
    all("tcp4", socket(AF_INET, SOCK_STREAM, 0));
    all("udp4", socket(AF_INET, SOCK_DGRAM, 0));
    all("tcp6", socket(AF_INET6, SOCK_STREAM, 0));
    all("udp6", socket(AF_INET6, SOCK_DGRAM, 0));
    return 0;
}
