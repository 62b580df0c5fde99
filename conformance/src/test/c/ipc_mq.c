#include "t.h"
#include <mqueue.h>
/* POSIX message queues, mq_overview(7): names, limits, order, waiting, notification. */
static char name[64];

static void names(void) {
    struct mq_attr a = {.mq_maxmsg = 2, .mq_msgsize = 16}, zero = {0}, negative = {.mq_maxmsg = -1, .mq_msgsize = 1};
    char longName[300] = "/";
    memset(longName + 1, 'x', 256);
    P(mq_open(name, O_RDWR));
    P(mq_unlink(name));
    P(mq_open("noslash", O_RDWR));
    P(mq_open("/", O_RDWR | O_CREAT, 0600, NULL));
    P(mq_open("/a/b", O_RDWR | O_CREAT, 0600, NULL));
    P(mq_open("/..", O_RDWR | O_CREAT, 0600, NULL));
    P(mq_open(longName, O_RDWR | O_CREAT, 0600, NULL));
    P(mq_unlink(longName));
    P(mq_open(name, O_RDWR | O_CREAT, 0600, &zero));
    P(mq_open(name, O_RDWR | O_CREAT, 0600, &negative));
    a.mq_maxmsg = 100000;
    P(mq_open(name, O_RDWR | O_CREAT, 0600, &a));
    a.mq_maxmsg = 2, a.mq_msgsize = 100 << 20;
    P(mq_open(name, O_RDWR | O_CREAT, 0600, &a));
    P(mq_open(name, O_RDWR | O_CREAT, 0600, (void *)8));
    struct rlimit small = {100, 819200}, old;
    getrlimit(RLIMIT_MSGQUEUE, &old);
    setrlimit(RLIMIT_MSGQUEUE, &small);
    a.mq_msgsize = 16;
    P(mq_open(name, O_RDWR | O_CREAT, 0600, &a));
    setrlimit(RLIMIT_MSGQUEUE, &old);
}

static void status(mqd_t q) {
    char text[128] = {0};
    lseek(q, 0, SEEK_SET);
    long n = read(q, text, 127);
    char *pid = strstr(text, "NOTIFY_PID:");
    if (pid) printf("%ld %.*s pid %d\n", n, (int)(pid - text), text, atoi(pid + 11) == getpid());
}

static void order(mqd_t q) {
    char buf[64];
    unsigned prio = 77;
    struct mq_attr a;
    P(mq_getattr(q, &a));
    printf("%ld %ld %ld %ld\n", a.mq_flags, a.mq_maxmsg, a.mq_msgsize, a.mq_curmsgs);
    P(mq_send(q, "low", 3, 1));
    P(mq_send(q, "high", 4, 9));
    P(mq_send(q, "low2", 4, 1));
    P(mq_send(q, "", 0, 32767));
    P(mq_send(q, "x", 1, 32768));
    P(mq_send(q, "12345678901234567", 17, 0));
    P(mq_send(q, (void *)8, 3, 0));
    P(mq_getattr(q, &a));
    printf("%ld\n", a.mq_curmsgs);
    status(q);
    P(mq_receive(q, buf, 15, &prio));
    P(mq_receive(q, buf, 64, &prio));
    printf("%u\n", prio);
    for (int i = 0; i < 3; i++) {
        memset(buf, 0, sizeof buf);
        P(mq_receive(q, buf, 64, &prio));
        printf("%s %u\n", buf, prio);
    }
    P(mq_send(q, "gone", 4, 0));
    P(mq_receive(q, (void *)8, 64, NULL));
    status(q);
}

static void waiting(mqd_t q) {
    char buf[64];
    struct timespec past = {1, 0}, bad = {1, -1}, bad2 = {1, 1000000000};
    struct mq_attr a = {.mq_flags = O_NONBLOCK}, old, odd = {.mq_flags = 1};
    P(mq_timedreceive(q, buf, 64, NULL, &past));
    P(mq_timedreceive(q, buf, 64, NULL, &bad));
    P(mq_timedreceive(q, buf, 64, NULL, &bad2));
    P(mq_timedreceive(q, buf, 64, NULL, (void *)8));
    P(mq_setattr(q, &odd, NULL));
    P(mq_setattr(q, &a, &old));
    P(mq_getattr(q, &old));
    printf("%ld %d\n", old.mq_flags, !!(fcntl(q, F_GETFL) & O_NONBLOCK));
    P(mq_receive(q, buf, 64, NULL));
    for (int i = 0; i < 4; i++) MUST(mq_send(q, "m", 1, 0));
    P(mq_send(q, "m", 1, 0));
    struct pollfd p = {q, POLLIN | POLLOUT};
    P(poll(&p, 1, 0));
    P(p.revents);
    a.mq_flags = 0;
    P(mq_setattr(q, &a, NULL));
    P(mq_timedsend(q, "m", 1, 0, &past));
    for (int i = 0; i < 4; i++) MUST(mq_receive(q, buf, 64, NULL));
    P(poll(&p, 1, 0));
    P(p.revents);
    pid_t child = fork();
    if (child == 0) {
        nap(30);
        _exit(mq_send(q, "from a child", 12, 3));
    }
    unsigned prio;
    P(mq_receive(q, buf, 64, &prio));
    P(prio);
    int st;
    waitpid(child, &st, 0);
    show_status("child", st);
    P(mq_send(1, "x", 1, 0));
    P(mq_send(99, "x", 1, 0));
    P(mq_receive(1, buf, 64, NULL));
    P(write(q, "x", 1));
    P(mq_getattr(1, &a));
}

