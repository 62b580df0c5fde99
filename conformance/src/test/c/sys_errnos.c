/* Which error comes first: of descriptors, pointers, sizes and flags that are all wrong; and ranges at the edge of what there is. */
#include "t.h"
#define KERNEL ((void *)0xffff800000000000)

int main(void) {
    syscall(SYS_ioprio_set, 1, 0, 0); /* whatever the tests were started with */
    char buf[64] = "x";
    struct iovec none[2] = {};
    int file = open("f", O_CREAT | O_RDWR, 0644), dir = open(".", O_RDONLY), path = open("f", O_PATH);
    int ep = epoll_create1(0), ev = eventfd(0, EFD_NONBLOCK), tm = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    int in = inotify_init1(IN_NONBLOCK), p[2], s[2];
    pipe(p);
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    write(file, "hello", 5);

    P(lseek(ep, 0, SEEK_SET)); P(lseek(ev, 7, SEEK_SET)); P(lseek(in, 0, SEEK_END)); P(lseek(ev, 0, 9)); P(lseek(p[0], 0, SEEK_SET));
    P(readv(dir, none, 0)); P(readv(dir, none, 2)); P(read(dir, buf, 0)); P(preadv(dir, none, 1, 0));
    P(readv(ep, none, 1)); P(writev(tm, none, 1)); P(writev(in, none, 0)); P(read(ep, KERNEL, 8)); P(write(tm, KERNEL, 8));
    P(syscall(SYS_readv, file, none, 1L << 32)); P(syscall(SYS_writev, file, none, LONG_MIN)); P(readv(file, none, 1025));
    P(preadv2(file, none, 1, 0, 1 << 20)); P(pwritev2(file, none, 1, 0, 1 << 20));
    P(pwrite(file, buf, 8, LONG_MAX)); P(pwrite(file, buf, 8, -1)); P(pread(file, buf, 8, LONG_MAX));
    P(fallocate(file, 0, LONG_MAX, 1));
    P(readahead(file, 0, -1)); P(readahead(file, 0, 8)); P(readahead(p[0], 0, 8));

    P(poll(KERNEL, 0, 0)); P(poll(KERNEL, 1, 0)); P(poll(NULL, 0, 0));
    P(epoll_wait(-1, (void *)buf, 0, 0)); P(epoll_wait(path, (void *)buf, 1, 0)); P(epoll_wait(file, (void *)buf, 0, 0)); P(epoll_wait(in, KERNEL, 1, 0));
    P(epoll_ctl(path, EPOLL_CTL_DEL, file, NULL)); P(epoll_ctl(ep, EPOLL_CTL_DEL, path, NULL)); P(epoll_ctl(ep, EPOLL_CTL_DEL, file, NULL));
    P(ioctl(ep, 0, buf)); P(ioctl(ev, 0, buf));
    P(inotify_add_watch(file, NULL, IN_MODIFY)); P(inotify_add_watch(in, NULL, IN_MODIFY)); P(inotify_add_watch(path, ".", IN_MODIFY)); P(inotify_rm_watch(path, 0));
    struct itimerspec t = {};
    P(timerfd_gettime(path, &t)); P(timerfd_gettime(file, &t));
    sigset_t set;
    sigemptyset(&set);
    P(signalfd(path, &set, 0)); P(signalfd(file, &set, 0));

    P(fchmod(ev, 0644)); P(fchown(ev, -1, -1)); P(fchmod(path, 0644));
    P(splice(p[0], &(loff_t){0}, file, NULL, 8, 0)); P(splice(file, KERNEL, file, NULL, 8, 0)); P(splice(path, NULL, p[1], NULL, 8, 0)); P(splice(-1, NULL, -1, NULL, 0, -1));
    P(splice(p[1], &(loff_t){0}, file, NULL, 8, 0)); P(tee(path, p[1], 8, 0)); P(tee(p[0], p[1], 0, -1));
    P(vmsplice(file, none, 1, 0)); P(vmsplice(file, &(struct iovec){buf, 1}, 1, 0)); P(vmsplice(path, none, 1, 0));
    P(sendfile(ev, file, NULL, 8)); P(sendfile(ev, file, &(off_t){0}, 8)); P(sendfile(file, s[0], NULL, 8)); P(sendfile(p[1], dir, NULL, 8));
    P(syscall(SYS_pipe2, buf, O_EXCL)); P(syscall(SYS_pipe2, buf, -1));

    P(syscall(SYS_mmap, NULL, 4096, PROT_READ, MAP_PRIVATE, file, LONG_MIN)); P(syscall(SYS_mmap, NULL, 4096, PROT_READ, MAP_PRIVATE, file, LONG_MAX & -4096L));
    P(msync(NULL, LONG_MAX, 0)); P(madvise(NULL, LONG_MAX, MADV_NORMAL)); P(munlock(NULL, LONG_MAX)); P(munlock((void *)4096, -4096L));
    P(mincore(NULL, -1, (void *)buf)); P(mincore(NULL, 8, KERNEL)); P(mincore((void *)1, 0, KERNEL));

    P(syscall(SYS_getrlimit, 0, NULL)); P(syscall(SYS_getrlimit, 99, NULL)); P(syscall(SYS_waitid, P_ALL, 0, 1, 0, NULL)); P(syscall(SYS_waitid, P_ALL, 0, NULL, 0, NULL));
    siginfo_t info;
    memset(&info, 0x55, sizeof info);
    P(waitid(P_ALL, 0, &info, WEXITED));
    printf("%d %d %d\n", info.si_signo, info.si_code, info.si_pid);
    P(syscall(SYS_sched_get_priority_max, 7)); P(syscall(SYS_sched_get_priority_max, 8)); P(syscall(SYS_ioprio_get, 2, 0)); P(syscall(SYS_ioprio_get, 1, 0));

    P(mknodat(file, "f", 0170000, 0)); P(mknodat(file, "f", S_IFDIR, 0)); P(mknodat(file, "f", S_IFREG, 0)); P(mknod(NULL, 0170000, 0));
    P(syscall(SYS_renameat2, file, "f", file, "g", 1 << 5)); P(syscall(SYS_renameat2, file, "f", file, "g", 3)); P(syscall(SYS_renameat2, file, "f", file, "g", 0));
    P(syscall(SYS_openat2, -100, "f", buf, -1L)); P(syscall(SYS_openat2, -100, "f", buf, 8L)); P(syscall(SYS_openat2, -100, "f", buf, 5000L));
    P(syscall(SYS_fsetxattr, -1, "user.a", buf, 1, 1 << 9)); P(syscall(SYS_fsetxattr, -1, NULL, buf, 1, 0)); P(syscall(SYS_fsetxattr, -1, "user.a", buf, 1L << 20, 0)); P(syscall(SYS_fgetxattr, -1, NULL, buf, 1));

    P(setsockopt(file, SOL_SOCKET, SO_DEBUG, buf, -1)); P(setsockopt(-1, SOL_SOCKET, SO_DEBUG, buf, -1)); P(setsockopt(s[0], SOL_SOCKET, SO_DEBUG, buf, -1));
    P(sendto(file, KERNEL, 8, 0, NULL, 0)); P(recvfrom(-1, KERNEL, 8, 0, NULL, NULL)); P(sendto(s[0], buf, 8, 0, (void *)buf, 0));
    P(accept4(-1, NULL, NULL, -1)); P(accept4(s[0], NULL, NULL, -1)); P(accept4(path, NULL, NULL, 0));
    P(syscall(SYS_sendmmsg, file, NULL, 0, 1L << 31)); P(syscall(SYS_recvmmsg, -1, NULL, 0, 1L << 31, NULL));

    stack_t old = {}, ss = {.ss_sp = buf, .ss_size = 16};
    P(sigaltstack(&ss, NULL));
    ss = (stack_t){.ss_flags = SS_DISABLE};
    P(sigaltstack(&ss, &old));
    printf("%d %lu\n", old.ss_flags, old.ss_size);
    ss.ss_flags = 0;
    P(sigaltstack(&ss, NULL));
    return 0;
}
