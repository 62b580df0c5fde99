/* mount(2), umount2(2), pivot_root(2), mount_namespaces(7), in a user and mount namespace of its own. */
#include "t.h"
#include <sched.h>
#include <sys/mount.h>
#include <sys/vfs.h>

/* The rows of mountinfo below /tmp/m, without what differs from machine to machine. */
static void show(const char *what) {
    FILE *f = fopen("/proc/self/mountinfo", "r");
    char line[4096];
    int groups[64], n = 0;
    printf("%s:\n", what);
    while (fgets(line, sizeof line, f)) {
        int id, parent, major, minor, at = 0;
        char root[1024], point[1024], options[1024];
        sscanf(line, "%d %d %d:%d %1023s %1023s %1023s%n", &id, &parent, &major, &minor, root, point, options, &at);
        if (strncmp(point, "/tmp/m", 6) || point[6] && point[6] != '/') continue;
        char *rest = line + at, *dash = strstr(rest, " - ");
        *dash = 0;
        printf("  %s %s %s", root, point, options);
        for (char *tag = strtok(rest, " "); tag; tag = strtok(NULL, " ")) {
            char *colon = strchr(tag, ':');
            int group = colon ? atoi(colon + 1) : 0, i = 0;
            while (i < n && groups[i] != group) i++;
            if (i == n) groups[n++] = group;
            if (colon) printf(" %.*s:%d", (int)(colon - tag), tag, i);
            else printf(" %s", tag);
        }
        printf(" | %s", dash + 3);
    }
    fclose(f);
    fflush(stdout);
}

static void map(void) {
    int uid = getuid(), gid = getgid();
    char text[64];
    MUST(unshare(CLONE_NEWUSER | CLONE_NEWNS));
    int f = open("/proc/self/setgroups", O_WRONLY);
    MUST(write(f, "deny", 4));
    close(f);
    f = open("/proc/self/uid_map", O_WRONLY);
    int n = sprintf(text, "0 %d 1", uid);
    MUST(write(f, text, n));
    close(f);
    f = open("/proc/self/gid_map", O_WRONLY);
    n = sprintf(text, "0 %d 1", gid);
    MUST(write(f, text, n));
    close(f);
}

static void make(const char *path) {
    int f = open(path, O_CREAT | O_WRONLY, 0644);
    close(f);
}

static void binds(void) {
    P(mount("/tmp/m/a", "/tmp/m/b", 0, MS_BIND, 0));
    make("/tmp/m/a/x");
    P(access("/tmp/m/b/x", F_OK));
    P(mount(0, "/tmp/m/b", 0, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOEXEC, 0));
    P(open("/tmp/m/b/y", O_CREAT | O_WRONLY, 0600));
    P(open("/tmp/m/b/x", O_WRONLY));
    P(unlink("/tmp/m/b/x"));
    P(chmod("/tmp/m/b/x", 0600));
    P(open("/tmp/m/a/y", O_CREAT | O_WRONLY, 0600));
    show("read-only bind");
    P(mount("/tmp/m/a/x", "/tmp/m/b", 0, MS_BIND, 0));
    P(mount("/tmp/m/a", "/tmp/m/a/x", 0, MS_BIND, 0));
    P(mount("/tmp/m/a/x", "/tmp/m/a/y", 0, MS_BIND, 0));
    P(unlink("/tmp/m/a/y"));
    P(rename("/tmp/m/a/y", "/tmp/m/a/z"));
    P(umount("/tmp/m/a/y"));
    P(mount("", "/tmp/m/a", 0, MS_BIND, 0));
    P(mount("/nowhere", "/tmp/m/a", 0, MS_BIND, 0));
    P(mount("/tmp/m/a", "/tmp/m/nowhere", 0, MS_BIND, 0));
    P(umount("/tmp/m/b"));
}

static void flags(void) {
    P(umount2("/tmp/m/a", 0));
    P(umount2("/tmp/m/a", 0x100));
    P(umount2("/tmp/m/nowhere", 0));
    P(mount("t", "/tmp/m/a", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOATIME, "size=64k,nr_inodes=10,mode=751"));
    show("tmpfs");
    struct stat s;
    stat("/tmp/m/a", &s);
    printf("mode %o\n", s.st_mode);
    struct statfs v;
    statfs("/tmp/m/a", &v);
    printf("%ld blocks of %ld, %ld files, flags %lx\n", (long)v.f_blocks, (long)v.f_bsize, (long)v.f_files,
        (long)v.f_flags & 0xfff);
    int f = open("/tmp/m/a/f", O_CREAT | O_RDWR, 0600);
    char page[4096] = "";
    int pages = 0;
    while (write(f, page, 4096) == 4096) pages++;
    printf("%d pages, %s\n", pages, strerrorname_np(errno));
    int made = 0;
    char name[64];
    while (sprintf(name, "/tmp/m/a/n%d", made), mkdir(name, 0700) == 0) made++;
    printf("%d directories, %s\n", made, strerrorname_np(errno));
    P(umount("/tmp/m/a"));
    P(umount2("/tmp/m/a", MNT_EXPIRE));
    P(umount2("/tmp/m/a", MNT_EXPIRE | MNT_DETACH));
    P(mount(0, "/tmp/m/a", 0, MS_REMOUNT | MS_RDONLY, "size=64k"));
    close(f);
    P(mount(0, "/tmp/m/a", 0, MS_REMOUNT | MS_RDONLY, "size=64k"));
    P(mount(0, "/tmp/m/a", 0, MS_REMOUNT | MS_NOSUID | MS_NODEV, "size=4k"));
    P(mount(0, "/tmp/m/a", 0, MS_REMOUNT, "size=1m"));
    show("remounted");
    P(umount2("/tmp/m/a", MNT_EXPIRE));
    P(umount2("/tmp/m/a", MNT_EXPIRE));
    P(mount("t", "/tmp/m/a", "tmpfs", 0, "size=nonsense"));
    P(mount("t", "/tmp/m/a", "tmpfs", 0, "nonsense"));
    P(mount("t", "/tmp/m/a", "nonsense", 0, 0));
    P(mount("t", "/tmp/m/a", 0, 0, 0));
    P(mount("t", "/tmp/m/f", "tmpfs", 0, 0));
    P(mount("t", "/tmp/m/a", "tmpfs", 0, 0));
    f = open("/tmp/m/a/f", O_CREAT | O_RDWR, 0600);
    P(umount2("/tmp/m/a", MNT_DETACH));
    P(write(f, "x", 1));
    P(access("/tmp/m/a/f", F_OK));
    close(f);
    P(symlink("a", "/tmp/m/link"));
    P(mount("t", "/tmp/m/link", "tmpfs", 0, 0));
    P(umount2("/tmp/m/link", UMOUNT_NOFOLLOW));
    P(umount2("/tmp/m/link", 0));
}

