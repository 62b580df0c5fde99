#include "t.h"
#include <stddef.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/ptrace.h>
/* Filters: each action, the checker, threads, listeners, tracers. Every case in a child of its own. */
static int seccomp(unsigned op, unsigned flags, void *arg) { return syscall(SYS_seccomp, op, flags, arg); }
#define NR(n, action) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, n, 0, 1), BPF_STMT(BPF_RET | BPF_K, action)
#define LOAD BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
static int filter(unsigned flags, int nr, unsigned action) {
    struct sock_filter f[] = {LOAD, NR(nr, action), ALLOW};
    struct sock_fprog p = {4, f};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return seccomp(SECCOMP_SET_MODE_FILTER, flags, &p);
}
static void on(int s, siginfo_t *si, void *c) {
    ucontext_t *u = c;
    printf("SIGSYS code %d errno %d syscall %d arch %x rax %lld\n", si->si_code, si->si_errno, si->si_syscall, si->si_arch,
        (long long) u->uc_mcontext.gregs[REG_RAX]);
    printf("addr %d\n", (long long) si->si_call_addr == u->uc_mcontext.gregs[REG_RIP]);
    u->uc_mcontext.gregs[REG_RAX] = 99;
}
static void lines(void) {
    char b[4096]; int fd = open("/proc/self/status", O_RDONLY); int n = read(fd, b, sizeof b - 1); b[n > 0 ? n : 0] = 0; close(fd);
    char *p = strstr(b, "\nNoNewPrivs:"); for (int i = 0; p && i < 3; i++) { char *e = strchr(p + 1, '\n'); printf("%.*s\n", (int)(e - p - 1), p + 1); p = e; }
}
static volatile int go;
static void *other(void *p) { while (!go) usleep(1000); long r = syscall(SYS_getppid); return (void *)(r < 0 ? (long) errno : 0); }
static void *dies(void *p) { filter(0, SYS_getppid, SECCOMP_RET_KILL_THREAD); syscall(SYS_getppid); return (void *) 1; }
static void t_errno(void) { lines(); P(filter(0, SYS_getppid, SECCOMP_RET_ERRNO | 7)); P(syscall(SYS_getppid)); lines();
    P(filter(0, SYS_getppid, SECCOMP_RET_ERRNO | 9)); P(syscall(SYS_getppid)); P(prctl(PR_GET_SECCOMP)); P(prctl(PR_SET_SECCOMP, 1)); P(syscall(SYS_getpid) > 0);
    P(filter(0, SYS_getpid, SECCOMP_RET_ERRNO)); P(syscall(SYS_getpid)); }
static void t_trap(void) { struct sigaction a = {.sa_sigaction = on, .sa_flags = SA_SIGINFO}; sigaction(SIGSYS, &a, 0);
    P(filter(0, SYS_getppid, SECCOMP_RET_TRAP | 33)); printf("%ld\n", syscall(SYS_getppid)); }
