/* Signals that files send: F_NOTIFY, O_ASYNC with F_SETOWN and F_SETSIG, F_SETLEASE of fcntl(2). */
#include "t.h"

static volatile int got, code, fd_told, band;

static void handler(int signo, siginfo_t *info, void *context) {
    got = signo;
    code = info->si_code;
    fd_told = info->si_fd;
    band = info->si_band;
}

/* What has come since the last time. */
static void told(const char *what, int fd) {
    printf("%s: signal %d code %d ours %d band %x\n", what, got, got ? code : 0, got && fd_told == fd, got ? band : 0);
    got = 0;
    fflush(stdout);
}

static void directory(void) {
    mkdir("d", 0700);
    int d = open("d", O_RDONLY | O_DIRECTORY), f;
    P(fcntl(d, F_SETSIG, SIGRTMIN));
    P(fcntl(d, F_NOTIFY, DN_CREATE));
    close(open("d/a", O_CREAT | O_RDWR, 0600));
    told("create", d);
    close(open("d/b", O_CREAT | O_RDWR, 0600));
    told("only once", d);
    P(fcntl(d, F_NOTIFY, DN_CREATE | DN_DELETE | DN_MODIFY | DN_RENAME | DN_ATTRIB | DN_ACCESS | DN_MULTISHOT));
    f = open("d/a", O_RDWR);
    told("open", d);
    write(f, "x", 1);
    told("modify", d);
    pread(f, &(char){0}, 1, 0);
    told("access", d);
    fchmod(f, 0644);
    told("attrib", d);
    rename("d/a", "d/c");
    told("rename", d);
    rename("d/c", "c");
    told("moved away", d);
    unlink("d/b");
    told("delete", d);
    mkdir("d/in", 0700);
    told("mkdir", d);
    chmod("d", 0755);
    told("itself", d);
    P(fcntl(d, F_NOTIFY, 0));
    mkdir("d/in2", 0700);
    told("taken back", d);
    P(fcntl(f, F_NOTIFY, DN_CREATE));
    P(fcntl(d, F_NOTIFY, DN_CREATE | DN_MULTISHOT));
    close(d);
    mkdir("d/in3", 0700);
    told("closed", d);
    close(f);
}

static void streams(void) {
    int p[2], s[2];
    MUST(pipe(p));
    P(fcntl(p[0], F_GETOWN));
    P(fcntl(p[0], F_SETOWN, getpid()));
    P(fcntl(p[0], F_GETOWN) == getpid());
    P(fcntl(p[0], F_SETSIG, SIGRTMIN + 1));
    P(fcntl(p[0], F_GETSIG) == SIGRTMIN + 1);
    P(fcntl(p[0], F_SETSIG, 99));
    write(p[1], "x", 1);
    told("not asked for", p[0]);
    P(fcntl(p[0], F_SETFL, O_ASYNC));
    write(p[1], "x", 1);
    told("pipe", p[0]);
    P(fcntl(p[0], F_SETSIG, 0));
    write(p[1], "x", 1);
    told("SIGIO", -1);
    close(p[1]);
    got = 0;
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
    P(fcntl(s[0], F_SETOWN, getpid()));
    P(fcntl(s[0], F_SETSIG, SIGRTMIN));
    P(fcntl(s[0], F_SETFL, O_ASYNC));
    got = 0;
    write(s[1], "x", 1);
    told("socket", s[0]);
    close(s[1]);
    printf("hang-up: %d\n", got);
    got = 0;
    struct f_owner_ex {
        int type, pid;
    } owner = {0, getpid()};
    P(fcntl(s[0], F_SETOWN_EX, &owner));
    P(fcntl(s[0], F_GETOWN_EX, &owner));
    printf("%d %d\n", owner.type, owner.pid == getpid());
    owner.type = 9;
    P(fcntl(s[0], F_SETOWN_EX, &owner));
    P(fcntl(s[0], F_SETOWN, 999999));
}

static void leases(void) {
    int f = open("leased", O_CREAT | O_RDWR, 0600);
    P(fcntl(f, F_GETLEASE) == F_UNLCK);
    P(fcntl(f, F_SETLEASE, F_RDLCK));
    P(fcntl(f, F_SETLEASE, F_WRLCK));
    P(fcntl(f, F_GETLEASE) == F_WRLCK);
    P(fcntl(f, F_SETLEASE, 9));
    P(fcntl(f, F_SETSIG, SIGRTMIN));
    pid_t child = fork();
    if (child == 0) {
        P(open("leased", O_RDONLY | O_NONBLOCK));
        _exit(0);
    }
    int status;
    while (waitpid(child, &status, 0) < 0) {}
    told("broken", f);
    P(fcntl(f, F_SETLEASE, F_UNLCK));
    P(fcntl(f, F_SETLEASE, F_UNLCK));
    int d = open(".", O_RDONLY);
    P(fcntl(d, F_SETLEASE, F_RDLCK));
}

int main(void) {
    struct sigaction a = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigaction(SIGRTMIN, &a, 0);
    sigaction(SIGRTMIN + 1, &a, 0);
    sigaction(SIGIO, &a, 0);
    directory();
    streams();
    leases();
    return 0;
}