static void propagation(void) {
    P(mount("s", "/tmp/m/a", "tmpfs", 0, 0));
    P(mount(0, "/tmp/m/a", 0, MS_SHARED, 0));
    P(mkdir("/tmp/m/a/in", 0755));
    P(mount("/tmp/m/a", "/tmp/m/b", 0, MS_BIND, 0));
    P(mount("/tmp/m/a", "/tmp/m/c", 0, MS_BIND, 0));
    P(mount(0, "/tmp/m/c", 0, MS_SLAVE, 0));
    show("shared and slave");
    P(mount("i", "/tmp/m/a/in", "tmpfs", 0, 0));
    show("propagated");
    P(umount("/tmp/m/b/in"));
    show("gone again");
    P(mount("i", "/tmp/m/c/in", "tmpfs", 0, 0));
    show("the slave's own");
    P(mount(0, "/tmp/m/c", 0, MS_SHARED, 0));
    P(mount(0, "/tmp/m/b", 0, MS_PRIVATE, 0));
    P(mount(0, "/tmp/m/c/in", 0, MS_UNBINDABLE, 0));
    show("types");
    P(mount("/tmp/m/c/in", "/tmp/m/d", 0, MS_BIND, 0));
    P(mount("/tmp/m/c", "/tmp/m/d", 0, MS_BIND | MS_REC, 0));
    show("recursive bind");
    P(mount(0, "/tmp/m/d", 0, MS_SHARED | MS_PRIVATE, 0));
    P(mount(0, "/tmp/m", 0, MS_PRIVATE | MS_REC, 0));
    P(mount(0, "/tmp/m/nowhere", 0, MS_PRIVATE, 0));
    P(mount(0, "/tmp/m/d/in", 0, MS_PRIVATE, 0));
    show("private");
    P(mount("/tmp/m/d", "/tmp/m/e", 0, MS_MOVE, 0));
    P(mount("/tmp/m/e", "/tmp/m/e/in", 0, MS_MOVE, 0));
    P(mount("/tmp/m/e/in", "/tmp/m/d", 0, MS_MOVE, 0));
    show("moved");
    P(umount("/tmp/m/c"));
    P(umount2("/tmp/m/c", MNT_DETACH));
    P(umount("/tmp/m/e"));
    P(umount("/tmp/m/b"));
    P(umount("/tmp/m/a"));
    show("none");
}

static void pivot(void) {
    pid_t child = fork();
    if (child == 0) {
        P(syscall(SYS_pivot_root, "/tmp/m/a", "/tmp/m/a"));
        MUST(mount("r", "/tmp/m/a", "tmpfs", 0, 0));
        MUST(mkdir("/tmp/m/a/old", 0755));
        P(syscall(SYS_pivot_root, "/tmp/m/a", "/tmp/m/b"));
        P(syscall(SYS_pivot_root, "/tmp/m/nowhere", "/tmp/m/b"));
        P(syscall(SYS_pivot_root, "/tmp/m/f", "/tmp/m/b"));
        P(chdir("/tmp/m/a"));
        P(syscall(SYS_pivot_root, ".", "."));
        P(umount2(".", MNT_DETACH));
        P(chdir("/"));
        P(access("/old", F_OK));
        P(access("/tmp", F_OK));
        char name[100];
        P(getcwd(name, 100) != 0);
        printf("%s\n", name);
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    show_status("pivot", status);
}

int main(void) {
    map();
    /* In a user namespace of its own all mounts are locked together: private ones from here on. */
    MUST(mount(0, "/", 0, MS_PRIVATE | MS_REC, 0));
    MUST(mount("t", "/tmp", "tmpfs", 0, 0));
    P(umount("/proc"));
    MUST(mkdir("/tmp/m", 0755));
    MUST(mount("m", "/tmp/m", "tmpfs", 0, 0));
    for (char c = 'a'; c <= 'e'; c++) {
        char name[16];
        sprintf(name, "/tmp/m/%c", c);
        MUST(mkdir(name, 0755));
    }
    make("/tmp/m/f");
    P(mount("d", "/tmp/m/a", "devtmpfs", 0, 0));
    P(mount("p", "/tmp/m/a", "proc", 0, 0));
    binds();
    flags();
    propagation();
    pivot();
    return 0;
}