static void t_log(void) { P(filter(SECCOMP_FILTER_FLAG_LOG, SYS_getppid, SECCOMP_RET_LOG)); P(syscall(SYS_getppid) > 0); }
static void t_trace(void) { P(filter(0, SYS_getppid, SECCOMP_RET_TRACE | 5)); P(syscall(SYS_getppid)); }
static void t_kill(void) { P(filter(0, SYS_getppid, SECCOMP_RET_KILL_PROCESS)); fflush(stdout); syscall(SYS_getppid); printf("alive\n"); }
static void t_killthread(void) { pthread_t t; pthread_create(&t, 0, dies, 0); usleep(100000); printf("main lives\n"); }
static void t_unknown(void) { P(filter(0, SYS_getppid, 0x12340000)); fflush(stdout); syscall(SYS_getppid); printf("alive\n"); }
static void t_futex(void) { P(filter(0, SYS_futex, SECCOMP_RET_ERRNO | 11)); int w = 0; P(syscall(SYS_futex, &w, 1, 1, 0, 0, 0)); }
static void t_strict(void) { P(seccomp(SECCOMP_SET_MODE_STRICT, 0, 0)); write(1, "strict\n", 7); syscall(SYS_getpid); write(1, "alive\n", 6); }
static void t_tsync(void) { pthread_t t; void *r; pthread_create(&t, 0, other, 0); prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    P(filter(SECCOMP_FILTER_FLAG_TSYNC, SYS_getppid, SECCOMP_RET_ERRNO | 3)); go = 1; pthread_join(t, &r); printf("other: %ld\n", (long) r); }
static void t_bad(void) {
    struct sock_filter none[] = {LOAD}, far[] = {BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 9, 0), ALLOW}, odd[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2), ALLOW},
        big[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64), ALLOW}, half[] = {BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0), ALLOW}, div[] = {BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), ALLOW},
        mem[] = {BPF_STMT(BPF_LD | BPF_MEM, 0), ALLOW}, slot[] = {BPF_STMT(BPF_ST, 16), ALLOW};
    struct { const char *n; struct sock_filter *f; int l; } all[] = {{"noret", none, 1}, {"far", far, 2}, {"odd", odd, 2}, {"big", big, 2}, {"half", half, 2}, {"div", div, 2}, {"mem", mem, 2}, {"slot", slot, 2}, {"empty", none, 0}};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    for (int i = 0; i < 9; i++) { struct sock_fprog p = {all[i].l, all[i].f}; printf("%s ", all[i].n); P(seccomp(1, 0, &p)); }
    P(seccomp(1, 0, 0)); P(seccomp(1, 0x4000, 0)); P(seccomp(77, 0, 0)); P(seccomp(0, 1, 0));
    unsigned a[] = {SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_TRAP, SECCOMP_RET_ERRNO, SECCOMP_RET_USER_NOTIF, SECCOMP_RET_TRACE, SECCOMP_RET_LOG, SECCOMP_RET_ALLOW, 0x1234};
    for (int i = 0; i < 9; i++) P(seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &a[i]));
    struct seccomp_notif_sizes s; P(seccomp(SECCOMP_GET_NOTIF_SIZES, 0, &s)); printf("%d %d %d\n", s.seccomp_notif, s.seccomp_notif_resp, s.seccomp_data);
}
static void t_notify(void) {
    int fd = filter(SECCOMP_FILTER_FLAG_NEW_LISTENER, SYS_getppid, SECCOMP_RET_USER_NOTIF);
    printf("listener %d\n", fd >= 0);
    P(filter(SECCOMP_FILTER_FLAG_NEW_LISTENER, SYS_getppid, SECCOMP_RET_USER_NOTIF));
    pid_t p = fork();
    if (p == 0) { long r = syscall(SYS_getppid, 1, 2, 3); printf("%ld %s\n", r, r < 0 ? strerrorname_np(errno) : "");
        r = syscall(SYS_getppid); printf("%ld %s\n", r, r < 0 ? strerrorname_np(errno) : ""); printf("%d\n", syscall(SYS_getppid) > 0);
        int got = syscall(SYS_getppid); printf("fd works %zd\n", write(got, "", 0)); fflush(stdout); _exit(0); }
    struct seccomp_notif n; struct seccomp_notif_resp r; struct pollfd pf = {fd, POLLIN};
    int added = 0;
    for (int i = 0; i < 4; i++) {
        printf("poll %d %x\n", poll(&pf, 1, 5000), pf.revents & (POLLIN | POLLHUP));
        memset(&n, 0, sizeof n); memset(&r, 0, sizeof r);
        P(ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &n));
        printf("pid %d nr %d arg %llu\n", n.pid == p, n.data.nr == SYS_getppid, i == 0 ? n.data.args[1] : 2);
        P(ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &n.id));
        r.id = n.id + 5; P(ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &r));
        r.id = n.id; r.flags = 8; P(ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &r));
        r.flags = 0;
        if (i == 0) r.val = 4711; if (i == 1) r.error = -ENOTBLK; if (i == 2) r.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        if (i == 3) { struct seccomp_notif_addfd a = {.id = n.id, .flags = 2, .srcfd = 1}; added = ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &a) > 2; }
        else P(ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &r));
        fflush(stdout);
    }
    int s; P(waitpid(p, &s, 0) == p);
    printf("addfd %d\n", added);
    P(ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &r));
    n.pid = 1; P(ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &n));
    show_status("child", s);
    close(fd); P(syscall(SYS_getppid));
}
/* A reply that looks like a restart is the program's, without a signal; adding descriptors by a struct of another size. */
static void t_replies(void) {
    int fd = filter(SECCOMP_FILTER_FLAG_NEW_LISTENER, SYS_getppid, SECCOMP_RET_USER_NOTIF);
    pid_t p = fork();
    if (p == 0) { for (int i = 0; i < 2; i++) { long r = syscall(SYS_getppid); printf("%ld %d\n", r, r < 0 ? errno : 0); } fflush(stdout); _exit(0); }
    struct seccomp_notif n = {0}; struct seccomp_notif_resp r = {0};
    P(ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &n));
    struct { struct seccomp_notif_addfd a; char more[8]; } big = {.a = {.id = n.id, .srcfd = 1}};
    P(ioctl(fd, SECCOMP_IOW(3, struct seccomp_notif_addfd), &big) > 2);
    P(ioctl(fd, _IOWR(SECCOMP_IOC_MAGIC, 3, big), &big) > 2);
    big.more[3] = 1; P(ioctl(fd, _IOW(SECCOMP_IOC_MAGIC, 3, big), &big));
    P(ioctl(fd, _IOW(SECCOMP_IOC_MAGIC, 3, int), &big));
    r.id = n.id; r.error = -512; P(ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &r));
    memset(&n, 0, sizeof n); P(ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &n));
    r.id = n.id; r.error = -516; int sent = ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &r); // the child writes from here on
    int s; waitpid(p, &s, 0); P(sent); show_status("child", s);
}
static void *nnp(void *x) { while (!go) usleep(1000); return (void *) (long) prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); }
static void t_nnp(void) {
    pthread_t t; void *r; pthread_create(&t, 0, nnp, 0);
    P(filter(SECCOMP_FILTER_FLAG_TSYNC, SYS_getppid, SECCOMP_RET_ERRNO)); go = 1; pthread_join(t, &r); printf("no new privileges there, too: %ld\n", (long) r);
}
static void t_tracer(void) {
    int s; pid_t p = fork();
    if (p == 0) { ptrace(PTRACE_TRACEME, 0, 0, 0); raise(SIGSTOP); filter(0, SYS_getppid, SECCOMP_RET_TRACE | 5); filter(0, SYS_gettid, SECCOMP_RET_ERRNO | 4);
        printf("1: %ld\n", syscall(SYS_getppid)); printf("2: %ld\n", syscall(SYS_getppid)); printf("3: %d\n", syscall(SYS_getppid) > 0); fflush(stdout); _exit(0); }
    waitpid(p, &s, 0); ptrace(PTRACE_SETOPTIONS, p, 0, PTRACE_O_TRACESECCOMP);
    for (int i = 0; i < 3; i++) {
        ptrace(PTRACE_CONT, p, 0, 0); waitpid(p, &s, 0); unsigned long m = 0; ptrace(PTRACE_GETEVENTMSG, p, 0, &m);
        printf("event %d msg %lu nr %ld\n", s >> 16, m, ptrace(PTRACE_PEEKUSER, p, 8 * 15, 0)); fflush(stdout);
        if (i == 0) { ptrace(PTRACE_POKEUSER, p, 8 * 15, -1L); ptrace(PTRACE_POKEUSER, p, 8 * 10, 1234L); }
        if (i == 1) ptrace(PTRACE_POKEUSER, p, 8 * 15, (long) SYS_gettid);
    }
    ptrace(PTRACE_CONT, p, 0, 0); waitpid(p, &s, 0); show_status("tracee", s);
}
int main(void) {
    struct { const char *n; void (*f)(void); } all[] = {{"errno", t_errno}, {"trap", t_trap}, {"log", t_log}, {"trace", t_trace}, {"kill", t_kill}, {"killthread", t_killthread},
        {"unknown", t_unknown}, {"futex", t_futex}, {"strict", t_strict}, {"tsync", t_tsync}, {"bad", t_bad}, {"notify", t_notify},
        {"replies", t_replies}, {"nnp", t_nnp}, {"tracer", t_tracer}};
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    for (int i = 0; i < 15; i++) {
        printf("-- %s\n", all[i].n); fflush(stdout);
        pid_t p = fork(); if (p == 0) { all[i].f(); fflush(stdout); syscall(SYS_exit_group, 0); }
        int s; waitpid(p, &s, 0); show_status(all[i].n, s);
    }
    return 0;
}
