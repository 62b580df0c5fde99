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
int main(void) {
    ids("start");
    P(setuid(getuid()));
    P(setreuid(-1, getuid()));
    pid_t p = fork();
    if (p == 0) {
        gid_t g[2] = {20, 30};
        P(setgroups(2, g));
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
    return 0;
}
