/* landlock(7): the calls' errors, and what a domain forbids: files, names, renames between directories, mounts, ports, signals, abstract sockets, tracing. */
#include "t.h"
#include <linux/landlock.h>
#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#define LANDLOCK_ACCESS_FS_TRUNCATE (1 << 14)
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1 << 15)
struct rules { uint64_t fs, net, scoped, more; };
static int make(uint64_t fs, uint64_t net, uint64_t scoped) {
    struct rules r = {fs, net, scoped, 0};
    return syscall(SYS_landlock_create_ruleset, &r, 24, 0);
}
static int allow(int ruleset, const char *path, uint64_t rights) {
    struct { uint64_t rights; int fd; } __attribute__((packed)) a = {rights, open(path, O_PATH | O_CLOEXEC)};
    int r = syscall(SYS_landlock_add_rule, ruleset, 1, &a, 0);
    int e = errno;
    close(a.fd);
    errno = e;
    return r;
}
static int port(int ruleset, uint64_t port, uint64_t rights) {
    struct { uint64_t rights, port; } a = {rights, port};
    return syscall(SYS_landlock_add_rule, ruleset, 2, &a, 0);
}
static int restrict_self(int ruleset, int flags) { return syscall(SYS_landlock_restrict_self, ruleset, flags); }
static void errors(void) {
    struct rules r = {1, 0, 0, 0};
    P(syscall(SYS_landlock_create_ruleset, 0, 0, 0));
    P(syscall(SYS_landlock_create_ruleset, &r, 0, 0));
    P(syscall(SYS_landlock_create_ruleset, &r, 4, 0));
    P(syscall(SYS_landlock_create_ruleset, &r, 4097, 0));
    P(syscall(SYS_landlock_create_ruleset, (void *)8, 8, 0));
    P(syscall(SYS_landlock_create_ruleset, &r, 8, 1));
    P(syscall(SYS_landlock_create_ruleset, 0, 0, 4));
    P(syscall(SYS_landlock_create_ruleset, 0, 0, 3));
    r.fs = 1 << 16;
    P(syscall(SYS_landlock_create_ruleset, &r, 8, 0));
    r.fs = 0;
    P(syscall(SYS_landlock_create_ruleset, &r, 8, 0));
    r.more = 1, r.fs = 1;
    P(syscall(SYS_landlock_create_ruleset, &r, 32, 0));
    P(make(0, 4, 0));
    P(make(0, 0, 4));
    int fd = make(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_MAKE_REG, 2, 0);
    P(fcntl(fd, F_GETFD));
    char c;
    P(read(fd, &c, 1));
    P(write(fd, &c, 1));
    P(allow(fd, "/", 0));
    P(allow(fd, "/", 1));
    P(allow(fd, "/", 4));
    P(allow(fd, "f", 4));
    P(allow(fd, "f", LANDLOCK_ACCESS_FS_MAKE_REG));
    P(allow(fd, "none", 4));
    P(allow(fd, "/proc/self/fd/0", 4) >= -1);
    struct { uint64_t rights; int fd; } __attribute__((packed)) a = {4, fd};
    P(syscall(SYS_landlock_add_rule, fd, 1, &a, 0));
    int p[2];
    pipe(p);
    a.fd = p[0];
    P(syscall(SYS_landlock_add_rule, fd, 1, &a, 0));
    P(syscall(SYS_landlock_add_rule, fd, 1, &a, 1));
    P(syscall(SYS_landlock_add_rule, fd, 3, &a, 0));
    P(syscall(SYS_landlock_add_rule, fd, 1, 0, 0));
    P(syscall(SYS_landlock_add_rule, 99, 1, &a, 0));
    P(syscall(SYS_landlock_add_rule, 1, 1, &a, 0));
    P(port(fd, 80, 0));
    P(port(fd, 80, 1));
    P(port(fd, 65536, 2));
    P(port(fd, 80, 2));
    P(restrict_self(fd, 8));
    if (geteuid()) P(restrict_self(fd, 0));
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    P(restrict_self(99, 0));
    P(restrict_self(1, 0));
    P(restrict_self(-1, 0));
    P(restrict_self(-1, 4));
    if (fork() == 0) {
        int n = 0;
        while (restrict_self(fd, 0) == 0) n++;
        printf("layers %d %s\n", n, strerrorname_np(errno));
        fflush(stdout);
        _exit(0);
    }
    wait(0);
    close(fd);
}
static void in_child(void (*what)(void)) {
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        if (what != errors) prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        what();
        fflush(stdout);
        _exit(0);
    }
    int status;
    waitpid(pid, &status, 0);
    show_status("child", status);
}
static void try_files(void) {
    P(open("f", O_RDONLY) >= 0 ? 1 : -1);
    P(open("f", O_WRONLY) >= 0 ? 1 : -1);
    P(open("f", O_RDONLY | O_TRUNC) >= 0 ? 1 : -1);
    P(open("f", O_PATH) >= 0 ? 1 : -1);
    P(open("in/f", O_RDWR) >= 0 ? 1 : -1);
    P(open("in/f", O_RDWR | O_TRUNC) >= 0 ? 1 : -1);
    P(open("in/new", O_RDWR | O_CREAT, 0600) >= 0 ? 1 : -1);
    P(open("out/new", O_RDWR | O_CREAT, 0600) >= 0 ? 1 : -1);
    P(open(".", O_RDONLY | O_DIRECTORY) >= 0 ? 1 : -1);
    P(open("in", O_RDONLY | O_DIRECTORY) >= 0 ? 1 : -1);
    P(mkdir("in/d", 0700));
    P(mkdir("out/d", 0700));
    P(mkdir("in/d", 0700));
    P(symlink("x", "in/l"));
    P(mkfifo("in/p", 0600));
    P(unlink("in/new"));
    P(unlink("out/f"));
    P(rmdir("in/d"));
    P(truncate("in/f", 1));
    P(truncate("f", 1));
    struct stat st;
    P(stat("f", &st));
    P(chdir("out"));
    P(chdir(".."));
    P(rename("in/f", "in/g"));
    P(rename("in/g", "in2/g"));
    P(rename("in2/g", "in/f"));
    P(rename("out/f", "in/x"));
    P(rename("in/f", "out/y"));
    P(link("in/f", "in/h"));
    P(link("in/f", "in2/h"));
    P(link("f", "in/k"));
    P(unlink("in/h"));
    P(mount("none", "in", "tmpfs", 0, 0));
    P(execl("/bin/true", "true", NULL));
}
static void files(void) {
    uint64_t all = (1 << 16) - 1;
    int fd = make(all, 0, 0);
    P(allow(fd, "in", all & ~LANDLOCK_ACCESS_FS_MAKE_FIFO & ~LANDLOCK_ACCESS_FS_EXECUTE));
    P(allow(fd, "in2", all & ~LANDLOCK_ACCESS_FS_TRUNCATE & ~LANDLOCK_ACCESS_FS_EXECUTE));
    P(allow(fd, "f", LANDLOCK_ACCESS_FS_READ_FILE));
    int before = open("in2/t", O_RDWR | O_CREAT, 0600);
    P(restrict_self(fd, 0));
    P(ftruncate(before, 3));
    int after = open("in2/t", O_RDWR);
    P(ftruncate(after, 3));
    P(ftruncate(open("in/f", O_RDWR), 3));
    int null = open("/dev/null", O_RDWR);
    P(null >= 0 ? 1 : -1);
    try_files();
}
static void layers(void) {
    int fd = make(LANDLOCK_ACCESS_FS_READ_FILE, 0, 0);
    P(allow(fd, "in", LANDLOCK_ACCESS_FS_READ_FILE));
    P(restrict_self(fd, 0));
    int second = make(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE, 0, 0);
    P(allow(second, ".", LANDLOCK_ACCESS_FS_READ_FILE));
    P(restrict_self(second, 0));
    P(open("in/f", O_RDONLY) >= 0 ? 1 : -1);
    P(open("in/f", O_WRONLY) >= 0 ? 1 : -1);
    P(open("f", O_RDONLY) >= 0 ? 1 : -1);
    P(rename("in/f", "in/q"));
    P(rename("in/q", "in/f"));
    P(rename("in/f", "in2/f"));
    int p[2];
    P(pipe(p));
    P(open("/proc/self/fd/3", O_RDONLY) >= -1);
}
static void devices(void) {
    int fd = make(LANDLOCK_ACCESS_FS_IOCTL_DEV, 0, 0);
    int before = open("/dev/zero", O_RDWR);
    P(restrict_self(fd, 0));
    int after = open("/dev/zero", O_RDWR), n;
    P(ioctl(before, TCGETS, &n));
    P(ioctl(after, TCGETS, &n));
    P(ioctl(after, FIONBIO, &n));
    P(ioctl(after, FIOCLEX));
}
static void ports(void) {
    int a = socket(AF_INET, SOCK_STREAM, 0), b = socket(AF_INET, SOCK_STREAM, 0), c = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = make(0, 3, 0);
    P(port(fd, 0, 1));
    P(port(fd, 9, 2));
    P(restrict_self(fd, 0));
    P(bind(a, (void *)&in, sizeof in));
    in.sin_port = htons(9);
    P(connect(b, (void *)&in, sizeof in));
    P(bind(b, (void *)&in, 4));
    in.sin_port = htons(10);
    P(connect(b, (void *)&in, sizeof in));
    P(connect(c, (void *)&in, sizeof in));
    in.sin_port = htons(44444);
    P(bind(b, (void *)&in, sizeof in));
}
static void scopes(void) {
    pid_t outside = getppid();
    int s = socket(AF_UNIX, SOCK_DGRAM, 0), t = socket(AF_UNIX, SOCK_DGRAM, 0);
    struct sockaddr_un out = {AF_UNIX}, in = {AF_UNIX};
    int no = sprintf(out.sun_path + 1, "landlock-%d-o", getpid()) + 3, ni = sprintf(in.sun_path + 1, "landlock-%d-i", getpid()) + 3;
    P(bind(s, (void *)&out, no));
    int fd = make(0, 0, 3);
    pid_t pid = fork();
    if (pid == 0) {
        P(restrict_self(fd, 0));
        P(kill(outside, 0));
        P(kill(getppid(), 0));
        P(kill(getpid(), 0));
        P(connect(t, (void *)&out, no));
        P(sendto(t, "x", 1, 0, (void *)&out, no));
        P(bind(t, (void *)&in, ni));
        int u = socket(AF_UNIX, SOCK_DGRAM, 0);
        P(connect(u, (void *)&in, ni));
        P(ptrace(PTRACE_ATTACH, getppid(), 0, 0));
        if (fork() == 0) {
            P(kill(getppid(), 0));
            _exit(0);
        }
        wait(0);
        _exit(0);
    }
    wait(0);
}
int main(void) {
    if (syscall(SYS_landlock_create_ruleset, 0, 0, 1) < 7) return 77;
    mkdir("in", 0755), mkdir("in2", 0755), mkdir("out", 0755);
    close(open("f", O_CREAT | O_RDWR, 0644)), close(open("in/f", O_CREAT | O_RDWR, 0644)), close(open("out/f", O_CREAT | O_RDWR, 0644));
    in_child(errors);
    in_child(files);
    in_child(layers);
    in_child(devices);
    in_child(ports);
    in_child(scopes);
    return 0;
}
