#include "t.h"
/* futex_waitv(2), futex_wake(2), futex_wait(2), futex_requeue(2), beside futex(2) itself. */
#define U32 2
#define PRIVATE 128
#define wait2(a, v, m, f, t, c) syscall(455, a, (long)(v), (long)(m), f, t, c)
#define wake2(a, m, n, f) syscall(454, a, (long)(m), n, f)
#define requeue2(w, f, n, m) syscall(456, w, f, n, m)
#define waitv(w, n, f, t, c) syscall(449, w, n, f, t, c)
#define ANY 0xffffffffUL

struct waiter { uint64_t val, uaddr; uint32_t flags, reserved; };
static uint32_t word, words[4];
static volatile int woken;

static struct timespec in_ms(clockid_t c, int ms) {
    struct timespec t;
    clock_gettime(c, &t);
    t.tv_nsec += ms * 1000000L;
    t.tv_sec += t.tv_nsec / 1000000000, t.tv_nsec %= 1000000000;
    return t;
}

static void errors(void) {
    struct timespec past = {0, 1}, bad = {0, -1};
    P(wait2(&word, 1, ANY, U32, NULL, 0));
    P(wait2(&word, 0, ANY, U32, &past, CLOCK_MONOTONIC));
    P(wait2(&word, 0, ANY, U32 | PRIVATE, &past, CLOCK_REALTIME));
    P(wait2(&word, 0, ANY, U32, &past, CLOCK_BOOTTIME));
    P(wait2(&word, 0, ANY, U32, &bad, CLOCK_MONOTONIC));
    P(wait2(&word, 0, ANY, U32, (void *)8, CLOCK_MONOTONIC));
    P(wait2(&word, 0, 0, U32, NULL, 0));
    P(wait2(&word, 0, ANY, 0, NULL, 0));
    P(wait2(&word, 0, ANY, 1, NULL, 0));
    P(wait2(&word, 0, ANY, 3, NULL, 0));
    P(wait2(&word, 0, ANY, 0x10 | U32, NULL, 0));
    P(wait2(&word, 1UL << 32, ANY, U32, NULL, 0));
    P(wait2(&word, 0, 1UL << 32, U32, NULL, 0));
    P(wait2((char *)&word + 1, 0, ANY, U32, NULL, 0));
    P(wait2((void *)8, 0, ANY, U32, NULL, 0));
    P(wake2(&word, ANY, 1, U32));
    P(wake2(&word, ANY, 1, 0));
    P(wake2(&word, 0, 1, U32));
    P(wake2((char *)&word + 1, ANY, 1, U32));
    struct waiter w[3] = {{0, (long)&words[0], U32, 0}, {0, (long)&words[1], U32, 0}, {0, (long)&words[2], U32, 0}};
    P(waitv(w, 0, 0, NULL, 0));
    P(waitv(w, 129, 0, NULL, 0));
    P(waitv(w, 3, 1, NULL, 0));
    P(waitv(NULL, 3, 0, NULL, 0));
    P(waitv((void *)8, 3, 0, NULL, 0));
    P(waitv(w, 3, 0, &past, CLOCK_MONOTONIC));
    P(waitv(w, 3, 0, &past, CLOCK_TAI));
    P(waitv(w, 3, 0, &bad, CLOCK_MONOTONIC));
    w[1].val = 5;
    P(waitv(w, 3, 0, NULL, 0));
    w[1].val = 0, w[1].reserved = 1;
    P(waitv(w, 3, 0, NULL, 0));
    w[1].reserved = 0, w[1].flags = 0;
    P(waitv(w, 3, 0, NULL, 0));
    w[1].flags = U32, w[1].uaddr = 8;
    P(waitv(w, 3, 0, NULL, 0));
    w[1].uaddr = (long)&words[1];
    P(requeue2(w, 0, 1, 1));
    P(requeue2(w, 1, 1, 1));
    P(requeue2(w, 0, -1, 1));
    P(requeue2(w, 0, 1, -1));
    P(requeue2(NULL, 0, 1, 1));
    w[0].val = 9;
    P(requeue2(w, 0, 1, 1));
}

static void *by_mask(void *mask) {
    long r = wait2(&word, 0, (long)mask, U32 | PRIVATE, NULL, 0);
    __sync_fetch_and_add(&woken, r == 0 ? (long)mask : 1000);
    return NULL;
}

