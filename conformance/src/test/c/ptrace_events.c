#include "t.h"
#include <sys/ptrace.h>
/* Events: fork, vfork, clone, exec, exit; seize, interrupt, listen; group stops; a traced stop by a signal. */
static int status;
static void show(const char *what, pid_t want, pid_t got) {
    unsigned long m = 0;
    if (got > 0 && WIFSTOPPED(status)) ptrace(PTRACE_GETEVENTMSG, got, 0, &m);
    printf("%s: %s ", what, got < 0 ? strerrorname_np(errno) : got == want ? "it" : "other");
    if (got <= 0) printf("\n");
    else if (WIFSTOPPED(status)) printf("stop %d event %d msg %s\n", WSTOPSIG(status), status >> 16,
        (status >> 16) == PTRACE_EVENT_EXIT ? (m == 0x300 ? "exit 3" : "exit ?") : m ? "yes" : "0");
    else if (WIFSIGNALED(status)) printf("killed %d\n", WTERMSIG(status));
    else printf("exit %d\n", WEXITSTATUS(status));
}
static pid_t w(const char *what, pid_t p) { pid_t r = waitpid(p, &status, __WALL); show(what, p, r); return r; }
static void *thread(void *p) { return p; }
int main(int argc, char **argv) {
    if (argc > 1) return 3;
    pid_t p = fork();
    if (p == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        if (fork() == 0) _exit(1);
        wait(0);
        if (vfork() == 0) _exit(2);
        wait(0);
        pthread_t t; pthread_create(&t, 0, thread, 0); pthread_join(t, 0);
        execl(argv[0], argv[0], "x", NULL);
        _exit(9);
    }
    w("first", p);
    P(ptrace(PTRACE_SETOPTIONS, p, 0, PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
        PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL));
    for (;;) {
        ptrace(PTRACE_CONT, p, 0, 0);
        int event = 0;
        do {
            pid_t r = waitpid(p, &status, __WALL);
            event = status >> 16;
            if (WIFSTOPPED(status) && event == 0 && WSTOPSIG(status) == SIGCHLD) { ptrace(PTRACE_CONT, p, 0, SIGCHLD); continue; }
            show("event", p, r);
            break;
        } while (1);
        if (!WIFSTOPPED(status)) break;
        if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
            unsigned long child;
            ptrace(PTRACE_GETEVENTMSG, p, 0, &child);
            w(" child", child);
            P(ptrace(PTRACE_CONT, child, 0, 0));
            if (event == PTRACE_EVENT_VFORK) ptrace(PTRACE_CONT, p, 0, 0);
            if (event == PTRACE_EVENT_CLONE) ptrace(PTRACE_CONT, p, 0, 0);
            w(" child", child);
            P(ptrace(PTRACE_CONT, child, 0, 0));
            w(" child", child);
            if (event == PTRACE_EVENT_VFORK) {
                do { waitpid(p, &status, __WALL); if (status >> 16 == 0) { ptrace(PTRACE_CONT, p, 0, WSTOPSIG(status)); } }
                while (status >> 16 == 0);
                show("vfork done", p, p);
            }
            if (event == PTRACE_EVENT_CLONE) {
                do { waitpid(p, &status, __WALL); if (status >> 16 == 0) { ptrace(PTRACE_CONT, p, 0, WSTOPSIG(status)); } }
                while (status >> 16 == 0);
                show("after clone", p, p);
            }
        }
    }
    /* seize */
    p = fork();
    if (p == 0) for (;;) pause();
    P(ptrace(PTRACE_SEIZE, p, 1, 0));
    P(ptrace(PTRACE_SEIZE, p, 0, 0x40000000L));
    P(ptrace(PTRACE_SEIZE, p, 0, PTRACE_O_TRACESYSGOOD));
    P(ptrace(PTRACE_SEIZE, p, 0, 0));
    P(waitpid(p, &status, __WALL | WNOHANG));
    P(ptrace(PTRACE_CONT, p, 0, 0));
    P(ptrace(PTRACE_INTERRUPT, p, 0, 0));
    w("interrupt", p);
    P(ptrace(PTRACE_CONT, p, 0, 0));
    P(kill(p, SIGSTOP));
    w("signal", p);
    P(ptrace(PTRACE_CONT, p, 0, SIGSTOP));
    w("group stop", p);
    P(ptrace(PTRACE_LISTEN, p, 0, 0));
    P(kill(p, SIGCONT));
    w("continued", p);
    P(ptrace(PTRACE_CONT, p, 0, 0));
    w("signal", p);
    P(ptrace(PTRACE_DETACH, p, 0, SIGTERM));
    w("end", p);
    /* attach to a stopped one */
    p = fork();
    if (p == 0) for (;;) pause();
    kill(p, SIGSTOP);
    P(waitpid(p, &status, WUNTRACED) == p);
    P(ptrace(PTRACE_ATTACH, p, 0, 0));
    w("attached", p);
    P(ptrace(PTRACE_CONT, p, 0, 0));
    w("its stop", p);
    P(ptrace(PTRACE_KILL, p, 0, 0));
    w("killed", p);
    return 0;
}
