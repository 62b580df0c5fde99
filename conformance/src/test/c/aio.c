#include "t.h"
#include <linux/aio_abi.h>
/* Linux's own asynchronous input and output: io_setup(2), io_submit(2), io_getevents(2), io_cancel(2), io_destroy(2). */
static aio_context_t ctx;

#define setup(n, p) syscall(SYS_io_setup, n, p)
#define destroy(c) syscall(SYS_io_destroy, c)
#define submit(c, n, p) syscall(SYS_io_submit, c, n, p)
#define get(c, min, n, e, t) syscall(SYS_io_getevents, c, min, n, e, t)

static struct iocb make(int op, int fd, void *buf, long n, long off) {
    struct iocb cb;
    memset(&cb, 0, sizeof cb);
    cb.aio_lio_opcode = op;
    cb.aio_fildes = fd;
    cb.aio_buf = (long)buf;
    cb.aio_nbytes = n;
    cb.aio_offset = off;
    cb.aio_data = 1000 + op;
    return cb;
}

/* Submits one and shows its event, if there is one. */
static void one(const char *what, struct iocb cb) {
    struct iocb *list[] = {&cb};
    struct io_event e;
    printf("%s: ", what);
    long done;
    P(done = submit(ctx, 1, list));
    if (done == 1 && get(ctx, 1, 1, &e, NULL) == 1)
        printf("  data %lld res %lld res2 %lld object %d key %d\n", (long long)e.data, (long long)e.res, (long long)e.res2,
               e.obj == (unsigned long)&cb, cb.aio_key);
    fflush(stdout);
}

static void bad_contexts(void) {
    aio_context_t c = 1;
    struct io_event e;
    struct iocb *none = NULL;
    P(setup(1, &c));
    c = 0;
    P(setup(0, &c));
    P(setup(1, (void *)8));
    P(setup(0x7fffffff, &c));
    P(setup(4000000, &c));
    P(destroy(0));
    P(destroy(0x12345));
    P(submit(0, 1, &none));
    P(get(0, 0, 1, &e, NULL));
    P(syscall(SYS_io_cancel, 0, &e, &e));
}

static void transfers(int fd) {
    char buf[64] = "asynchronous";
    struct iovec v[2] = {{buf, 4}, {buf + 4, 8}};
    struct iocb cb;
    one("write", make(IOCB_CMD_PWRITE, fd, buf, 12, 0));
    one("writev", make(IOCB_CMD_PWRITEV, fd, v, 2, 12));
    memset(buf, 0, sizeof buf);
    one("read", make(IOCB_CMD_PREAD, fd, buf, 64, 6));
    printf("%s\n", buf);
    memset(buf, 0, sizeof buf);
    one("readv", make(IOCB_CMD_PREADV, fd, v, 2, 0));
    printf("%s\n", buf);
    one("read at the end", make(IOCB_CMD_PREAD, fd, buf, 64, 24));
    one("fsync", make(IOCB_CMD_FSYNC, fd, NULL, 0, 0));
    one("fdatasync", make(IOCB_CMD_FDSYNC, fd, NULL, 0, 0));
    one("fsync with a buffer", make(IOCB_CMD_FSYNC, fd, buf, 0, 0));
    one("bad descriptor", make(IOCB_CMD_PREAD, 99, buf, 1, 0));
    one("bad operation", make(77, fd, buf, 1, 0));
    one("noop", make(IOCB_CMD_NOOP, fd, buf, 1, 0));
    one("negative offset", make(IOCB_CMD_PREAD, fd, buf, 1, -1));
    one("negative length", make(IOCB_CMD_PREAD, fd, buf, -1, 0));
    one("bad address", make(IOCB_CMD_PREAD, fd, (void *)8, 10, 0));
    one("bad vector", make(IOCB_CMD_PREADV, fd, (void *)8, 1, 0));
    one("long vector", make(IOCB_CMD_PREADV, fd, v, 2000, 0));
    cb = make(IOCB_CMD_PREAD, fd, buf, 1, 0);
    cb.aio_reserved2 = 1;
    one("reserved field", cb);
    cb = make(IOCB_CMD_PREAD, fd, buf, 1, 0);
    cb.aio_rw_flags = 0x40000000;
    one("unknown flags", cb);
    int ro = open("f", O_RDONLY), dir = open(".", O_RDONLY), wo = open("f", O_WRONLY);
    one("write to a file open for reading", make(IOCB_CMD_PWRITE, ro, buf, 1, 0));
    one("read of one open for writing", make(IOCB_CMD_PREAD, wo, buf, 1, 0));
    one("read of a directory", make(IOCB_CMD_PREAD, dir, buf, 1, 0));
    int path = open("f", O_PATH);
    one("read by O_PATH", make(IOCB_CMD_PREAD, path, buf, 1, 0));
    close(ro), close(dir), close(wo), close(path);
}

