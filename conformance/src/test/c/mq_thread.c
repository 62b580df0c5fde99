#include "t.h"
#include <mqueue.h>
/* mq_notify(3) with SIGEV_THREAD: the function runs in a thread once a message has come; the system call beneath, with a netlink socket. */
static volatile int ran;
static volatile union sigval got;
static void function(union sigval v) {
    got = v;
    __sync_synchronize();
    ran++;
}
static int raw(int queue, int fd, void *cookie) {
    struct sigevent e = {.sigev_notify = SIGEV_THREAD, .sigev_signo = fd};
    e.sigev_value.sival_ptr = cookie;
    return syscall(SYS_mq_notify, queue, &e);
}
int main(void) {
    char name[40], cookie[32] = "the cookie", answer[64];
    sprintf(name, "/mq-thread-%d", getpid());
    struct mq_attr a = {.mq_maxmsg = 3, .mq_msgsize = 10};
    mqd_t q = mq_open(name, O_CREAT | O_RDWR, 0600, &a);
    mq_unlink(name);
    struct sigevent e = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = function};
    for (int i = 0; i < 2; i++) {
        e.sigev_value.sival_int = 42 + i;
        P(mq_notify(q, &e));
        P(mq_notify(q, &e));
        P(mq_send(q, "x", 1, 0));
        for (int n = 0; n < 1000 && ran <= i; n++) nap(5);
        P(ran);
        P(got.sival_int);
        char b[10];
        P(mq_receive(q, b, 10, NULL));
    }
    int s = socket(AF_NETLINK, SOCK_RAW, 0), other = socket(AF_UNIX, SOCK_STREAM, 0), ends[2];
    pipe(ends);
    P(raw(q, s, (void *)8));
    P(raw(q, -1, cookie));
    P(raw(q, ends[0], cookie));
    P(raw(q, other, cookie));
    P(raw(-1, s, cookie));
    P(raw(q, s, cookie));
    P(raw(q, s, cookie));
    P(recv(s, answer, 64, MSG_DONTWAIT));
    P(mq_send(q, "x", 1, 0));
    P(recv(s, answer, 64, 0));
    printf("%s %d\n", answer, answer[31]);
    P(recv(s, answer, 64, MSG_DONTWAIT));
    char b[10];
    mq_receive(q, b, 10, NULL);
    P(raw(q, s, cookie));
    P(syscall(SYS_mq_notify, q, NULL));
    P(recv(s, answer, 64, 0));
    printf("%s %d\n", answer, answer[31]);
    P(raw(q, s, cookie));
    P(mq_close(q));
    P(recv(s, answer, 64, 0));
    printf("%s %d\n", answer, answer[31]);
    return 0;
}
