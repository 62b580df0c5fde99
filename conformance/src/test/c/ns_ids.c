/* user_namespaces(7), pid_namespaces(7), uts_namespaces(7), ipc_namespaces(7), setns(2), ioctl_ns(2). */
#include "t.h"
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/fsuid.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sysmacros.h>
#include <sys/mount.h>
#include <sys/utsname.h>

static int put(const char *file, const char *text) {
    int f = open(file, O_WRONLY);
    if (f < 0) return -1;
    int n = write(f, text, strlen(text));
    int e = errno;
    close(f);
    errno = e;
    return n < 0 ? -1 : n;
}

static void cat(const char *file) {
    char text[4096];
    int f = open(file, O_RDONLY), n = f < 0 ? -1 : read(f, text, sizeof text);
    printf("%s: %.*s%s", file, n < 0 ? 0 : n, text, n < 0 ? "unreadable\n" : "");
    close(f);
    fflush(stdout);
}

/* Lines of /proc/self/status that begin so. */
static void status(const char *key) {
    FILE *f = fopen("/proc/self/status", "r");
    char line[1000];
    while (fgets(line, sizeof line, f))
        if (!strncmp(line, key, strlen(key))) printf("%s", line);
    fclose(f);
    fflush(stdout);
}

static void in_child(const char *what, void (*body)(void)) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        body();
        fflush(stdout);
        _exit(0);
    }
    int s;
    waitpid(child, &s, 0);
    show_status(what, s);
}

static int outer_uid, outer_gid;

static void maps(void) {
    P(unshare(CLONE_NEWUSER));
    printf("%d %d %d\n", getuid(), getgid(), geteuid());
    status("CapEff");
    cat("/proc/self/uid_map");
    cat("/proc/self/setgroups");
    char text[64];
    P(put("/proc/self/uid_map", "0 1234567 1"));
    P(put("/proc/self/uid_map", "nonsense"));
    P(put("/proc/self/uid_map", "0 0"));
    P(put("/proc/self/uid_map", "0 0 0"));
    P(put("/proc/self/uid_map", "0 4294967295 1"));
    P(put("/proc/self/setgroups", "maybe"));
    P(put("/proc/self/setgroups", "allow"));
    P(put("/proc/self/setgroups", "deny"));
    P(put("/proc/self/setgroups", "allow"));
    sprintf(text, "10 %d 1\n", outer_uid);
    P(put("/proc/self/uid_map", text) > 0);
    P(put("/proc/self/uid_map", text));
    sprintf(text, "20 %d 1\n", outer_gid);
    P(put("/proc/self/gid_map", text) > 0);
    P(put("/proc/self/setgroups", "deny"));
    printf("%d %d\n", getuid(), getgid());
    P(setuid(11));
    P(setuid(10));
    P(setresuid(-1, 10, 12));
    P(setgroups(0, 0));
    P(setfsuid(11));
    struct stat s;
    stat("/proc/self", &s);
    printf("owner %d %d\n", s.st_uid, s.st_gid);
    stat("/", &s);
    int f = open("file", O_CREAT | O_RDWR, 0600);
    fstat(f, &s);
    printf("file %d %d\n", s.st_uid, s.st_gid);
    P(fchown(f, 11, -1));
    P(fchown(f, 10, 20));
    P(fchown(f, -1, -1));
    P(sethostname("x", 1));
    P(unshare(CLONE_NEWUTS));
    P(sethostname("inner", 5));
    struct utsname u;
    uname(&u);
    printf("%s\n", u.nodename);
    P(unshare(0x1));
    P(mknod("dev", S_IFCHR | 0600, makedev(1, 3)));
    P(chroot("/"));
    P(unshare(CLONE_NEWUSER));
    status("Uid");
}

