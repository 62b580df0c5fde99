#include "t.h"
#include <sched.h>
#include <sys/prctl.h>
/* sched_setattr(2): SCHED_DEADLINE's parameters, admission, children; clamps of utilization; sizes and flags. Says the same with and without the privilege by running twice. */
struct attr { uint32_t size, policy; uint64_t flags; int32_t nice; uint32_t priority; uint64_t runtime, deadline, period; uint32_t min, max; uint64_t more; };
static long set(struct attr *a) { return syscall(SYS_sched_setattr, 0, a, 0); }
static void dl(const char *what, uint64_t flags, uint64_t r, uint64_t d, uint64_t p) {
    struct attr a = {.size = 48, .policy = 6, .flags = flags, .runtime = r, .deadline = d, .period = p};
    long e = set(&a);
    printf("%s: %ld %s\n", what, e, e ? strerrorname_np(errno) : ""); fflush(stdout);
}
static void show(void) {
    struct attr a = {0}; syscall(SYS_sched_getattr, 0, &a, sizeof a, 0);
    int bounded = a.policy == 6;
    printf("policy %u flags %llx nice %d priority %u", a.policy, (long long) a.flags, a.nice, a.priority);
    if (bounded) printf(" runtime %llu deadline %llu period %llu", (long long) a.runtime, (long long) a.deadline, (long long) a.period);
    printf("\n"); fflush(stdout);
}
static void all(void) {
    dl("no deadline", 0, 2000, 0, 0); dl("little runtime", 0, 1023, 1000000, 1000000); dl("runtime above deadline", 0, 2000000, 1000000, 3000000);
    dl("deadline above period", 0, 10000, 2000000, 1000000); dl("short period", 0, 2000, 99999, 99999); dl("long period", 0, 2000, 5000000000, 5000000000);
    dl("negative", 0, 2000, 1ull << 63, 0); dl("too much", 0, 1000000000, 1000000000, 1000000000 / 99 * 100);
    dl("fits", 0, 10000, 1000000, 0); show();
    struct timespec t; P(sched_rr_get_interval(0, &t)); printf("%ld\n", t.tv_nsec == 0 || sched_getscheduler(0) == 0);
    printf("policy %d\n", sched_getscheduler(0));
    pid_t p = fork(); if (p == 0) _exit(0); printf("fork %s\n", p > 0 ? "works" : strerrorname_np(errno)); if (p > 0) waitpid(p, 0, 0);
    dl("reset on fork", 1 | 2, 10000, 1000000, 2000000); show(); fflush(stdout);
    p = fork(); if (p == 0) { show(); _exit(0); } printf("fork %s\n", p > 0 ? "works" : strerrorname_np(errno)); if (p > 0) waitpid(p, 0, 0);
    struct attr a = {.size = 48, .policy = 0}; P(set(&a)); show();
    a = (struct attr) {.size = 56, .flags = 0x20, .min = 10}; P(set(&a)); a.size = 48; P(set(&a)); a.flags = 0x60; a.size = 56; P(set(&a));
    a = (struct attr) {.size = 48, .flags = 0x80}; P(set(&a)); a = (struct attr) {.size = 48, .policy = -1}; P(set(&a)); a.policy = 55; P(set(&a));
    a = (struct attr) {.size = 64, .more = 1}; P(set(&a)); printf("size %u\n", a.size); a = (struct attr) {.size = 40}; P(set(&a)); printf("size %u\n", a.size);
    a = (struct attr) {.size = 48, .flags = 0x8, .nice = 3}; P(set(&a)); show(); a = (struct attr) {.size = 48, .flags = 0x18, .nice = 9, .policy = 3}; P(set(&a)); show();
    struct sched_param none = {0}; P(sched_setscheduler(0, 6, &none)); P(sched_setscheduler(0, 0, 0)); P(syscall(SYS_sched_setscheduler, -1, 0, &none)); P(sched_setparam(0, 0));
}
int main(void) {
    /* As whoever runs it may; then in a user namespace of its own, where the privilege is not over the machine. */
    struct sched_param rt = {.sched_priority = 1};
    int may = sched_setscheduler(0, SCHED_FIFO, &rt) == 0; rt.sched_priority = 0; sched_setscheduler(0, SCHED_OTHER, &rt);
    if (may) { pid_t p = fork(); if (p == 0) { all(); _exit(0); } int s; waitpid(p, &s, 0); }
    NEEDS(unshare(CLONE_NEWUSER)); all(); return 0;
}
