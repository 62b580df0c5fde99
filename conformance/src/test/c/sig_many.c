#include "t.h"
/* Every signal pending at once, delivered in nested frames; a process that other processes are compared with; locked terminal settings. */
#include <linux/kcmp.h>
#include <pty.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <termios.h>
static int order[64], count;
static volatile double sum;
static void got(int s) {
    order[count++] = s;
    sum += s / 2.0;
}
static void many_frames(void) {
    sigset_t all, old;
    sigfillset(&all);
    MUST(sigprocmask(SIG_BLOCK, &all, &old));
    for (int s = 1; s <= SIGRTMAX; s++)
        if (s != SIGKILL && s != SIGSTOP && (s < 32 || s >= SIGRTMIN)) {
            struct sigaction a = {.sa_handler = got, .sa_flags = SA_NODEFER};
            MUST(sigaction(s, &a, NULL));
            MUST(raise(s));
        }
    double before = 1.5;
    MUST(sigprocmask(SIG_SETMASK, &old, NULL));
    printf("%d frames, sum %.1f, %.1f:", count, sum, before);
    for (int i = 0; i < count; i++) printf(" %d", order[i]);
    puts("");
}
static void compare(void) {
    int up[2], down[2];
    char c;
    MUST(pipe(up));
    MUST(pipe(down));
    int child = fork();
    if (child == 0) {
        int set = semget(IPC_PRIVATE, 1, 0600);
        struct sembuf op = {0, 1, SEM_UNDO};
        read(down[0], &c, 1);
        semop(set, &op, 1);
        write(up[1], "x", 1);
        read(down[0], &c, 1);
        semctl(set, 0, IPC_RMID);
        _exit(0);
    }
    P(syscall(SYS_kcmp, getpid(), child, KCMP_SYSVSEM, 0, 0));
    P(syscall(SYS_kcmp, getpid(), getpid(), KCMP_IO, 0, 0));
    write(down[1], "x", 1);
    read(up[0], &c, 1);
    P(syscall(SYS_kcmp, getpid(), child, KCMP_SYSVSEM, 0, 0) != 0);
    P(syscall(SYS_kcmp, child, child, KCMP_SYSVSEM, 0, 0));
    write(down[1], "x", 1);
    waitpid(child, NULL, 0);
}
static void locked_settings(void) {
    int m, s, one = 1;
    struct termios t, lock;
    MUST(openpty(&m, &s, NULL, NULL, NULL));
    memset(&lock, 0x55, sizeof lock);
    P(ioctl(s, TIOCGLCKTRMIOS, &lock));
    printf("%x %x %x %x %d\n", lock.c_iflag, lock.c_oflag, lock.c_cflag, lock.c_lflag, lock.c_cc[VINTR]);
    lock.c_lflag = ECHO;
    lock.c_cc[VINTR] = 1;
    int locked = ioctl(s, TIOCSLCKTRMIOS, &lock);
    printf("lock %d %s\n", locked, locked ? strerrorname_np(errno) : "");
    MUST(tcgetattr(s, &t));
    t.c_lflag = 0;
    t.c_cc[VINTR] = 7;
    t.c_cc[VQUIT] = 8;
    P(tcsetattr(s, TCSANOW, &t));
    MUST(tcgetattr(s, &t));
    printf("%x %d %d\n", t.c_lflag, t.c_cc[VINTR], t.c_cc[VQUIT]);
    P(ioctl(s, TIOCSSOFTCAR, &one));
    MUST(tcgetattr(s, &t));
    printf("%d\n", (t.c_cflag & CLOCAL) != 0);
    one = 0;
    P(ioctl(s, TIOCGSOFTCAR, &one));
    printf("%d\n", one);
}
int main(void) {
    many_frames();
    compare();
    locked_settings();
    return 0;
}
