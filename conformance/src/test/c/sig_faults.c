#include "t.h"
#include <ucontext.h>
static sigjmp_buf jump;
static volatile char *expect;
static void on(int s, siginfo_t *si, void *u) {
    ucontext_t *uc = u;
    printf("signal %d code %d address-ok %d trapno %lld err %lld\n", s, si->si_code, si->si_addr == (void *)expect,
           (long long)uc->uc_mcontext.gregs[REG_TRAPNO], (long long)uc->uc_mcontext.gregs[REG_ERR] & 0x17);
    fflush(stdout);
    siglongjmp(jump, 1);
}
static volatile int zero;
int main(void) {
    struct sigaction sa = {.sa_sigaction = on, .sa_flags = SA_SIGINFO};
    int sigs[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
    for (int i = 0; i < 5; i++) sigaction(sigs[i], &sa, NULL);
    expect = (char *)16;
    if (!sigsetjmp(jump, 1)) *expect = 1;
    if (!sigsetjmp(jump, 1)) zero = *expect;
    char *ro = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    expect = ro + 5;
    if (!sigsetjmp(jump, 1)) *expect = 1;
    mprotect(ro, 4096, PROT_NONE);
    if (!sigsetjmp(jump, 1)) zero = *expect;
    expect = ro;
    if (!sigsetjmp(jump, 1)) ((void (*)(void))ro)();
    int fd = open("f", O_CREAT | O_RDWR, 0600);
    MUST(ftruncate(fd, 4096));
    char *m = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    expect = m + 4096;
    m[0] = 1;
    if (!sigsetjmp(jump, 1)) *expect = 1;
    expect = (char *)0;
    if (!sigsetjmp(jump, 1)) __asm__ volatile("int3");
    if (!sigsetjmp(jump, 1)) __asm__ volatile("mov $0x1122334455667788, %%rax; mov (%%rax), %%rbx" ::: "rax", "rbx");
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGSEGV);
    pid_t p = fork();
    if (p == 0) { struct rlimit n = {0, 0}; setrlimit(RLIMIT_CORE, &n); sigprocmask(SIG_BLOCK, &set, NULL); *(volatile char *)16 = 1; _exit(1); }
    int status;
    waitpid(p, &status, 0);
    show_status("blocked segv", status & ~0x80);
    p = fork();
    if (p == 0) { struct rlimit n = {0, 0}; setrlimit(RLIMIT_CORE, &n); signal(SIGFPE, SIG_IGN); zero = 77 / zero; _exit(1); }
    waitpid(p, &status, 0);
    show_status("ignored fpe", status & ~0x80);
    p = fork();
    if (p == 0) { struct rlimit n = {0, 0}; setrlimit(RLIMIT_CORE, &n); signal(SIGILL, SIG_DFL); __asm__ volatile("ud2"); }
    waitpid(p, &status, 0);
    show_status("ud2", status & ~0x80);
    return 0;
}