static void many(int fd) {
    struct iocb cbs[8], *list[9];
    struct io_event e[8];
    char buf[8];
    for (int i = 0; i < 8; i++) cbs[i] = make(IOCB_CMD_PREAD, fd, buf + i, 1, i), cbs[i].aio_data = i, list[i] = &cbs[i];
    P(submit(ctx, -1, list));
    P(submit(ctx, 0, NULL));
    P(submit(ctx, 1, NULL));
    P(submit(ctx, 8, list));
    struct timespec zero = {0, 0}, soon = {0, 20000000}, odd = {0, -1};
    P(get(ctx, 0, 3, e, &zero));
    for (int i = 0; i < 3; i++) printf("%lld ", (long long)e[i].data);
    P(get(ctx, 2, 1, e, &zero));
    P(get(ctx, -1, 1, e, &zero));
    P(get(ctx, 0, 8, (void *)8, &zero));
    P(get(ctx, 1, 8, e, (void *)8));
    P(get(ctx, 8, 8, e, &soon));
    for (int i = 0; i < 5; i++) printf("%lld ", (long long)e[i].data);
    P(get(ctx, 1, 8, e, &soon));
    P(get(ctx, 0, 0, e, NULL));
    cbs[3].aio_lio_opcode = 99;
    P(submit(ctx, 8, list));
    P(get(ctx, 3, 8, e, NULL));
    list[1] = (void *)8;
    P(submit(ctx, 8, list));
    P(get(ctx, 1, 8, e, NULL));
}

static void events(int fd) {
    char c;
    uint64_t n = 0;
    int ev = eventfd(0, EFD_NONBLOCK);
    struct iocb cb = make(IOCB_CMD_PREAD, fd, &c, 1, 0), *list[] = {&cb, &cb};
    cb.aio_flags = IOCB_FLAG_RESFD;
    cb.aio_resfd = ev;
    P(submit(ctx, 2, list));
    P(read(ev, &n, 8));
    printf("%ld\n", (long)n);
    struct io_event e[2];
    P(get(ctx, 2, 2, e, NULL));
    cb.aio_resfd = fd;
    P(submit(ctx, 1, list));
    cb.aio_resfd = 99;
    P(submit(ctx, 1, list));
    close(ev);
}

static void *feed(void *fd) {
    nap(30);
    write((int)(long)fd, "x", 1);
    return NULL;
}

