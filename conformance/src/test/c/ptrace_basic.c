#include "t.h"
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <linux/ptrace.h>
#include <elf.h>
/* The states of a traced child: signals, system calls, steps, registers, memory. */
static volatile long word = 0x1122334455667788;
static int status;
static const char *how(int s) {
    static char b[80];
    if (WIFSTOPPED(s)) snprintf(b, sizeof b, "stopped %d event %d", WSTOPSIG(s), s >> 16);
    else if (WIFSIGNALED(s)) snprintf(b, sizeof b, "signaled %d", WTERMSIG(s));
    else snprintf(b, sizeof b, "exited %d", WEXITSTATUS(s));
    return b;
}
static void w(pid_t p) { pid_t r = waitpid(p, &status, __WALL); printf("wait %d: %s\n", r == p, how(status)); }
static void on(int s) { word += s; }
static volatile sig_atomic_t hits;
static void child(void) {
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    signal(SIGUSR1, on);
    raise(SIGSTOP);
    raise(SIGUSR1);
    raise(SIGUSR2);
    syscall(SYS_getppid);
    syscall(SYS_gettid);
    write(-1, 0, 0);
    __asm__ volatile("int3");
    hits++;
    _exit(word & 0x7f);
}
int main(void) {
    struct user_regs_struct r;
    siginfo_t si;
    pid_t p = fork();
    if (p == 0) child();
    w(p);
    P(ptrace(PTRACE_SETOPTIONS, p, 0, 0x40000000L));
    P(ptrace(PTRACE_SETOPTIONS, p, 0, PTRACE_O_TRACESYSGOOD));
    printf("peek %lx\n", ptrace(PTRACE_PEEKDATA, p, &word, 0));
    P(ptrace(PTRACE_POKEDATA, p, &word, 64L));
    errno = 0; ptrace(PTRACE_PEEKDATA, p, 8, 0); printf("peek 8: %s\n", strerrorname_np(errno));
    P(ptrace(PTRACE_POKEDATA, p, 8, 0));
    P(ptrace(PTRACE_CONT, p, 0, 1000));
    P(ptrace(PTRACE_LISTEN, p, 0, 0));
    P(ptrace(PTRACE_INTERRUPT, p, 0, 0));
    P(ptrace(PTRACE_CONT, p, 0, 0));
    w(p);
    P(ptrace(PTRACE_GETSIGINFO, p, 0, &si));
    printf("%d %d %d\n", si.si_signo, si.si_code == SI_TKILL, si.si_pid == p);
    P(ptrace(PTRACE_CONT, p, 0, SIGUSR1));
    w(p);
    printf("word %ld\n", ptrace(PTRACE_PEEKDATA, p, &word, 0));
    P(ptrace(PTRACE_SYSCALL, p, 0, 0));
    int nr[12], n = 0;
    for (int i = 0; i < 8; i++) {
        w(p);
        ptrace(PTRACE_GETREGS, p, 0, &r);
        struct ptrace_syscall_info info;
        long size = ptrace(PTRACE_GET_SYSCALL_INFO, p, sizeof info, &info);
        printf("nr %lld op %d size %ld", r.orig_rax, info.op, size > 84 ? 84 : size);
        if (info.op == 1) printf(" rax %lld entry %lld", r.rax, (long long) info.entry.nr);
        if (info.op == 2 && r.orig_rax == SYS_write) printf(" rval %lld error %d", (long long) info.exit.rval, info.exit.is_error);
        printf("\n");
        if (r.orig_rax == SYS_gettid && info.op == 1) { r.orig_rax = -1; r.rax = 77; P(ptrace(PTRACE_SETREGS, p, 0, &r)); }
        if (r.orig_rax == SYS_write && info.op == 2) break;
        ptrace(PTRACE_SYSCALL, p, 0, 0);
    }
    P(ptrace(PTRACE_SINGLESTEP, p, 0, 0));
    w(p);
    P(ptrace(PTRACE_GETSIGINFO, p, 0, &si));
    printf("trap %d code %d\n", si.si_signo, si.si_code);
    P(ptrace(PTRACE_CONT, p, 0, 0));
    w(p);
    P(ptrace(PTRACE_GETSIGINFO, p, 0, &si));
    printf("int3 %d code %d\n", si.si_signo, si.si_code);
    errno = 0; long rip = ptrace(PTRACE_PEEKUSER, p, offsetof(struct user, regs.rip), 0);
    printf("byte before %lx\n", ptrace(PTRACE_PEEKTEXT, p, rip - 1, 0) & 0xff);
    P(ptrace(PTRACE_PEEKUSER, p, 3, 0));
    P(ptrace(PTRACE_POKEUSER, p, sizeof(struct user), 0));
    P(ptrace(PTRACE_POKEUSER, p, offsetof(struct user, regs.cs), 0x10L));
    struct user_fpregs_struct fp;
    P(ptrace(PTRACE_GETFPREGS, p, 0, &fp));
    fp.xmm_space[0] = 0xabcd;
    P(ptrace(PTRACE_SETFPREGS, p, 0, &fp));
    memset(&fp, 0, sizeof fp);
    P(ptrace(PTRACE_GETFPREGS, p, 0, &fp));
    printf("xmm0 %x cwd %x\n", fp.xmm_space[0], fp.cwd);
    struct iovec iov = {&r, sizeof r};
    P(ptrace(PTRACE_GETREGSET, p, NT_PRSTATUS, &iov));
    printf("len %zu same rip %d\n", iov.iov_len, (long) r.rip == rip);
    iov.iov_len = 13;
    P(ptrace(PTRACE_GETREGSET, p, NT_PRSTATUS, &iov));
    P(ptrace(PTRACE_GETREGSET, p, 12345, &iov));
    P(ptrace(99999, p, 0, 0));
    P(ptrace(PTRACE_DETACH, p, 0, 0));
    w(p);
    P(ptrace(PTRACE_CONT, p, 0, 0));
    P(ptrace(PTRACE_ATTACH, getpid(), 0, 0));
    P(ptrace(PTRACE_ATTACH, 4194303, 0, 0));
    return 0;
}
