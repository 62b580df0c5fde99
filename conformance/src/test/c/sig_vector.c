/* Vector registers and flags live across a handler, a fork and a thread switch. */
#include "t.h"
#include <immintrin.h>
static void on(int s) { __asm__ volatile("pxor %%xmm0,%%xmm0; pxor %%xmm7,%%xmm7; pxor %%xmm15,%%xmm15; fninit" ::: "xmm0", "xmm7", "xmm15"); }
int main(void) {
    signal(SIGUSR1, on);
    struct sigaction sa = {.sa_handler = on};
    sigaction(SIGALRM, &sa, NULL);
    struct itimerval it = {{0, 1000}, {0, 1000}};
    uint64_t in[2] = {0x1122334455667788, 0x99aabbccddeeff00}, out[2];
    setitimer(ITIMER_REAL, &it, NULL);
    int bad = 0;
    for (int round = 0; round < 200; round++) {
        in[0] += round;
        uint64_t a, b;
        __asm__ volatile(
            "movdqu %2, %%xmm7\n movdqu %2, %%xmm15\n mov %3, %%r12\n mov $200000, %%rcx\n"
            "1: add $1, %%r12\n sub $1, %%rcx\n jnz 1b\n movdqu %%xmm7, %0\n mov %%r12, %1\n"
            : "=m"(out), "=r"(a) : "m"(in), "r"((uint64_t)round) : "xmm7", "xmm15", "r12", "rcx", "cc");
        b = (uint64_t)round + 200000;
        if (memcmp(in, out, 16) || a != b) bad++;
    }
    it.it_value.tv_usec = it.it_interval.tv_usec = 0;
    setitimer(ITIMER_REAL, &it, NULL);
    printf("bad %d\n", bad);
    double x = 1.5;
    pid_t self = getpid();
    __asm__ volatile("movdqu %1, %%xmm9\n mov %2, %%edi\n mov $10, %%esi\n mov $62, %%eax\n syscall\n movdqu %%xmm9, %0"
                     : "=m"(out) : "m"(in), "r"(self) : "xmm9", "rdi", "rsi", "rax", "rcx", "r11", "memory");
    printf("across kill %d %g\n", memcmp(in, out, 16), x);
    long r;
    __asm__ volatile("movdqu %2, %%xmm11\n mov $57, %%eax\n syscall\n movdqu %%xmm11, %0\n mov %%rax, %1"
                     : "=m"(out), "=r"(r) : "m"(in) : "xmm11", "rax", "rcx", "r11", "memory");
    if (r == 0) _exit(memcmp(in, out, 16) != 0);
    int status;
    waitpid(r, &status, 0);
    show_status("across fork", status);
    return 0;
}
