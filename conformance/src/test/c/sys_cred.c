#include "t.h"
#include <sys/fsuid.h>
static void ids(const char *what) {
    uid_t r, e, s;
    gid_t gr, ge, gs;
    getresuid(&r, &e, &s);
    getresgid(&gr, &ge, &gs);
    printf("%s: %d %d %d / %d %d %d\n", what, r, e, s, gr, ge, gs);
    fflush(stdout);
}
/* What kill(2) says of pid 1 follows from who owns it. */
static void kill_init(void) {
    struct stat init = {0};
    stat("/proc/1", &init);
    int expected = geteuid() == 0 || init.st_uid == getuid() ? 0 : EPERM;
    P((kill(1, 0) == 0 ? 0 : errno) == expected);
}

/* A process that keeps the ids of its parent, until the pipe's other end is closed. */
static pid_t keeper(int release[2]) {
    MUST(pipe(release));
    pid_t p = fork();
    if (p == 0) {
        char c;
        close(release[1]);
        read(release[0], &c, 1);
        _exit(0);
    }
    return p;
}

static void groups(int known) {
    gid_t list[1024];
    int count = getgroups(0, NULL);
    if (known) P(getgroups(0, NULL));
    P(count >= 0 && getgroups(1024, list) == count);
    for (int i = 0; known && i < count; i++) printf("group %d\n", list[i]);
    P(getgroups(-1, NULL));
    if (known) P(getgroups(1, list));
    if (known) P(getgroups(2, (gid_t *)8));
}

int main(void) {
    int release[2];
    pid_t same = keeper(release);
    ids("start");
    P(setuid(getuid()));
    P(setreuid(-1, getuid()));
    pid_t p = fork();
    if (p == 0) {
        gid_t g[2] = {20, 30};
        P(setgroups(2, g));
        int known = geteuid() == 0;
        groups(known);
        P(setgid(100));
        P(setresuid(-1, 1000, -1));
        ids("effective");
        close(open("mine", O_CREAT | O_WRONLY, 0600));
        struct stat st;
        P(stat("mine", &st));
        P(seteuid(0));
        ids("back");
        P(setuid(1000));
        ids("dropped");
        P(setuid(0));
        kill_init();
        P(kill(same, 0));
        P(kill(same, SIGTERM) == (known ? -1 : 0));
        P(kill(-1, 100));
        groups(known);
        P(chown("mine", 0, 0));
        P(open("/etc/shadow", O_RDONLY));
        P(mkdir("/x-not-allowed", 0700));
        P(chroot("/"));
        P(setpriority(PRIO_PROCESS, 0, -5));
        _exit(0);
    }
    int status;
    waitpid(p, &status, 0);
    show_status("child", status);
    close(release[1]);
    waitpid(same, &status, 0);
    show_status("keeper", status);
    return 0;
}
