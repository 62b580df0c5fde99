/* Rings of packet sockets (packet(7), packet_mmap): versions 1 to 3 on the loopback device of a network namespace of its own. */
#define _GNU_SOURCE
#include "t.h"
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>

static int udp;
static struct sockaddr_in at;

static void say(int count, int size) {
    char data[2000];
    memset(data, 'a', sizeof data);
    for (int i = 0; i < count; i++) sendto(udp, data, size + i, 0, (void *)&at, sizeof at);
}

static void result(const char *what, long r) { printf("%s: %ld %s\n", what, r, r < 0 ? strerror(errno) : ""); }

static void statistics(int s) {
    unsigned st[3] = {0, 0, 0};
    socklen_t n = sizeof st;
    getsockopt(s, SOL_PACKET, PACKET_STATISTICS, st, &n);
    printf("statistics: %u bytes, %u packets, %u drops\n", n, st[0], st[1]);
}

static void refused(int s, int version) {
    struct tpacket_req3 bad[] = {{5000, 4, 2048, 8}, {4096, 4, 2048, 7}, {4096, 4, 2047, 8}, {4096, 4, 16, 1024}, {0, 4, 2048, 8}, {4096, 0, 2048, 8}};
    for (int i = 0; i < 6; i++) {
        bad[i].tp_retire_blk_tov = 10;
        result("bad ring", setsockopt(s, SOL_PACKET, PACKET_RX_RING, &bad[i], version == TPACKET_V3 ? sizeof bad[i] : 16));
    }
}

static void slots(int version) {
    int s = socket(AF_PACKET, SOCK_RAW, 0);
    int v = version;
    socklen_t n = sizeof v;
    result("header length", getsockopt(s, SOL_PACKET, PACKET_HDRLEN, &v, &n));
    printf("is %d\n", v);
    result("version", setsockopt(s, SOL_PACKET, PACKET_VERSION, &version, sizeof version));
    refused(s, version);
    result("map nothing", (long)mmap(0, 4096, PROT_READ, MAP_SHARED, s, 0) == -1 ? -1 : 0);
    struct tpacket_req r = {4096, 2, 1024, 8};
    result("ring", setsockopt(s, SOL_PACKET, PACKET_RX_RING, &r, sizeof r));
    result("again", setsockopt(s, SOL_PACKET, PACKET_RX_RING, &r, sizeof r));
    result("version now", setsockopt(s, SOL_PACKET, PACKET_VERSION, &version, sizeof version));
    unsigned char *ring = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, s, 0);
    struct sockaddr_ll ll = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = if_nametoindex("lo")};
    int ignore = 1;
    setsockopt(s, SOL_PACKET, PACKET_IGNORE_OUTGOING, &ignore, sizeof ignore);
    result("bind", bind(s, (void *)&ll, sizeof ll));
    struct pollfd p = {s, POLLIN, 0};
    printf("poll %d\n", poll(&p, 1, 0));
    say(11, 20);
    printf("poll %d %x\n", poll(&p, 1, 1000), p.revents);
    for (int i = 0; i < 8; i++) {
        unsigned char *f = ring + i * 1024;
        unsigned len, snap, mac, net, status;
        struct sockaddr_ll *from = (void *)(f + TPACKET_ALIGN(version ? sizeof(struct tpacket2_hdr) : sizeof(struct tpacket_hdr)));
        if (version) {
            struct tpacket2_hdr *h = (void *)f;
            status = h->tp_status, len = h->tp_len, snap = h->tp_snaplen, mac = h->tp_mac, net = h->tp_net;
            h->tp_status = 0;
        } else {
            struct tpacket_hdr *h = (void *)f;
            status = h->tp_status, len = h->tp_len, snap = h->tp_snaplen, mac = h->tp_mac, net = h->tp_net;
            h->tp_status = 0;
        }
        printf("%d: user %d copy %d len %u snap %u mac %u net %u type %d proto %x ip %x data %c\n", i, status & 1, status >> 1 & 1, len, snap, mac, net, from->sll_pkttype,
            ntohs(from->sll_protocol), f[net], f[net + 28]);
    }
    printf("poll %d\n", poll(&p, 1, 0));
    statistics(s);
    say(1, 1500);
    struct tpacket_hdr *h1 = (void *)ring;
    struct tpacket2_hdr *h2 = (void *)ring;
    printf("long: len %u snap %u copy %d\n", version ? h2->tp_len : h1->tp_len, version ? h2->tp_snaplen : h1->tp_snaplen, (int)(version ? h2->tp_status : h1->tp_status) >> 1 & 1);
    munmap(ring, 8192);
    close(s);
}

static void block(int s, char *ring, int i) {
    struct tpacket_block_desc *b = (void *)(ring + i * 8192);
    struct tpacket_hdr_v1 *h = &b->hdr.bh1;
    printf("block %d: version %u private %u user %d packets %u first %u length %u number %llu\n", i, b->version, b->offset_to_priv, h->block_status & 1, h->num_pkts,
        h->offset_to_first_pkt, h->blk_len, (unsigned long long)h->seq_num);
    char *at3 = (char *)b + h->offset_to_first_pkt;
    for (unsigned k = 0; k < h->num_pkts; k++) {
        struct tpacket3_hdr *f = (void *)at3;
        struct sockaddr_ll *from = (void *)(at3 + TPACKET_ALIGN(sizeof *f));
        if (k < 2 || k == h->num_pkts - 1)
            printf("  %u: next %u len %u snap %u mac %u net %u type %d ip %x\n", k, f->tp_next_offset, f->tp_len, f->tp_snaplen, f->tp_mac, f->tp_net, from->sll_pkttype,
                (unsigned char)at3[f->tp_net]);
        at3 += f->tp_next_offset;
    }
    h->block_status = 0;
}

