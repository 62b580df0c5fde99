#include "t.h"
int main(void) {
    int status, fd[2];
    char c;
    P(setsid() == -1 ? -1 : 0);
    pid_t p = fork();
    if (p == 0) {
        P(setsid() == getpid());
        P(setsid());
        P(getsid(0) == getpid());
        P(getpgrp() == getpid());
        P(setpgid(0, 0));
        MUST(pipe(fd));
        pid_t child = fork();
        if (child == 0) { read(fd[0], &c, 1); _exit(0); }
        P(setpgid(child, child));
        P(getpgid(child) == child);
        P(setpgid(child, getpid()));
        P(getpgid(child) == getpid());
        P(setpgid(child, 999999));
        P(setpgid(-1, 0));
        P(setpgid(0, -1));
        P(getsid(child) == getpid());
        write(fd[1], "x", 1);
        waitpid(child, &status, 0);
        P(setpgid(child, child));
        P(getpgid(child));
        pid_t g[3];
        for (int i = 0; i < 3; i++) {
            g[i] = fork();
            if (g[i] == 0) { setpgid(0, i ? g[0] : 0); pause(); }
            MUST(setpgid(g[i], g[0]));
        }
        P(kill(-g[0], SIGTERM));
        for (int i = 0; i < 3; i++) { P(waitpid(-g[0], &status, 0) > 0); show_status("member", status); }
        P(kill(-g[0], 0));
        P(waitpid(-g[0], &status, 0));
        P(kill(999999, 0));
        P(kill(getpid(), 65));
        P(kill(getpid(), 0));
        _exit(0);
    }
    waitpid(p, &status, 0);
    show_status("leader", status);
    return 0;
}
