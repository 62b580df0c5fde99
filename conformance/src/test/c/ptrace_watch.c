#include "t.h"
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>
/* A word watched by the debug registers. Some hosts are virtual machines whose watchpoints never fire: nothing to compare there (77). */
static volatile int word;
__attribute__((noinline)) static void target(int x) { word = x; }
static int status;
static void w(pid_t p) { waitpid(p, &status, __WALL); }
static long dr6(pid_t p) { return ptrace(PTRACE_PEEKUSER, p, offsetof(struct user, u_debugreg[6]), 0) & 15; }
int main(void) {
    pid_t p = fork();
    if (p == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        for (int i = 0; i < 3; i++) target(i + 5);
        raise(SIGUSR1);
        _exit(3);
    }
    w(p);
    P(ptrace(PTRACE_POKEUSER, p, offsetof(struct user, u_debugreg[0]), &word));
    P(ptrace(PTRACE_POKEUSER, p, offsetof(struct user, u_debugreg[7]), 0xd0001L));
    P(ptrace(PTRACE_CONT, p, 0, 0)); w(p);
    if (WIFSTOPPED(status) && WSTOPSIG(status) == SIGUSR1) {
        ptrace(PTRACE_KILL, p, 0, 0);
        return 77;
    }
    for (int i = 0; i < 2; i++) {
        show_status("watch", status);
        printf("word %ld dr6 %ld\n", ptrace(PTRACE_PEEKDATA, p, &word, 0) & 0xff, dr6(p));
        P(ptrace(PTRACE_CONT, p, 0, 0)); w(p);
    }
    P(ptrace(PTRACE_POKEUSER, p, offsetof(struct user, u_debugreg[7]), 0L));
    while (WIFSTOPPED(status)) {
        show_status("then", status);
        P(ptrace(PTRACE_CONT, p, 0, 0)); w(p);
    }
    show_status("end", status);
    return 0;
}