static void ids(void) {
    int pair[2], go[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    MUST(pipe(go));
    P(unshare(CLONE_NEWUSER | CLONE_NEWPID));
    printf("parent pid unchanged: %d\n", getpid() > 1);
    pid_t child = fork();
    if (child == 0) {
        printf("pid %d ppid %d tid %d pgrp %d sid %d\n", getpid(), getppid(), (int)syscall(SYS_gettid), getpgrp(), getsid(0));
        pid_t grandchild = fork();
        if (grandchild == 0) {
            printf("grandchild %d of %d\n", getpid(), getppid());
            fflush(stdout);
            P(kill(1, SIGKILL));
            P(kill(1, SIGTERM));
            _exit(7);
        }
        int s;
        pid_t w = waitpid(-1, &s, 0);
        printf("waited for %d\n", w);
        show_status("grandchild", s);
        fflush(stdout);
        if (fork() == 0) {
            if (fork() == 0) {
                usleep(100000);
                printf("orphan of %d\n", getppid());
                fflush(stdout);
                _exit(3);
            }
            _exit(0);
        }
        P(wait(&s));
        P(wait(&s));
        show_status("orphan", s);
        P(kill(9999, 0));
        P(setsid());
        P(getpgid(0));
        write(pair[1], "x", 1);
        if (fork() == 0) for (;;) pause();
        struct sigaction ignore = {.sa_handler = SIG_DFL};
        P(raise(SIGTERM));
        char c;
        read(go[0], &c, 1);
        _exit(5);
    }
    char c;
    read(pair[0], &c, 1);
    write(go[1], "x", 1);
    int s;
    P(waitpid(child, &s, 0) == child);
    show_status("init", s);
    P(fork());
    P(unshare(CLONE_NEWPID));
}

static void namespaces(void) {
    char one[64], two[64];
    int user = open("/proc/self/ns/user", O_RDONLY), uts = open("/proc/self/ns/uts", O_RDONLY);
    P(ioctl(uts, NS_GET_NSTYPE) == CLONE_NEWUTS);
    P(ioctl(user, NS_GET_NSTYPE) == CLONE_NEWUSER);
    P(ioctl(uts, NS_GET_PARENT));
    P(ioctl(uts, 0xb7ff));
    P(setns(user, 0));
    P(setns(uts, CLONE_NEWUSER));
    P(setns(99, 0));
    int null = open("/dev/null", O_RDONLY);
    P(setns(null, 0));
    P(write(uts, "x", 1));
    P(read(uts, one, 1));
    MUST(unshare(CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWIPC));
    P(readlink("/proc/self/ns/uts", one, 63) > 0);
    int inner = open("/proc/self/ns/uts", O_RDONLY);
    struct stat a, b;
    fstat(uts, &a);
    fstat(inner, &b);
    printf("same device %d, same number %d, mode %o\n", a.st_dev == b.st_dev, a.st_ino == b.st_ino, b.st_mode);
    P(setns(inner, CLONE_NEWUTS));
    P(setns(uts, 0));
    int owner = ioctl(inner, NS_GET_USERNS);
    printf("owner %d\n", owner > 0);
    struct stat o, m;
    fstat(owner, &o);
    stat("/proc/self/ns/user", &m);
    printf("mine %d\n", o.st_ino == m.st_ino);
    P(ioctl(owner, NS_GET_PARENT));
    uid_t uid = 0;
    P(ioctl(owner, NS_GET_OWNER_UID, &uid));
    printf("owner shown as %d\n", uid);
    P(msgget(0x7777, IPC_CREAT | 0600) >= 0);
    int pid = fork();
    if (pid == 0) {
        MUST(unshare(CLONE_NEWIPC));
        P(msgget(0x7777, 0));
        _exit(0);
    }
    waitpid(pid, 0, 0);
    P(msgget(0x7777, 0) >= 0);
    int pidfd = syscall(SYS_pidfd_open, getppid(), 0);
    P(setns(pidfd, 0));
    P(setns(pidfd, CLONE_NEWUTS));
    P(setns(pidfd, CLONE_NEWUSER));
    P(unshare(CLONE_NEWIPC | CLONE_NEWUTS));
    P(syscall(SYS_clone, CLONE_NEWPID | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, 0, 0, 0, 0));
    P(syscall(SYS_clone, CLONE_NEWNS | CLONE_FS | SIGCHLD, 0, 0, 0, 0));
    P(syscall(SYS_clone, CLONE_NEWUSER | CLONE_FS | SIGCHLD, 0, 0, 0, 0));
    P(syscall(SYS_clone, CLONE_NEWIPC | CLONE_SYSVSEM | SIGCHLD, 0, 0, 0, 0));
}

static void proc_mount(void) {
    char text[64];
    MUST(unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS));
    put("/proc/self/setgroups", "deny");
    sprintf(text, "0 %d 1\n", outer_uid);
    put("/proc/self/uid_map", text);
    sprintf(text, "0 %d 1\n", outer_gid);
    put("/proc/self/gid_map", text);
    pid_t child = fork();
    if (child == 0) {
        MUST(mount(0, "/", 0, MS_PRIVATE | MS_REC, 0));
        P(mount("proc", "/proc", "proc", 0, 0));
        char name[64];
        P(readlink("/proc/self", name, 63));
        DIR *d = opendir("/proc");
        struct dirent *e;
        while ((e = readdir(d)))
            if (e->d_name[0] >= '0' && e->d_name[0] <= '9') printf("process %s\n", e->d_name);
        status("NS");
        status("PPid");
        status("Uid");
        fflush(stdout);
        P(access("/proc/2", F_OK));
        P(mount("proc", "/proc", "proc", 0, "hidepid=2"));
        P(mount("proc", "/proc", "proc", 0, "hidepid=3"));
        P(mount("proc", "/proc", "proc", 0, "subset=pid"));
        P(access("/proc/meminfo", F_OK));
        P(access("/proc/1/stat", F_OK));
        _exit(0);
    }
    int s;
    waitpid(child, &s, 0);
    show_status("proc", s);
}

int main(void) {
    outer_uid = getuid();
    outer_gid = getgid();
    in_child("maps", maps);
    in_child("pids", ids);
    in_child("namespaces", namespaces);
    in_child("proc", proc_mount);
    return 0;
}
