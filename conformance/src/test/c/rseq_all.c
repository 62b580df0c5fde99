#include "t.h"
#include <sys/ptrace.h>
/* rseq(2): registration and its errors, processor numbers, abort handlers, fork, threads, execve. */
struct area { uint32_t cpu_id_start, cpu_id; uint64_t rseq_cs; uint32_t flags, node_id, mm_cid, pad; } __attribute__((aligned(32)));
struct section { uint32_t version, flags; uint64_t start, length, abort; } __attribute__((aligned(32)));
#define SIG 0x53053053
#define R(a, len, flags, sig) P(syscall(SYS_rseq, a, len, flags, sig))

extern const long __rseq_offset __attribute__((weak));
extern const unsigned int __rseq_size __attribute__((weak));

static struct area own;
static volatile int aborted;

/* Waits in a critical section until something interrupts it: then the abort handler runs. @return 1 aborted, 0 not */
static int wait_for_abort(struct area *a, volatile int *stop) {
    static struct section cs;
    int result;
    __asm__ volatile(
        "leaq 1f(%%rip), %%rax\n movq %%rax, 8(%[cs])\n"
        "leaq 2f(%%rip), %%rcx\n subq %%rax, %%rcx\n movq %%rcx, 16(%[cs])\n"
        "leaq 4f(%%rip), %%rcx\n movq %%rcx, 24(%[cs])\n"
        "movq %[cs], 8(%[a])\n"
        "1:\n pause\n cmpl $0, (%[stop])\n je 1b\n"
        "2:\n movl $0, %[result]\n jmp 5f\n"
        ".long 0x53053053\n"
        "4:\n movl $1, %[result]\n"
        "5:\n"
        : [result] "=&r"(result)
        : [cs] "r"(&cs), [a] "r"(a), [stop] "r"(stop)
        : "rax", "rcx", "memory", "cc");
    return result;
}

static volatile int never;
static volatile long alarms;
static void on_alarm(int s, siginfo_t *info, void *c) { alarms++; }

static void *thread(void *unused) {
    static struct area theirs;
    R(&theirs, 32, 0, SIG);
    P(theirs.cpu_id < 4096);
    P(own.cpu_id < 4096);
    R(&theirs, 32, 1, SIG);
    P((int)theirs.cpu_id);
    R(&theirs, 32, 0, SIG);
    return NULL; /* ends registered */
}

int main(int argc, char **argv) {
    NEEDS(syscall(SYS_rseq, &own, 32, 0, SIG) == -1 && errno == ENOSYS ? -1 : 0);
    syscall(SYS_rseq, &own, 32, 1, SIG);
    if (argc > 1) {
        struct area old = *(struct area *)((char *)__builtin_thread_pointer() + __rseq_offset);
        printf("after exec: C library's %u bytes, processor known %d\n", __rseq_size, __rseq_size && old.cpu_id < 4096);
        return 0;
    }
    if (__rseq_size) { /* the C library's own comes first */
        void *p = (char *)__builtin_thread_pointer() + __rseq_offset;
        R(&own, 32, 0, SIG);
        R(p, 32, 0, SIG);
        R(p, 32, 0, SIG + 1);
        R(p, 64, 0, SIG);
        R(p, 32, 1, SIG + 1);
        R(p, 64, 1, SIG);
        R(&own, 32, 1, SIG);
        R(p, 32, 1, SIG);
        R(p, 32, 1, SIG);
    }
    R(&own, 32, 2, SIG);
    R(&own, 32, 3, SIG);
    R(&own, 31, 0, SIG);
    R(&own, 0, 0, SIG);
    R((char *)&own + 1, 32, 0, SIG);
    R((char *)&own + 8, 32, 0, SIG);
    R((void *)0xffff800000000000, 32, 0, SIG);
    R((void *)0xffff800000000001, 32, 0, SIG);
    R((void *)0x7ffffffff000, 32, 0, SIG);
    R(NULL, 32, 1, SIG);
    own.cpu_id = own.cpu_id_start = -1;
    R(&own, 32, 0, SIG);
    P(own.cpu_id < 4096 && own.cpu_id_start == own.cpu_id);
    P(own.rseq_cs);

    struct sigaction sa = {.sa_sigaction = on_alarm, .sa_flags = SA_SIGINFO};
    sigaction(SIGALRM, &sa, NULL);
    struct itimerval soon = {{0, 0}, {0, 20000}};
    setitimer(ITIMER_REAL, &soon, NULL);
    P(wait_for_abort(&own, &never));
    while (!alarms) {}
    P(own.rseq_cs);
    static volatile int at_once = 1;
    int done = 1;
    for (int i = 0; i < 100 && done; i++) done = wait_for_abort(&own, &at_once);
    P(done);

    pid_t p = fork();
    if (p == 0) {
        R(&own, 32, 0, SIG);
        P(own.cpu_id < 4096);
        setitimer(ITIMER_REAL, &soon, NULL);
        alarms = 0;
        P(wait_for_abort(&own, &never));
        while (!alarms) {}
        pid_t q = fork();
        if (q == 0) {
            R(&own, 32, 0, SIG);
            R(&own, 32, 1, SIG);
            P((int)own.cpu_id);
            P((int)own.cpu_id_start);
            R(&own, 32, 0, SIG);
            execl("/proc/self/exe", "rseq_all", "again", NULL);
        }
        waitpid(q, NULL, 0);
        _exit(7);
    }
    int status;
    waitpid(p, &status, 0);
    show_status("child", status);

    pthread_t t;
    for (int i = 0; i < 3; i++) {
        pthread_create(&t, NULL, thread, NULL);
        pthread_join(t, NULL);
    }

    struct { uint64_t address; uint32_t size, signature, flags, pad; } conf;
    p = fork();
    if (p == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        _exit(0);
    }
    waitpid(p, &status, 0);
    P(ptrace(0x420f, p, sizeof conf, &conf));
    P(conf.address == (uintptr_t)&own);
    P(conf.size);
    P(conf.signature);
    kill(p, SIGKILL);
    waitpid(p, &status, 0);

    p = fork();
    if (p == 0) { /* a handler without the signature in front */
        static struct section bad;
        bad.start = (uintptr_t)main;
        bad.length = 1;
        bad.abort = (uintptr_t)thread;
        own.rseq_cs = (uintptr_t)&bad;
        for (;;) {}
    }
    waitpid(p, &status, 0);
    show_status("no signature", status);
    return 0;
}
