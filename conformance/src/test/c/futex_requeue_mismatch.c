/* FUTEX_CMP_REQUEUE_PI on a word where somebody waits by FUTEX_WAIT, and where nobody does. */
#include "t.h"
#include <linux/futex.h>
static int word, lock;
static void *waiter(void *arg) {
    *(int *)arg = gettid();
    return (void *)syscall(SYS_futex, &word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, NULL);
}
static void asleep(int tid) {
    char path[64], text[64] = "";
    sprintf(path, "/proc/self/task/%d/stat", tid);
    for (int i = 0; i < 500; i++) {
        FILE *f = fopen(path, "r");
        int n = fread(text, 1, sizeof text - 1, f);
        fclose(f);
        text[n] = 0;
        if (strstr(text, ") S")) return;
        nap(5);
    }
}
int main(void) {
    P(syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 1, 0L, &lock, 0));
    P(syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 1, 0L, &lock, 1));
    P(syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 2, 0L, &lock, 0));
    pthread_t t;
    volatile int tid = 0;
    pthread_create(&t, 0, waiter, (void *)&tid);
    while (!tid) nap(1);
    asleep(tid);
    nap(50);
    P(syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 1, 0L, &lock, 0));
    P(syscall(SYS_futex, &word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1));
    void *r;
    pthread_join(t, &r);
    printf("waiter %ld\n", (long)r);
    return 0;
}
