#include "t.h"
#include <linux/futex.h>
/* Futexes with owners: FUTEX_LOCK_PI and its like, FUTEX_WAIT_REQUEUE_PI, robust lists; through the C library and without it. */
static int lock, cond;
#define op(a, o, v, t, b, w) syscall(SYS_futex, a, o, v, t, b, w)

static void errors(void) {
    struct timespec past = {0, 1}, bad = {0, -1};
    P(op(&lock, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
    P(lock == getpid());
    P(op(&lock, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
    P(op(&lock, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    P(op(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    P(lock);
    P(op(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    P(op((char *)&lock + 1, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    P(op((char *)&lock + 1, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    P(op(8, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    P(op(8, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    lock = 0x3ffffff0;
    P(op(&lock, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    lock = 1;
    P(op(&lock, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0) == -1);
    lock = 0;
    P(op(&lock, FUTEX_LOCK_PI, 0, &bad, NULL, 0));
    P(op(&lock, FUTEX_LOCK_PI, 0, 8, NULL, 0));
    P(op(&lock, FUTEX_LOCK_PI2, 0, NULL, NULL, 0));
    P(op(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    P(op(&lock, FUTEX_LOCK_PI | FUTEX_CLOCK_REALTIME, 0, NULL, NULL, 0));
    P(op(&lock, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &lock, 0));
    P(op(&cond, FUTEX_WAIT_REQUEUE_PI, 1, NULL, &lock, 0));
    P(op(&cond, FUTEX_WAIT_REQUEUE_PI, 0, &past, &lock, 0));
    P(op(&cond, FUTEX_WAIT_REQUEUE_PI, 0, &bad, &lock, 0));
    P(op(&cond, FUTEX_CMP_REQUEUE_PI, 2, 1L, &lock, 0));
    P(op(&cond, FUTEX_CMP_REQUEUE_PI, 1, 1L, &cond, 0));
    P(op(&cond, FUTEX_CMP_REQUEUE_PI, 1, 1L, &lock, 1));
    P(op(&cond, FUTEX_CMP_REQUEUE_PI, 1, 1L, &lock, 0));
    P(op(&lock, 99, 0, NULL, NULL, 0));
}

/* A mutex with these properties in memory that processes share. */
static pthread_mutex_t *make(int robust, int type) {
    pthread_mutexattr_t a;
    pthread_mutex_t *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_init(&a);
    pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT);
    pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    if (robust) pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_settype(&a, type);
    pthread_mutex_init(m, &a);
    return m;
}

static pthread_mutex_t *first;
static volatile int stage;

static void *holder(void *unused) {
    P(pthread_mutex_lock(first));
    stage = 1;
    while (stage < 2) nap(1);
    nap(30);
    return (void *)(long)pthread_mutex_unlock(first);
}

static void threads(void) {
    pthread_t t;
    struct timespec soon;
    first = make(0, PTHREAD_MUTEX_ERRORCHECK);
    pthread_create(&t, NULL, holder, NULL);
    while (stage < 1) nap(1);
    P(pthread_mutex_trylock(first));
    clock_gettime(CLOCK_REALTIME, &soon);
    P(pthread_mutex_timedlock(first, &soon));
    P(pthread_mutex_unlock(first));
    stage = 2;
    P(pthread_mutex_lock(first) == 0);
    void *unlocked;
    pthread_join(t, &unlocked);
    P((long)unlocked);
    P(pthread_mutex_lock(first));
    P(pthread_mutex_unlock(first));
}

static long counter;
static void *count(void *m) {
    for (int i = 0; i < 2000; i++) {
        pthread_mutex_lock(m);
        counter++;
        pthread_mutex_unlock(m);
    }
    return NULL;
}

static void contended(void) {
    pthread_t t[4];
    pthread_mutex_t *m = make(0, PTHREAD_MUTEX_NORMAL);
    for (int i = 0; i < 4; i++) pthread_create(&t[i], NULL, count, m);
    for (int i = 0; i < 4; i++) pthread_join(t[i], NULL);
    P(counter);
}

/* A child takes the lock and ends, or becomes another program, with it. */
static void deaths(int exec) {
    int st;
    pthread_mutex_t *m = make(1, PTHREAD_MUTEX_NORMAL);
    int go[2];
    pipe(go);
    pid_t p = fork();
    if (p == 0) {
        pthread_mutex_lock(m);
        write(go[1], "x", 1);
        nap(40);
        if (exec) execl("/bin/true", "true", NULL);
        _exit(0);
    }
    char c;
    read(go[0], &c, 1);
    P(pthread_mutex_lock(m) == EOWNERDEAD);
    waitpid(p, &st, 0);
    show_status("holder", st);
    P(pthread_mutex_consistent(m));
    P(pthread_mutex_unlock(m));
    p = fork();
    if (p == 0) {
        pthread_mutex_lock(m);
        _exit(0);
    }
    waitpid(p, &st, 0);
    P(pthread_mutex_trylock(m) == EOWNERDEAD);
    P(pthread_mutex_unlock(m));
    P(pthread_mutex_lock(m) == ENOTRECOVERABLE);
}

/* Two processes take turns. */
static void processes(void) {
    pthread_mutex_t *m = make(0, PTHREAD_MUTEX_NORMAL);
    long *sum = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int p = 0; p < 3; p++)
        if (fork() == 0) {
            for (int i = 0; i < 500; i++) {
                pthread_mutex_lock(m);
                ++*sum;
                pthread_mutex_unlock(m);
            }
            _exit(0);
        }
    while (wait(NULL) > 0) {}
    P(*sum);
}

static int left, right, refused;

/* Takes one lock, waits until the other is taken too, and wants that: whoever comes second is refused. */
static void *circle(void *mine) {
    int *own = mine, *other = own == &left ? &right : &left;
    op(own, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0);
    __sync_fetch_and_add(&stage, 1);
    while (stage < 4) nap(1);
    if (op(other, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0) == 0) op(other, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0);
    else if (errno == EDEADLK) __sync_fetch_and_add(&refused, 1);
    op(own, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0);
    return NULL;
}

static void deadlock(void) {
    pthread_t t[2];
    stage = 2;
    pthread_create(&t[0], NULL, circle, &left);
    pthread_create(&t[1], NULL, circle, &right);
    pthread_join(t[0], NULL);
    pthread_join(t[1], NULL);
    P(refused);
    P(left | right);
}

static void *waiter(void *unused) {
    long r = op(&cond, FUTEX_WAIT_REQUEUE_PI_PRIVATE, 0, NULL, &lock, 0);
    int mine = (lock & FUTEX_TID_MASK) == syscall(SYS_gettid);
    op(&lock, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0);
    return (void *)(r == 0 && mine ? 1L : r - 100);
}

static void conditions(void) {
    pthread_t t[3];
    void *r;
    long done = 0;
    lock = cond = 0;
    P(op(&lock, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0));
    for (int i = 0; i < 3; i++) pthread_create(&t[i], NULL, waiter, NULL);
    while (done < 3) {
        long n = op(&cond, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, 100L, &lock, 0);
        if (n > 0) done += n;
        nap(1);
    }
    P(done);
    P(!!(lock & FUTEX_WAITERS));
    P(op(&lock, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0));
    for (int i = 0; i < 3; i++) {
        pthread_join(t[i], &r);
        P((long)r);
    }
    P(lock);
}

int main(void) {
    errors();
    threads();
    contended();
    deaths(0);
    deaths(1);
    processes();
    deadlock();
    conditions();
    return 0;
}