/* Wakes until somebody was there: the waiter may not sleep yet. */
static int until(long mask) {
    long n;
    while ((n = wake2(&word, mask, 1, U32 | PRIVATE)) == 0) nap(1);
    return n;
}

static void masks(void) {
    pthread_t t[2];
    pthread_create(&t[0], NULL, by_mask, (void *)1);
    pthread_create(&t[1], NULL, by_mask, (void *)2);
    P(until(2));
    pthread_join(t[1], NULL);
    P(woken);
    P(until(1));
    pthread_join(t[0], NULL);
    P(woken);
    struct timespec soon = in_ms(CLOCK_REALTIME, 20);
    P(wait2(&word, 0, ANY, U32, &soon, CLOCK_REALTIME));
    soon = in_ms(CLOCK_MONOTONIC, 20);
    P(wait2(&word, 0, ANY, U32, &soon, CLOCK_MONOTONIC));
}

static void *many(void *unused) {
    struct waiter w[3] = {{0, (long)&words[0], U32 | PRIVATE, 0}, {0, (long)&words[1], U32 | PRIVATE, 0}, {0, (long)&words[2], U32 | PRIVATE, 0}};
    return (void *)waitv(w, 3, 0, NULL, 0);
}

static void vector(void) {
    pthread_t t;
    void *r;
    pthread_create(&t, NULL, many, NULL);
    while (wake2(&words[2], ANY, 1, U32 | PRIVATE) == 0) nap(1);
    pthread_join(t, &r);
    P((long)r);
    pthread_create(&t, NULL, many, NULL);
    while (syscall(SYS_futex, &words[1], 129, 1, NULL, NULL, 0) == 0) nap(1);
    pthread_join(t, &r);
    P((long)r);
}

static void *requeued(void *unused) {
    long r = wait2(&words[0], 0, ANY, U32 | PRIVATE, NULL, 0);
    __sync_fetch_and_add(&woken, r == 0 ? 1 : 1000);
    return NULL;
}

static void requeue(void) {
    pthread_t t[3];
    struct waiter w[2] = {{0, (long)&words[0], U32 | PRIVATE, 0}, {0, (long)&words[3], U32 | PRIVATE, 0}};
    woken = 0;
    for (int i = 0; i < 3; i++) pthread_create(&t[i], NULL, requeued, NULL);
    int moved = 0;
    while (moved < 3) {
        long n = requeue2(w, 0, 0, 3);
        if (n > 0) moved += n;
        nap(1);
    }
    P(moved);
    P(wake2(&words[0], ANY, 3, U32 | PRIVATE));
    P(wake2(&words[3], ANY, 2, U32 | PRIVATE));
    P(syscall(SYS_futex, &words[3], 129, 2, NULL, NULL, 0));
    for (int i = 0; i < 3; i++) pthread_join(t[i], NULL);
    P(woken);
}

static void shared(void) {
    uint32_t *w = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t p = fork();
    if (p == 0) _exit(wait2(w, 0, ANY, U32, NULL, 0));
    P(wake2(w, ANY, 1, U32 | PRIVATE));
    while (wake2(w, ANY, 1, U32) == 0) nap(1);
    int st;
    waitpid(p, &st, 0);
    show_status("shared", st);
}

static void on_alarm(int s) {}

static void signals(void) {
    struct waiter w = {0, (long)&words[0], U32, 0};
    struct itimerval soon = {{0, 0}, {0, 20000}};
    struct timespec later = in_ms(CLOCK_MONOTONIC, 60000);
    struct sigaction sa = {.sa_handler = on_alarm};
    sigaction(SIGALRM, &sa, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    P(wait2(&word, 0, ANY, U32, NULL, 0));
    setitimer(ITIMER_REAL, &soon, NULL);
    P(wait2(&word, 0, ANY, U32, &later, CLOCK_MONOTONIC));
    setitimer(ITIMER_REAL, &soon, NULL);
    P(waitv(&w, 1, 0, NULL, 0));
    sa.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &sa, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    later = in_ms(CLOCK_MONOTONIC, 60);
    P(wait2(&word, 0, ANY, U32, &later, CLOCK_MONOTONIC));
    setitimer(ITIMER_REAL, &soon, NULL);
    later = in_ms(CLOCK_MONOTONIC, 60);
    P(waitv(&w, 1, 0, &later, CLOCK_MONOTONIC));
}

int main(void) {
    NEEDS(wake2(&word, ANY, 1, U32));
    errors();
    masks();
    vector();
    requeue();
    shared();
    signals();
    return 0;
}
