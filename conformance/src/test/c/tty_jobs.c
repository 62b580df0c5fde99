#include "t.h"
#include <pty.h>
#include <termios.h>
#include <utmp.h>
static void note(int s) { dprintf(9, "leader got %d\n", s); }
int main(void) {
    int m, s, status;
    int back[2];
    MUST(pipe(back));
    P(openpty(&m, &s, NULL, NULL, NULL));
    pid_t p = fork();
    if (p == 0) {
        dup2(back[1], 9);
        close(m);
        MUST(login_tty(s));
        signal(SIGWINCH, note);
        signal(SIGINT, note);
        signal(SIGTTOU, SIG_IGN);
        dprintf(9, "sid %d fg %d\n", tcgetsid(0) == getpid(), tcgetpgrp(0) == getpid());
        pid_t job = fork();
        if (job == 0) {
            setpgid(0, 0);
            signal(SIGTTOU, SIG_DFL);
            signal(SIGINT, SIG_DFL);
            char c;
            read(0, &c, 1);
            for (;;) pause();
        }
        setpgid(job, job);
        dprintf(9, "wait %d ", waitpid(job, &status, WUNTRACED) == job);
        dprintf(9, "stopped %d by %d\n", WIFSTOPPED(status), WSTOPSIG(status));
        dprintf(9, "tcsetpgrp %d\n", tcsetpgrp(0, job));
        kill(-job, SIGCONT);
        dprintf(9, "ready\n");
        waitpid(job, &status, WUNTRACED);
        dprintf(9, "stopped %d by %d\n", WIFSTOPPED(status), WIFSTOPPED(status) ? WSTOPSIG(status) : -1);
        kill(-job, SIGCONT);
        dprintf(9, "again\n");
        waitpid(job, &status, 0);
        dprintf(9, "killed %d by %d\n", WIFSIGNALED(status), WTERMSIG(status));
        dprintf(9, "tcsetpgrp %d\n", tcsetpgrp(0, getpid()));
        dprintf(9, "bad %d\n", tcsetpgrp(0, 999999));
        dprintf(9, "ask\n");
        pause();
        dprintf(9, "ask\n");
        pause();
        int t = open("/dev/tty", O_RDWR);
        dprintf(9, "/dev/tty %d\n", t >= 0);
        dprintf(9, "hang\n");
        signal(SIGHUP, SIG_DFL);
        pause();
        _exit(0);
    }
    close(s);
    close(back[1]);
    FILE *f = fdopen(back[0], "r");
    char line[128];
    int asks = 0;
    while (fgets(line, sizeof line, f)) {
        fputs(line, stdout);
        if (!strcmp(line, "ready\n")) { nap(30); write(m, "\032", 1); }
        if (!strcmp(line, "again\n")) { nap(30); write(m, "\003", 1); }
        if (!strcmp(line, "ask\n")) {
            nap(30);
            if (asks++ == 0) write(m, "\003", 1);
            else { struct winsize ws = {10, 20, 0, 0}; ioctl(m, TIOCSWINSZ, &ws); }
        }
        if (!strcmp(line, "hang\n")) { nap(30); close(m); }
    }
    waitpid(p, &status, 0);
    show_status("leader", status);
    return 0;
}
