#include "t.h"
#include <sys/ptrace.h>
#include <ucontext.h>
/* prctl(PR_SET_SYSCALL_USER_DISPATCH): errors, the selector, SIGSYS with its siginfo, the range that is let through, fork, execve, a tracer's view. */
#define SET 59
static volatile char selector;
static volatile int dispatched;
static siginfo_t info;
static long seen_rax, seen_rip;

static void on_sys(int s, siginfo_t *i, void *c) {
    ucontext_t *u = c;
    selector = 0;
    dispatched++;
    info = *i;
    seen_rax = u->uc_mcontext.gregs[REG_RAX];
    seen_rip = u->uc_mcontext.gregs[REG_RIP];
    u->uc_mcontext.gregs[REG_RAX] = 1234;
}
extern char after_call[];
static long call(long nr) {
    long r;
    selector = 1;
    __asm__ volatile("syscall\n.globl after_call\nafter_call:" : "=a"(r) : "a"(nr), "D"(0), "S"(0), "d"(0) : "rcx", "r11", "memory");
    selector = 0;
    return r;
}
int main(int argc, char **argv) {
    if (argc > 1) {
        dispatched = 0;
        P(call(SYS_getpid) > 0);
        P(dispatched);
        return 0;
    }
    struct sigaction sa = {.sa_sigaction = on_sys, .sa_flags = SA_SIGINFO};
    sigaction(SIGSYS, &sa, NULL);
    P(prctl(SET, 7, 0, 0, 0));
    P(prctl(SET, 0, 1, 0, 0));
    P(prctl(SET, 0, 0, 1, 0));
    P(prctl(SET, 0, 0, 0, &selector));
    P(prctl(SET, 0, 0, 0, 0));
    P(prctl(SET, 1, 0x1000, -0x1000L, &selector));
    P(prctl(SET, 1, 0, 0, 0xffff800000000000));
    P(prctl(SET, 1, 0, 0, &selector));
    P(call(SYS_getppid));
    P(dispatched);
    P(info.si_signo);
    P(info.si_code);
    P(info.si_errno);
    P(info.si_syscall);
    P(info.si_arch == 0xc000003e);
    P(info.si_call_addr == (void *)after_call);
    P(seen_rax);
    P(seen_rip == (long)after_call);
    P(call(9999));
    P(info.si_syscall);
    P(dispatched);
    P(call(SYS_getpid));
    fflush(stdout);
    pid_t p = fork();
    if (p == 0) {
        dispatched = 0;
        P(call(SYS_getppid) > 0);
        P(dispatched);
        _exit(0);
    }
    waitpid(p, NULL, 0);
    P(prctl(SET, 1, (long)after_call - 2, 8, &selector));
    P(call(SYS_getppid) != 1234);
    int status;
    p = fork();
    if (p == 0) {
        prctl(SET, 1, 0, 0, &selector);
        selector = 2;
        getppid();
        _exit(0);
    }
    waitpid(p, &status, 0);
    show_status("bad selector", status);
    p = fork();
    if (p == 0) {
        char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        prctl(SET, 1, 0, 0, page);
        munmap(page, 4096);
        getppid();
        _exit(0);
    }
    waitpid(p, &status, 0);
    show_status("no selector", status);
    p = fork();
    if (p == 0) {
        prctl(SET, 1, 0x1000, 0x2000, &selector);
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        _exit(0);
    }
    waitpid(p, &status, 0);
    uint64_t c[4];
    P(ptrace(0x4211, p, 8L, c));
    P(ptrace(0x4211, p, sizeof c, c));
    printf("%d %d %lx %lx\n", (int)c[0], c[1] == (uintptr_t)&selector, c[2], c[3]);
    c[0] = 0, c[1] = 0, c[2] = 0, c[3] = 0;
    P(ptrace(0x4210, p, sizeof c, c));
    P(ptrace(0x4211, p, sizeof c, c));
    printf("%d %lx %lx %lx\n", (int)c[0], c[1], c[2], c[3]);
    c[0] = 5;
    P(ptrace(0x4210, p, sizeof c, c));
    kill(p, SIGKILL);
    waitpid(p, &status, 0);
    P(prctl(SET, 1, 0, 0, &selector));
    fflush(stdout);
    execl("/proc/self/exe", "user_dispatch", "again", NULL);
    return 1;
}