static volatile int got, gotCode, gotValue, gotSender;
static void on_signal(int s, siginfo_t *i, void *c) {
    got = s, gotCode = i->si_code, gotValue = i->si_value.sival_int, gotSender = i->si_pid == getpid() && i->si_uid == getuid();
}

static void notification(mqd_t q) {
    struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR1, &sa, NULL);
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 42};
    char buf[64];
    P(mq_notify(q, &ev));
    status(q);
    P(mq_notify(q, &ev));
    P(mq_send(q, "n", 1, 0));
    printf("%d %d %d %d\n", got, gotCode, gotValue, gotSender);
    got = 0;
    P(mq_send(q, "n", 1, 0));
    P(got);
    P(mq_notify(q, &ev));
    P(mq_receive(q, buf, 64, NULL));
    P(mq_send(q, "n", 1, 0));
    P(got);
    P(mq_notify(q, NULL));
    P(mq_notify(q, NULL));
    ev.sigev_notify = SIGEV_NONE;
    P(mq_notify(q, &ev));
    status(q);
    P(mq_notify(q, NULL));
    ev.sigev_notify = 77;
    P(mq_notify(q, &ev));
    ev.sigev_notify = SIGEV_SIGNAL, ev.sigev_signo = 65;
    P(mq_notify(q, &ev));
    P(mq_notify(1, NULL));
    P(mq_notify(99, NULL));
    P(syscall(SYS_mq_notify, q, 8));
    ev.sigev_signo = SIGUSR1;
    P(mq_notify(q, &ev));
    mqd_t other = mq_open(name, O_RDONLY);
    P(mq_close(other));
    P(mq_notify(q, &ev));
    while (mq_receive(q, buf, 64, NULL) >= 0) {
        struct mq_attr a;
        mq_getattr(q, &a);
        if (!a.mq_curmsgs) break;
    }
    P(mq_notify(q, NULL));
}

static void on_alarm(int s) {}

static void interrupted(mqd_t q) {
    struct sigaction sa = {.sa_handler = on_alarm};
    char buf[64];
    sigaction(SIGALRM, &sa, NULL);
    struct itimerval soon = {{0, 0}, {0, 20000}};
    setitimer(ITIMER_REAL, &soon, NULL);
    P(mq_receive(q, buf, 64, NULL));
}

int main(void) {
    umask(022);
    sprintf(name, "/umlaut-conformance-%d", getpid());
    names();
    struct mq_attr a = {.mq_maxmsg = 4, .mq_msgsize = 16};
    mqd_t q = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0666, &a);
    P(q >= 0);
    P(fcntl(q, F_GETFD));
    struct stat st;
    P(fstat(q, &st));
    printf("%o %ld %d %d\n", st.st_mode, (long)st.st_size, (int)st.st_nlink, st.st_uid == getuid());
    P(mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0666, &a));
    P(mq_open(name, O_RDWR | O_WRONLY));
    order(q);
    waiting(q);
    notification(q);
    interrupted(q);
    mqd_t ro = mq_open(name, O_RDONLY), wo = mq_open(name, O_WRONLY | O_NONBLOCK);
    char buf[64];
    P(mq_send(ro, "x", 1, 0));
    P(mq_receive(wo, buf, 64, NULL));
    P(mq_send(wo, "still here", 10, 5));
    P(mq_unlink(name));
    P(mq_unlink(name));
    P(mq_open(name, O_RDWR));
    P(mq_receive(ro, buf, 64, NULL));
    P(fstat(q, &st));
    P(st.st_nlink);
    P(mq_close(q));
    P(mq_close(q));
    return 0;
}
