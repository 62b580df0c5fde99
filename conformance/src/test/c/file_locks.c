#include "t.h"
static int lock(int fd, int cmd, int type, off_t start, off_t len) {
    struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};
    return fcntl(fd, cmd, &l);
}
int main(void) {
    int fd = open("f", O_CREAT | O_RDWR, 0600), status;
    P(lock(fd, F_SETLK, F_WRLCK, 0, 10));
    P(lock(fd, F_SETLK, F_RDLCK, 20, 10));
    pid_t p = fork();
    if (p == 0) {
        int g = open("f", O_RDWR);
        P(lock(g, F_SETLK, F_WRLCK, 5, 1));
        P(lock(g, F_SETLK, F_RDLCK, 25, 1));
        P(lock(g, F_SETLK, F_WRLCK, 25, 1));
        P(lock(g, F_SETLK, F_WRLCK, 10, 10));
        struct flock l = {.l_type = F_WRLCK, .l_start = 0, .l_len = 0};
        P(fcntl(g, F_GETLK, &l));
        printf("type %d start %ld len %ld owner-ok %d\n", l.l_type, (long)l.l_start, (long)l.l_len, l.l_pid == getppid());
        fflush(stdout);
        _exit(0);
    }
    waitpid(p, &status, 0);
    int dupfd = open("f", O_RDONLY);
    close(dupfd);
    p = fork();
    if (p == 0) { int g = open("f", O_RDWR); P(lock(g, F_SETLK, F_WRLCK, 5, 1)); _exit(0); }
    waitpid(p, &status, 0);
    P(flock(fd, LOCK_EX));
    p = fork();
    if (p == 0) {
        int g = open("f", O_RDWR);
        P(flock(g, LOCK_SH | LOCK_NB));
        P(flock(fd, LOCK_SH | LOCK_NB));
        P(flock(g, LOCK_SH | LOCK_NB));
        _exit(0);
    }
    waitpid(p, &status, 0);
    P(flock(fd, LOCK_UN));
    P(flock(fd, 77));
    P(lock(fd, F_OFD_SETLK, F_WRLCK, 0, 0));
    int g = open("f", O_RDWR);
    P(lock(g, F_OFD_SETLK, F_WRLCK, 0, 1));
    close(fd);
    P(lock(g, F_OFD_SETLK, F_WRLCK, 0, 1));
    int go[2];
    MUST(pipe(go));
    P(lock(g, F_SETLK, F_UNLCK, 0, 0));
    P(lock(g, F_OFD_SETLK, F_UNLCK, 0, 0));
    p = fork();
    if (p == 0) {
        g = open("f", O_RDWR);
        lock(g, F_SETLKW, F_WRLCK, 0, 0);
        write(go[1], "x", 1);
        nap(50);
        puts("child lets go");
        fflush(stdout);
        _exit(0);
    }
    char c;
    read(go[0], &c, 1);
    P(lock(g, F_SETLKW, F_WRLCK, 0, 0));
    waitpid(p, &status, 0);
    return 0;
}