static void blocks(void) {
    int s = socket(AF_PACKET, SOCK_RAW, 0), version = TPACKET_V3, ignore = 1;
    int v = version;
    socklen_t n = sizeof v;
    getsockopt(s, SOL_PACKET, PACKET_HDRLEN, &v, &n);
    printf("header length %d\n", v);
    setsockopt(s, SOL_PACKET, PACKET_VERSION, &version, sizeof version);
    setsockopt(s, SOL_PACKET, PACKET_IGNORE_OUTGOING, &ignore, sizeof ignore);
    refused(s, version);
    struct tpacket_req3 r = {.tp_block_size = 8192, .tp_block_nr = 2, .tp_frame_size = 2048, .tp_frame_nr = 8, .tp_retire_blk_tov = 100, .tp_sizeof_priv = 12};
    result("ring", setsockopt(s, SOL_PACKET, PACKET_RX_RING, &r, sizeof r));
    char *ring = mmap(0, 16384, PROT_READ | PROT_WRITE, MAP_SHARED, s, 0);
    struct sockaddr_ll ll = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = if_nametoindex("lo")};
    bind(s, (void *)&ll, sizeof ll);
    struct pollfd p = {s, POLLIN, 0};
    say(3, 100);
    printf("poll %d\n", poll(&p, 1, 5000));
    block(s, ring, 0);
    say(20, 700);
    printf("poll %d\n", poll(&p, 1, 5000));
    block(s, ring, 1);
    statistics(s);
    close(s);
}

/* What a classic BPF program lets through, and how much of it. */
static void filters(void) {
    int s = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_IP)), ignore = 1;
    setsockopt(s, SOL_PACKET, PACKET_IGNORE_OUTGOING, &ignore, sizeof ignore);
    struct sock_filter loop[] = {BPF_STMT(BPF_JMP | BPF_JA, 5), BPF_STMT(BPF_RET | BPF_K, 1)};
    struct sock_filter zero[] = {BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), BPF_STMT(BPF_RET | BPF_K, 1)};
    struct sock_filter open[] = {BPF_STMT(BPF_LD | BPF_IMM, 5)};
    struct sock_filter empty[] = {};
    /* UDP to port 999 from this machine, at least 60 bytes of data: the first 50 bytes of the frame. */
    struct sock_filter udp999[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, SKF_NET_OFF + 9), BPF_JUMP(BPF_JMP | BPF_JEQ, 17, 0, 10),
        BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14), BPF_STMT(BPF_LD | BPF_H | BPF_IND, 16), BPF_JUMP(BPF_JMP | BPF_JEQ, 999, 0, 7),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_PKTTYPE), BPF_JUMP(BPF_JMP | BPF_JEQ, 0, 0, 5),
        BPF_STMT(BPF_LD | BPF_H | BPF_IND, 18), BPF_STMT(BPF_ALU | BPF_SUB | BPF_K, 8), BPF_STMT(BPF_ST, 3), BPF_STMT(BPF_LD | BPF_MEM, 3),
        BPF_JUMP(BPF_JMP | BPF_JGE, 60, 1, 0), BPF_STMT(BPF_RET | BPF_K, 0), BPF_STMT(BPF_RET | BPF_K, 50)};
    struct { struct sock_filter *f; int n; const char *name; } all[] = {{loop, 2, "loop"}, {zero, 2, "zero"}, {open, 1, "open"}, {empty, 0, "empty"}, {udp999, 14, "udp999"}};
    for (int i = 0; i < 5; i++) {
        struct sock_fprog p = {all[i].n, all[i].f};
        result(all[i].name, setsockopt(s, SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof p));
    }
    char got[3000];
    say(1, 59);
    say(1, 60);
    say(1, 200);
    for (int i = 0; i < 3; i++) result("got", recv(s, got, sizeof got, MSG_DONTWAIT | MSG_TRUNC));
    result("detach", setsockopt(s, SOL_SOCKET, SO_DETACH_FILTER, &ignore, sizeof ignore));
    result("detach", setsockopt(s, SOL_SOCKET, SO_DETACH_FILTER, &ignore, sizeof ignore));
    say(1, 59);
    result("got", recv(s, got, sizeof got, MSG_DONTWAIT));
    close(s);
}

int main(void) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return 77;
    udp = socket(AF_INET, SOCK_DGRAM, 0);
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    ioctl(udp, SIOCSIFFLAGS, &lo);
    int sink = socket(AF_INET, SOCK_DGRAM, 0);
    at = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(999), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    bind(sink, (void *)&at, sizeof at);
    int v = 7;
    socklen_t n = sizeof v;
    result("no such version", getsockopt(socket(AF_PACKET, SOCK_RAW, 0), SOL_PACKET, PACKET_HDRLEN, &v, &n));
    slots(TPACKET_V1);
    slots(TPACKET_V2);
    blocks();
    filters();
    return 0;
}
