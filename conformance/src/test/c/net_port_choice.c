#include "t.h"
#include <netinet/in.h>
/* connect(2) chooses no port that somebody has by bind(2), even one that bind chose itself; but one that another connection has. */
#define LOCAL_PORT_RANGE 51
static struct sockaddr_in here(int port) {
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}
static int listener(void) {
    struct sockaddr_in a = here(0);
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    MUST(bind(fd, (void *) &a, sizeof a));
    MUST(listen(fd, 5));
    return fd;
}
static int port(int fd) {
    struct sockaddr_in a;
    socklen_t n = sizeof a;
    MUST(getsockname(fd, (void *) &a, &n));
    return ntohs(a.sin_port);
}
static int from(int only) {
    unsigned range = (unsigned) only << 16 | only;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (setsockopt(fd, IPPROTO_IP, LOCAL_PORT_RANGE, &range, sizeof range) < 0) exit(77);
    return fd;
}
int main(void) {
    int a = listener(), b = listener(), pa = port(a), pb = port(b);
    struct sockaddr_in to_a = here(pa), to_b = here(pb);
    P(connect(from(pa), (void *) &to_a, sizeof to_a));
    P(connect(from(pb), (void *) &to_a, sizeof to_a));
    int c = socket(AF_INET, SOCK_STREAM, 0);
    P(connect(c, (void *) &to_a, sizeof to_a));
    P(connect(from(port(c)), (void *) &to_a, sizeof to_a));
    int d = from(port(c));
    P(connect(d, (void *) &to_b, sizeof to_b));
    printf("same port %d\n", port(c) == port(d));
    return 0;
}
