#include "t.h"
#include <sched.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <linux/sched.h>
/* cgroups(7), version 2: the tree, who is where, freezing, killing, namespaces, clone3(2) into a group. Needs root. */
static char top[] = "/tmp/cgroup-XXXXXX";

static long put(const char *file, const char *text) {
    int fd = open(file, O_WRONLY);
    if (fd < 0) return -1;
    long n = write(fd, text, strlen(text));
    int e = errno;
    close(fd);
    errno = e;
    return n;
}
static char *get(const char *file) {
    static char b[4096];
    int fd = open(file, O_RDONLY);
    long n = fd < 0 ? -1 : read(fd, b, sizeof b - 1);
    if (n < 0) sprintf(b, "%s\n", strerrorname_np(errno));
    else b[n] = 0;
    close(fd);
    return b;
}
static void show(const char *file) {
    printf("%s: %s", file, get(file));
    fflush(stdout);
}
static void line(const char *file, const char *word) {
    char *at = strstr(get(file), word);
    printf("%s: %.*s\n", file, at ? (int)strcspn(at, "\n") : 4, at ? at : "none");
    fflush(stdout);
}
/* Where a process is, below our own group. */
static void where(const char *what, const char *file) {
    char *text = strstr(get(file), "0::");
    char *at = text ? strstr(text, "/umlaut-test") : NULL;
    printf("%s: %.*s\n", what, at ? (int)strcspn(at, "\n") : 9, at ? at : "elsewhere");
    fflush(stdout);
}
static int members(const char *file) {
    int n = 0;
    for (char *p = get(file); *p; p++) n += *p == '\n';
    return n;
}
static void until(const char *file, const char *text) {
    for (int i = 0; i < 500 && !strstr(get(file), text); i++) nap(10);
    line(file, text);
}

static long clone_into(int fd, long more) {
    struct clone_args a = {.flags = CLONE_INTO_CGROUP | more, .exit_signal = SIGCHLD, .cgroup = fd};
    return syscall(SYS_clone3, &a, sizeof a);
}

static void tree(void) {
    P(mkdir("umlaut-test", 0755));
    P(mkdir("umlaut-test", 0755));
    P(mkdir("umlaut-test/a\nb", 0755));
    P(mkdir("umlaut-test/cgroup.procs", 0755));
    P(mkdir("umlaut-test/a", 0700));
    P(mkdir("umlaut-test/a/deep", 0755));
    struct stat s;
    P(stat("umlaut-test/a", &s));
    printf("%o %d\n", s.st_mode, (int)s.st_nlink);
    P(stat("umlaut-test/a/cgroup.procs", &s));
    printf("%o %d %d\n", s.st_mode, (int)s.st_nlink, (int)s.st_size);
    P(stat("umlaut-test/a/cgroup.events", &s));
    printf("%o\n", s.st_mode);
    P(stat("umlaut-test/a/cgroup.kill", &s));
    printf("%o\n", s.st_mode);
    struct statfs f;
    statfs(".", &f);
    printf("%lx\n", (long)f.f_type);
    P(open("umlaut-test/new", O_CREAT | O_WRONLY, 0644));
    P(unlink("umlaut-test/a/cgroup.procs"));
    P(rename("umlaut-test/a", "umlaut-test/b"));
    P(symlink("a", "umlaut-test/link"));
    P(rmdir("umlaut-test/a"));
    show("umlaut-test/a/cgroup.type");
    show("umlaut-test/a/cgroup.procs");
    show("umlaut-test/a/cgroup.threads");
    show("umlaut-test/a/cgroup.subtree_control");
    show("umlaut-test/a/cgroup.events");
    show("umlaut-test/a/cgroup.freeze");
    show("umlaut-test/a/cgroup.max.depth");
    show("umlaut-test/a/cgroup.max.descendants");
    show("umlaut-test/a/cgroup.kill");
    line("umlaut-test/cgroup.stat", "nr_descendants");
    line("umlaut-test/cgroup.stat", "nr_dying_descendants");
    P(put("umlaut-test/a/cgroup.type", "nonsense"));
    P(put("umlaut-test/a/cgroup.events", "1"));
    P(put("umlaut-test/a/cgroup.max.depth", "x"));
    P(put("umlaut-test/a/cgroup.max.depth", "-1"));
    P(put("umlaut-test/a/cgroup.max.depth", "1\n"));
    show("umlaut-test/a/cgroup.max.depth");
    P(mkdir("umlaut-test/a/deep/er", 0755));
    P(put("umlaut-test/a/cgroup.max.depth", "max"));
    P(put("umlaut-test/a/cgroup.max.descendants", "1"));
    P(mkdir("umlaut-test/a/second", 0755));
    P(put("umlaut-test/a/cgroup.subtree_control", "+nonsense"));
    P(put("umlaut-test/a/cgroup.subtree_control", "memory"));
    P(put("umlaut-test/a/cgroup.subtree_control", ""));
}

