#include "t.h"
#include <sys/ptrace.h>
#include <sys/user.h>
/* Single steps, breakpoints in program text, emulated calls, signals under steps. */
static volatile int other;
static volatile sig_atomic_t handled;
static void on(int s) { handled++; }
__attribute__((noinline)) static int target(int x) { other += x; return x + 1; }
static int status;
static void w(pid_t p) { waitpid(p, &status, __WALL); }
static void show(const char *what, pid_t p) {
    siginfo_t si = {0};
    if (!WIFSTOPPED(status)) { show_status(what, status); return; }
    int r = ptrace(PTRACE_GETSIGINFO, p, 0, &si);
    printf("%s: stop %d code %d\n", what, WSTOPSIG(status), r == 0 ? si.si_code : -1);
}
int main(void) {
    struct user_regs_struct r;
    pid_t p = fork();
    if (p == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        signal(SIGUSR1, on);
        raise(SIGSTOP);
        for (int i = 0; i < 3; i++) target(i + 5);
        raise(SIGUSR1);
        syscall(SYS_tgkill, getpid(), gettid(), SIGSTOP);
        long a = syscall(SYS_getppid), b = syscall(SYS_getuid);
        _exit((a == 4242) + 2 * (b == 4243) + 4 * handled);
    }
    w(p); show("first", p);
    /* a breakpoint in text, run over it by a step */
    long old = ptrace(PTRACE_PEEKTEXT, p, target, 0);
    P(ptrace(PTRACE_POKETEXT, p, target, (old & ~0xffL) | 0xcc));
    for (int i = 0; i < 2; i++) {
        P(ptrace(PTRACE_CONT, p, 0, 0)); w(p); show("breakpoint", p);
        ptrace(PTRACE_GETREGS, p, 0, &r);
        printf("at it %d argument %lld orig %lld\n", r.rip == (long) target + 1, r.rdi, r.orig_rax);
        r.rip--; P(ptrace(PTRACE_SETREGS, p, 0, &r));
        P(ptrace(PTRACE_POKETEXT, p, target, old));
        P(ptrace(PTRACE_SINGLESTEP, p, 0, 0)); w(p); show("step", p);
        ptrace(PTRACE_GETREGS, p, 0, &r);
        printf("moved %d flag %llu\n", r.rip > (long) target, (r.eflags >> 8) & 1);
        P(ptrace(PTRACE_POKETEXT, p, target, (old & ~0xffL) | 0xcc));
    }
    P(ptrace(PTRACE_POKETEXT, p, target, old));
    P(ptrace(PTRACE_CONT, p, 0, 0)); w(p); show("signal", p);
    /* into the handler by a step */
    P(ptrace(PTRACE_SINGLESTEP, p, 0, SIGUSR1)); w(p); show("handler", p);
    ptrace(PTRACE_GETREGS, p, 0, &r);
    printf("in handler %d\n", r.rip == (long) on);
    /* emulated calls */
    P(ptrace(PTRACE_CONT, p, 0, 0)); w(p); show("own stop", p);
    for (int i = 0; i < 2; i++) {
        P(ptrace(PTRACE_SYSEMU, p, 0, 0)); w(p); show("emulated", p);
        ptrace(PTRACE_GETREGS, p, 0, &r);
        printf("nr %lld rax %lld\n", r.orig_rax, r.rax);
        r.rax = 4242 + i; P(ptrace(PTRACE_SETREGS, p, 0, &r));
    }
    P(ptrace(PTRACE_SINGLESTEP, p, 0, 0)); w(p); show("step behind it", p);
    P(ptrace(PTRACE_SYSCALL, p, 0, 0)); w(p); show("exit", p);
    P(ptrace(PTRACE_CONT, p, 0, 0)); w(p); show("end", p);
    return 0;
}
