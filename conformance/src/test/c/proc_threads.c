#include "t.h"
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cv = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t bar;
static int turn;
static long sum;
static __thread int mine;
static void *work(void *arg) {
    long n = (long)arg;
    mine = n;
    for (int i = 0; i < 1000; i++) { pthread_mutex_lock(&m); sum += n; pthread_mutex_unlock(&m); }
    pthread_barrier_wait(&bar);
    pthread_mutex_lock(&m);
    while (turn != n) pthread_cond_wait(&cv, &m);
    printf("thread %ld tls %d\n", n, mine);
    turn++;
    pthread_cond_broadcast(&cv);
    pthread_mutex_unlock(&m);
    return (void *)(n * n);
}
static void *sleeper(void *arg) { for (;;) pause(); return arg; }
int main(void) {
    pthread_t t[32];
    pthread_barrier_init(&bar, NULL, 33);
    for (long i = 0; i < 32; i++) P(pthread_create(&t[i], NULL, work, (void *)i));
    pthread_barrier_wait(&bar); // so that their lines come behind these
    for (long i = 0; i < 32; i++) { void *r; pthread_join(t[i], &r); if ((long)r != i * i) printf("bad %ld\n", i); }
    printf("sum %ld\n", sum);
    pthread_t s;
    void *r;
    pthread_create(&s, NULL, sleeper, NULL);
    P(pthread_cancel(s));
    P(pthread_join(s, &r));
    P(r == PTHREAD_CANCELED);
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    ts.tv_nsec += 20000000;
    if (ts.tv_nsec >= 1000000000) { ts.tv_sec++; ts.tv_nsec -= 1000000000; }
    pthread_mutex_lock(&m);
    P(pthread_cond_timedwait(&cv, &m, &ts) == ETIMEDOUT);
    pthread_mutex_unlock(&m);
    P(gettid() == getpid());
    return 0;
}
