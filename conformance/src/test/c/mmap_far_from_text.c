#include "t.h"
/* Memory mapped at fixed addresses some way below and above the program's text, by a call that is made thousands of times: the program goes on unharmed. */
__attribute__((noinline)) static long call(long nr, long a, long b, long c, long d, long e, long f) {
    register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
    long result;
    __asm__ volatile("syscall; cmp $-4096, %%rax; nop; nop" : "=a"(result) : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
    return result;
}
static void *sleeper(void *unused) {
    int *fds = unused;
    char c;
    printf("read %ld\n", call(SYS_read, fds[0], (long) &c, 1, 0, 0, 0));
    return 0;
}
static void cover(long from, long to) {
    int failed = 0;
    for (long at = from; at < to; at += 1 << 20)
        failed += call(SYS_mmap, at, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE, -1, 0) != at;
    printf("failed %d\n", failed);
}
int main(void) {
    long pid = getpid(), text = (long) main & -(1L << 20);
    for (int i = 0; i < 20; i++) {
        for (int k = 0; k < 100; k++)
            if (call(SYS_getpid, 0, 0, 0, 0, 0, 0) != pid) return 1;
        usleep(10000);
    }
    int fds[2];
    pthread_t t;
    MUST(pipe(fds));
    pthread_create(&t, 0, sleeper, fds);
    usleep(50000);
    cover(text - 0x5200 * 0x10000L, text - 0x4e00 * 0x10000L);
    cover(text - 0x1200 * 0x10000L, text - 0x0e00 * 0x10000L);
    if (call(SYS_getpid, 0, 0, 0, 0, 0, 0) != pid) return 1;
    call(SYS_write, fds[1], (long) "x", 1, 0, 0, 0);
    pthread_join(t, 0);
    printf("getppid %d\n", call(SYS_getppid, 0, 0, 0, 0, 0, 0) == getppid());
    return 0;
}