static void polls(void) {
    int p[2];
    pthread_t t;
    struct io_event e;
    struct timespec zero = {0, 0};
    MUST(pipe(p));
    struct iocb cb = make(IOCB_CMD_POLL, p[0], (void *)POLLIN, 0, 0), *list[] = {&cb};
    P(submit(ctx, 1, list));
    P(get(ctx, 0, 1, &e, &zero));
    P(syscall(SYS_io_cancel, ctx, (void *)8, &e));
    P(syscall(SYS_io_cancel, ctx, &cb, &e));
    P(get(ctx, 1, 1, &e, NULL));
    printf("res %lld\n", (long long)e.res);
    P(syscall(SYS_io_cancel, ctx, &cb, &e));
    P(submit(ctx, 1, list));
    pthread_create(&t, NULL, feed, (void *)(long)p[1]);
    P(get(ctx, 1, 1, &e, NULL));
    printf("res %lld data %lld\n", (long long)e.res & POLLIN, (long long)e.data);
    pthread_join(t, NULL);
    P(submit(ctx, 1, list));
    P(get(ctx, 1, 1, &e, NULL));
    one("poll with a length", make(IOCB_CMD_POLL, p[0], (void *)POLLIN, 1, 0));
    one("poll for too much", make(IOCB_CMD_POLL, p[0], (void *)0x10000, 0, 0));
    char c;
    one("read of a pipe", make(IOCB_CMD_PREAD, p[0], &c, 1, 0));
    fcntl(p[0], F_SETFL, O_NONBLOCK);
    one("of an empty one", make(IOCB_CMD_PREAD, p[0], &c, 1, 0));
    close(p[1]);
    one("of a closed one", make(IOCB_CMD_PREAD, p[0], &c, 1, 0));
    one("fsync of a pipe", make(IOCB_CMD_FSYNC, p[0], NULL, 0, 0));
}

static void on_alarm(int s) {}

static void signals(void) {
    struct io_event e;
    struct sigaction sa = {.sa_handler = on_alarm};
    sigaction(SIGALRM, &sa, NULL);
    struct itimerval soon = {{0, 0}, {0, 20000}};
    setitimer(ITIMER_REAL, &soon, NULL);
    P(get(ctx, 1, 1, &e, NULL));
    sigset_t all;
    sigfillset(&all);
    struct { const sigset_t *set; size_t size; } mask = {&all, 8};
    struct timespec later = {0, 50000000};
    setitimer(ITIMER_REAL, &soon, NULL);
    P(syscall(SYS_io_pgetevents, ctx, 1, 1, &e, &later, &mask));
    mask.size = 4;
    P(syscall(SYS_io_pgetevents, ctx, 1, 1, &e, &later, &mask));
    P(syscall(SYS_io_pgetevents, ctx, 1, 1, &e, &later, (void *)8));
    P(syscall(SYS_io_pgetevents, ctx, 0, 1, &e, &later, NULL));
}

/* The ring that a program may read itself. */
struct ring { unsigned id, nr, head, tail, magic, compat, incompat, header; struct io_event events[]; };

static void ring(int fd) {
    volatile struct ring *r = (void *)ctx;
    char c;
    struct iocb cb = make(IOCB_CMD_PREAD, fd, &c, 1, 2), *list[] = {&cb};
    printf("magic %x compat %u incompat %u header %u empty %d\n", r->magic, r->compat, r->incompat, r->header, r->head == r->tail);
    P(submit(ctx, 1, list));
    printf("full %d res %lld\n", r->head != r->tail, (long long)r->events[r->head].res);
    r->head = r->tail;
    struct io_event e;
    struct timespec zero = {0, 0};
    P(get(ctx, 0, 1, &e, &zero));
    int done = 0;
    while (submit(ctx, 1, list) == 1) done++;
    P(errno == EAGAIN && done == r->nr - 1);
}

int main(void) {
    int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0600);
    bad_contexts();
    P(setup(16, &ctx));
    transfers(fd);
    many(fd);
    events(fd);
    polls();
    signals();
    ring(fd);
    pid_t p = fork();
    if (p == 0) {
        struct io_event e;
        P(get(ctx, 0, 1, &e, NULL));
        P(destroy(ctx));
        _exit(0);
    }
    waitpid(p, NULL, 0);
    P(destroy(ctx));
    P(destroy(ctx));
    char vec;
    P(mincore((void *)ctx, 4096, &vec));
    ctx = 0;
    P(setup(1, &ctx));
    int pp[2];
    pipe(pp);
    struct iocb cb = make(IOCB_CMD_POLL, pp[0], (void *)POLLIN, 0, 0), *list[] = {&cb};
    P(submit(ctx, 1, list));
    return 0;
}
