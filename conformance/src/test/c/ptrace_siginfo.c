/* PTRACE_PEEKSIGINFO: as many as there is room for, and what came before a fault. */
#include "t.h"
#include <sys/ptrace.h>
int main(void) {
    char *p = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mmap(p + 4096, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    sigset_t s;
    sigfillset(&s);
    sigprocmask(SIG_BLOCK, &s, 0);
    pid_t c = fork();
    if (c == 0) for (;;) nap(1000);
    for (int i = 0; i < 5; i++) {
        siginfo_t si = {.si_code = -1, .si_signo = SIGRTMIN, .si_value.sival_int = i};
        P(syscall(SYS_rt_tgsigqueueinfo, c, c, SIGRTMIN, &si));
    }
    P(ptrace(PTRACE_ATTACH, c, 0, 0));
    waitpid(c, 0, 0);
    struct { uint64_t off; uint32_t flags; int32_t nr; } a = {0, 0, 10};
    P(ptrace(0x4209, c, &a, p));
    for (int i = 0; i < 5; i++) printf("%d ", ((siginfo_t *)p)[i].si_value.sival_int);
    puts("");
    P(ptrace(0x4209, c, &a, p + 4096 - 256));
    P(ptrace(0x4209, c, &a, p + 4096 - 200));
    P(ptrace(0x4209, c, &a, p + 4096));
    a.off = 3, a.nr = 1;
    P(ptrace(0x4209, c, &a, p));
    a.flags = 2;
    P(ptrace(0x4209, c, &a, p));
    kill(c, SIGKILL);
    return 0;
}
