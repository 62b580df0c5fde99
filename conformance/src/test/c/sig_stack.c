#include "t.h"
static char stack[65536];
static sigjmp_buf jump;
static void on(int s) {
    char here;
    stack_t st;
    sigaltstack(NULL, &st);
    printf("signal %d on stack %d flags %d\n", s, &here >= stack && &here < stack + sizeof stack, st.ss_flags);
    fflush(stdout);
    P(sigaltstack(&st, NULL));
}
static void over(int s, siginfo_t *si, void *uc) { siglongjmp(jump, 1); }
static int deep(int n) { volatile char pad[4096]; pad[0] = n; return deep(n + 1) + pad[0]; }
int main(void) {
    stack_t st = {stack, 0, sizeof stack}, old;
    P(sigaltstack(&st, &old));
    printf("old flags %d\n", old.ss_flags);
    struct sigaction sa = {.sa_handler = on, .sa_flags = SA_ONSTACK};
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
    sa.sa_flags = 0;
    sigaction(SIGUSR2, &sa, NULL);
    raise(SIGUSR2);
    struct sigaction so = {.sa_sigaction = over, .sa_flags = SA_ONSTACK | SA_SIGINFO};
    sigaction(SIGSEGV, &so, NULL);
    struct rlimit r = {1 << 20, 1 << 20};
    pid_t p = fork();
    if (p == 0) {
        setrlimit(RLIMIT_STACK, &r);
        if (sigsetjmp(jump, 1) == 0) deep(0);
        puts("stack overflow survived");
        fflush(stdout);
        _exit(0);
    }
    int status;
    waitpid(p, &status, 0);
    show_status("overflow", status);
    st.ss_size = 100;
    P(sigaltstack(&st, NULL));
    st.ss_flags = SS_DISABLE;
    P(sigaltstack(&st, NULL));
    sigaltstack(NULL, &old);
    printf("flags %d\n", old.ss_flags);
    return 0;
}
