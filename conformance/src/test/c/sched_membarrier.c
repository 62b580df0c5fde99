#include "t.h"
/* membarrier(2): commands, the registrations they need, and that a slow side's barrier orders a fast side that has none. */
#define CMD(c, flags, cpu) P(syscall(SYS_membarrier, c, flags, cpu))

static volatile int fast_flag, slow_flag;
static int fast_saw, slow_saw;
static pthread_barrier_t begin, end;

static void *fast(void *unused) {
    for (int i = 0; i < 200; i++) {
        pthread_barrier_wait(&begin);
        fast_flag = 1;
        __asm__ volatile("" ::: "memory");
        fast_saw = slow_flag;
        pthread_barrier_wait(&end);
    }
    return NULL;
}

/* Whoever comes second must see the other: both zero would be a lost store. */
static void dekker(void) {
    pthread_t t;
    int lost = 0;
    pthread_barrier_init(&begin, NULL, 2);
    pthread_barrier_init(&end, NULL, 2);
    pthread_create(&t, NULL, fast, NULL);
    for (int i = 0; i < 200; i++) {
        fast_flag = slow_flag = 0;
        pthread_barrier_wait(&begin);
        slow_flag = 1;
        if (syscall(SYS_membarrier, 8, 0, 0) != 0) lost += 1000;
        slow_saw = fast_flag;
        pthread_barrier_wait(&end);
        lost += !fast_saw && !slow_saw;
    }
    pthread_join(t, NULL);
    P(lost);
}

static void child(const char *what) {
    printf("%s\n", what);
    fflush(stdout);
    pid_t p = fork();
    if (p == 0) {
        CMD(8, 0, 0);
        CMD(512, 0, 0);
        _exit(0);
    }
    waitpid(p, NULL, 0);
}

int main(int argc, char **argv) {
    if (argc > 1) {
        CMD(8, 0, 0);
        CMD(512, 0, 0);
        return 0;
    }
    CMD(0, 0, 0);
    CMD(0, 1, 0);
    CMD(0, 0, -1);
    CMD(-1, 0, 0);
    CMD(3, 0, 0);
    CMD(1024, 0, 0);
    CMD(1, 0, 0);
    CMD(1, 1, 0);
    CMD(2, 0, 0);
    CMD(8, 0, 0);
    CMD(32, 0, 0);
    CMD(128, 0, 0);
    CMD(512, 0, 0);
    CMD(512, 1, 0);
    CMD(4, 0, 0);
    CMD(16, 0, 0);
    CMD(64, 1, 0);
    CMD(64, 0, 0);
    CMD(2, 0, 0);
    CMD(8, 0, 0);
    CMD(8, 1, 0);
    CMD(32, 0, 0);
    CMD(512, 0, 0);
    dekker();
    child("a child has its parent's registrations");
    printf("a new program has none\n");
    fflush(stdout);
    execl("/proc/self/exe", argv[0], "again", NULL);
    return 1;
}
