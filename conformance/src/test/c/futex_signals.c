#include "t.h"
#include <linux/futex.h>
/* Signals that come while threads make futex(2) calls: those that wait are ended or go on, those that wake never fail (C library and Go runtime give up if one does). */
static volatile int stop, failed, odd;
static int words[2];
static void on(int s) {}
static long futex(int *w, int op, int v, struct timespec *t) { return syscall(SYS_futex, w, op | FUTEX_PRIVATE_FLAG, v, t, 0, -1); }
static void *waits(void *p) {
    int k = (long) p;
    while (!stop) {
        struct timespec t = {0, 2000000};
        if (futex(&words[k], k ? FUTEX_WAIT : FUTEX_WAIT_BITSET, __atomic_load_n(&words[k], __ATOMIC_RELAXED), k ? &t : 0) < 0
            && errno != EAGAIN && errno != EINTR && errno != ETIMEDOUT) odd++;
    }
    return 0;
}
static void *wakes(void *p) {
    while (!stop) for (int k = 0; k < 2; k++) { __sync_fetch_and_add(&words[k], 1); if (futex(&words[k], k ? FUTEX_WAKE : FUTEX_WAKE_BITSET, 10, 0) < 0) failed++; }
    return 0;
}
int main(void) {
    pthread_t t[3]; struct sigaction a = {.sa_handler = on};
    sigaction(SIGUSR1, &a, 0);
    pthread_create(&t[0], 0, waits, 0); pthread_create(&t[1], 0, waits, (void *) 1); pthread_create(&t[2], 0, wakes, 0);
    for (int i = 0; i < 5000; i++) { pthread_kill(t[i % 3], SIGUSR1); if (i % 64 == 0) usleep(100); }
    stop = 1;
    for (int i = 0; i < 2; i++) { while (pthread_tryjoin_np(t[i], 0) != 0) { __sync_fetch_and_add(&words[i], 1); futex(&words[i], FUTEX_WAKE, 10, 0); usleep(1000); } }
    pthread_join(t[2], 0);
    printf("failed %d, odd %d\n", failed, odd);
    return 0;
}