static void moving(void) {
    char me[20];
    sprintf(me, "%d\n", getpid());
    P(put("umlaut-test/a/cgroup.procs", "x"));
    P(put("umlaut-test/a/cgroup.procs", "-1"));
    P(put("umlaut-test/a/cgroup.procs", "99999999"));
    P(put("umlaut-test/a/cgroup.procs", me) > 0);
    P(atoi(get("umlaut-test/a/cgroup.procs")) == getpid());
    P(atoi(get("umlaut-test/a/cgroup.threads")) == getpid());
    where("moved", "/proc/self/cgroup");
    show("umlaut-test/cgroup.events");
    P(rmdir("umlaut-test/a/deep"));
    P(rmdir("umlaut-test/a"));
    pid_t p = fork();
    if (p == 0) {
        where("child", "/proc/self/cgroup");
        P(members("umlaut-test/a/cgroup.procs"));
        P(put("umlaut-test/cgroup.procs", "0"));
        where("child moved", "/proc/self/cgroup");
        P(members("umlaut-test/a/cgroup.procs"));
        P(put("umlaut-test/a/cgroup.threads", "0"));
        int from = open("/proc/self/ns/cgroup", O_RDONLY);
        P(unshare(CLONE_NEWCGROUP));
        char *text = strstr(get("/proc/self/cgroup"), "0::");
        printf("in its own: %.*s\n", (int)strcspn(text, "\n"), text);
        char path[40];
        sprintf(path, "/proc/%d/cgroup", getppid());
        text = strstr(get(path), "0::");
        printf("its parent: %.*s\n", (int)strcspn(text, "\n"), text);
        fflush(stdout);
        P(setns(from, CLONE_NEWCGROUP));
        where("back", "/proc/self/cgroup");
        _exit(3);
    }
    int status;
    siginfo_t info;
    waitid(P_PID, p, &info, WEXITED | WNOWAIT);
    char path[40];
    sprintf(path, "/proc/%d/cgroup", p);
    where("zombie", path);
    P(members("umlaut-test/cgroup.procs"));
    waitpid(p, &status, 0);
    show_status("child", status);
    P(put("cgroup.procs", me) > 0);
    where("at the top", "/proc/self/cgroup");
}

static volatile int *shared;
static pid_t spinner(const char *group) {
    int fd = open(group, O_RDONLY | O_DIRECTORY);
    fflush(stdout);
    long p = clone_into(fd, 0);
    if (p == 0) {
        for (;;) {
            shared[0]++;
            nap(1);
        }
    }
    close(fd);
    return p;
}

static void frozen(void) {
    mkdir("umlaut-test/a", 0755);
    pid_t p = spinner("umlaut-test/a");
    printf("clone3 %d\n", p > 0);
    where("cloned into", ({ static char path[40]; sprintf(path, "/proc/%d/cgroup", p); path; }));
    while (shared[0] < 3) nap(1);
    P(put("umlaut-test/a/cgroup.freeze", "2"));
    P(put("umlaut-test/a/cgroup.freeze", "x"));
    P(put("umlaut-test/cgroup.freeze", "1"));
    show("umlaut-test/cgroup.freeze");
    show("umlaut-test/a/cgroup.freeze");
    until("umlaut-test/a/cgroup.events", "frozen 1");
    int before = shared[0];
    nap(50);
    P(shared[0] == before);
    P(kill(p, SIGSTOP));
    P(waitpid(p, NULL, WNOHANG | WUNTRACED));
    P(kill(p, SIGCONT));
    P(put("umlaut-test/cgroup.freeze", "0"));
    until("umlaut-test/a/cgroup.events", "frozen 0");
    before = shared[0];
    while (shared[0] < before + 3) nap(1);
    P(put("umlaut-test/a/cgroup.freeze", "1"));
    until("umlaut-test/a/cgroup.events", "frozen 1");
    P(kill(p, SIGKILL));
    int status;
    waitpid(p, &status, 0);
    show_status("killed while frozen", status);
    P(put("umlaut-test/a/cgroup.freeze", "0"));

    pid_t q = spinner("umlaut-test/a");
    pid_t r = spinner("umlaut-test");
    P(put("umlaut-test/a/cgroup.kill", "0"));
    P(put("umlaut-test/a/cgroup.kill", "x"));
    P(put("umlaut-test/a/cgroup.kill", "1"));
    waitpid(q, &status, 0);
    show_status("killed with its group", status);
    P(waitpid(r, NULL, WNOHANG));
    P(put("umlaut-test/cgroup.kill", "1"));
    waitpid(r, &status, 0);
    show_status("killed with its group", status);
    show("umlaut-test/cgroup.events");

    P(clone_into(-1, 0));
    P(clone_into(0x7ffffff0, 0));
    int fd = open("/proc/self/status", O_RDONLY);
    P(clone_into(fd, 0));
    fd = open("umlaut-test/a", O_RDONLY);
    int procs = open("umlaut-test/a/cgroup.procs", O_RDWR);
    P(rmdir("umlaut-test/a"));
    P(clone_into(fd, 0));
    char b[10];
    P(read(procs, b, 10));
    P(write(procs, "0", 1));
    P(openat(fd, "cgroup.procs", O_RDONLY));
    P(mkdirat(fd, "x", 0755));
    P(rmdir("umlaut-test"));
}

int main(void) {
    if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) || !mkdtemp(top)
        || mount("none", top, "cgroup2", 0, NULL) || chdir(top)) {
        rmdir(top);
        return 77;
    }
    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    tree();
    moving();
    frozen();
    chdir("/");
    umount(top);
    rmdir(top);
    return 0;
}
