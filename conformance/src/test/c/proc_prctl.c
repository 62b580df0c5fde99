#include "t.h"
int main(void) {
    char name[17] = "";
    P(prctl(PR_SET_NAME, "a name longer than sixteen"));
    P(prctl(PR_GET_NAME, name));
    puts(name);
    P(prctl(PR_GET_DUMPABLE));
    P(prctl(PR_SET_DUMPABLE, 0));
    P(prctl(PR_GET_DUMPABLE));
    P(prctl(PR_SET_DUMPABLE, 5));
    int sig = -1;
    P(prctl(PR_SET_PDEATHSIG, SIGUSR1));
    P(prctl(PR_GET_PDEATHSIG, &sig));
    printf("%d\n", sig);
    P(prctl(PR_SET_PDEATHSIG, 100));
    P(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    P(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    P(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    P(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
    P(prctl(PR_SET_CHILD_SUBREAPER, 1));
    int fd[2];
    MUST(pipe(fd));
    pid_t p = fork();
    if (p == 0) {
        if (fork() == 0) { char c; close(fd[1]); read(fd[0], &c, 1); printf("adopted\n"); fflush(stdout); _exit(11); }
        _exit(1);
    }
    int status;
    waitpid(p, &status, 0);
    show_status("first", status);
    close(fd[1]);
    P(wait(&status) > 0);
    show_status("orphan", status);
    P(prctl(9999));
    p = fork();
    if (p == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(0);
    }
    waitpid(p, &status, 0);
    struct rlimit r;
    P(getrlimit(RLIMIT_NOFILE, &r));
    struct rlimit low = {10, r.rlim_max};
    P(setrlimit(RLIMIT_NOFILE, &low));
    int last = -1, d;
    while ((d = dup(0)) >= 0) last = d;
    printf("last fd %d %s\n", last, strerrorname_np(errno));
    low.rlim_cur = 20; low.rlim_max = 10;
    P(setrlimit(RLIMIT_NOFILE, &low));
    P(getrlimit(99, &r));
    P(getpriority(PRIO_PROCESS, 0));
    P(setpriority(PRIO_PROCESS, 0, 5));
    P(getpriority(PRIO_PROCESS, 0));
    P(nice(3));
    P(sched_getscheduler(0));
    return 0;
}
