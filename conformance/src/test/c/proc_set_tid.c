/* clone3(2) with set_tid: its errors, and the numbers it gives, in a pid namespace of one's own. */
#include "t.h"
#include <linux/sched.h>
#include <sched.h>
static long clone3(struct clone_args *a, size_t size) {
    fflush(stdout);
    return syscall(SYS_clone3, a, size);
}
static void put(const char *path, const char *text) {
    int fd = open(path, O_WRONLY);
    write(fd, text, strlen(text));
    close(fd);
}
static long with(pid_t *tids, int n, long flags) {
    struct clone_args a = {.flags = flags, .exit_signal = SIGCHLD, .set_tid = (long)tids, .set_tid_size = n};
    long pid = clone3(&a, sizeof a);
    if (pid == 0) {
        printf("child %d\n", getpid());
        fflush(stdout);
        _exit(3);
    }
    int status;
    if (pid > 0 && waitpid(pid, &status, 0) == pid) show_status("child", status);
    return pid > 0 ? pid == tids[flags ? 1 : 0] : pid;
}
int main(void) {
    pid_t none[40] = {0};
    P(with(none, 0, 0));
    P(with(NULL, 1, 0));
    P(with(none, 33, 0));
    P(with((pid_t *)8, 1, 0));
    int uid = getuid(), gid = getgid();
    char map[64];
    NEEDS(unshare(CLONE_NEWUSER | CLONE_NEWPID));
    put("/proc/self/setgroups", "deny");
    sprintf(map, "0 %d 1", uid), put("/proc/self/uid_map", map);
    sprintf(map, "0 %d 1", gid), put("/proc/self/gid_map", map);
    pid_t init = fork();
    if (init == 0) {
        pid_t t[] = {77, 1};
        P(with(t, 1, 0));
        P(with(t, 1, 0));
        t[0] = 1;
        P(with(t, 1, 0));
        t[0] = 0;
        P(with(t, 1, 0));
        t[0] = -5;
        P(with(t, 1, 0));
        t[0] = 1 << 23;
        P(with(t, 1, 0));
        t[0] = getpgid(0);
        pid_t inner[] = {1, 99};
        P(with(inner, 2, CLONE_NEWPID));
        pid_t wrong[] = {5, 98};
        P(with(wrong, 2, CLONE_NEWPID));
        pid_t deep[] = {1, 50, 60, 70, 80, 90};
        P(with(deep, 6, 0));
        P(with(deep, 3, CLONE_NEWPID));
        _exit(0);
    }
    int status;
    waitpid(init, &status, 0);
    show_status("init", status);
    return 0;
}
