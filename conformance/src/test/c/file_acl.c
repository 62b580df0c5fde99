/* acl(5) by extended attributes, on a tmpfs of a user namespace: permission, mode, inheritance; xattr(7) classes. */
#include "t.h"
#include <sched.h>
#include <stdarg.h>
#include <sys/mount.h>
#include <sys/xattr.h>

#define ACCESS "system.posix_acl_access"
#define DEFAULT "system.posix_acl_default"

struct entry {
    uint16_t tag, perm;
    uint32_t id;
};
struct acl {
    uint32_t version;
    struct entry e[8];
};

static int set(const char *path, const char *name, int n, ...) {
    struct acl a = {2};
    va_list list;
    va_start(list, n);
    for (int i = 0; i < n; i++) {
        a.e[i].tag = va_arg(list, int);
        a.e[i].perm = va_arg(list, int);
        a.e[i].id = va_arg(list, int);
    }
    va_end(list);
    return setxattr(path, name, &a, 4 + 8 * n, 0);
}

static void show(const char *path, const char *name) {
    struct acl a;
    int n = getxattr(path, name, &a, sizeof a);
    struct stat s;
    lstat(path, &s);
    printf("%s %s mode %o:", path, name + 17, s.st_mode);
    if (n < 0) printf(" %s", strerrorname_np(errno));
    for (int i = 0; i < (n - 4) / 8; i++) printf(" %x:%d:%o", a.e[i].tag, (int)a.e[i].id, a.e[i].perm);
    printf("\n");
    fflush(stdout);
}

static int put(const char *file, const char *text) {
    int f = open(file, O_WRONLY), n = write(f, text, strlen(text));
    close(f);
    return n;
}

int main(void) {
    int uid = getuid(), gid = getgid();
    char text[200];
    MUST(unshare(CLONE_NEWUSER | CLONE_NEWNS));
    put("/proc/self/setgroups", "deny");
    sprintf(text, "0 %d 1", uid);
    put("/proc/self/uid_map", text);
    sprintf(text, "0 %d 1", gid);
    put("/proc/self/gid_map", text);
    MUST(mount(0, "/", 0, MS_PRIVATE | MS_REC, 0));
    MUST(mount("t", "/tmp", "tmpfs", 0, 0));
    MUST(chdir("/tmp"));
    umask(022);
    close(open("f", O_CREAT | O_RDWR, 0640));
    MUST(mkdir("d", 0755));
    show("f", ACCESS);
    P(set("f", ACCESS, 3, 1, 6, -1, 4, 4, -1, 0x20, 0, -1));
    show("f", ACCESS);
    P(set("f", ACCESS, 5, 1, 7, -1, 2, 5, 0, 4, 4, -1, 0x10, 6, -1, 0x20, 1, -1));
    show("f", ACCESS);
    P(chmod("f", 0705));
    show("f", ACCESS);
    P(set("f", ACCESS, 5, 1, 7, -1, 2, 5, 77, 4, 4, -1, 0x10, 6, -1, 0x20, 1, -1));
    P(set("f", ACCESS, 4, 1, 7, -1, 2, 5, 0, 4, 4, -1, 0x20, 1, -1));
    P(set("f", ACCESS, 3, 4, 4, -1, 1, 7, -1, 0x20, 1, -1));
    P(set("f", ACCESS, 2, 1, 7, -1, 4, 4, -1));
    P(set("f", ACCESS, 3, 1, 9, -1, 4, 4, -1, 0x20, 1, -1));
    P(set("f", ACCESS, 4, 1, 7, -1, 4, 4, -1, 4, 4, -1, 0x20, 1, -1));
    P(set("f", ACCESS, 6, 1, 7, -1, 2, 5, 0, 2, 5, 0, 4, 4, -1, 0x10, 6, -1, 0x20, 1, -1));
    P(set("f", DEFAULT, 3, 1, 6, -1, 4, 4, -1, 0x20, 0, -1));
    P(setxattr("f", ACCESS, "\1\0\0\0", 4, 0));
    P(setxattr("f", ACCESS, "\2\0", 2, 0));
    P(setxattr("f", ACCESS, "\2\0\0\0abc", 7, 0));
    P(setxattr("f", ACCESS, "\2\0\0\0", 4, 0));
    show("f", ACCESS);
    P(removexattr("f", ACCESS));
    P(set("d", DEFAULT, 5, 1, 7, -1, 2, 7, 0, 4, 5, -1, 0x10, 7, -1, 0x20, 4, -1));
    show("d", DEFAULT);
    show("d", ACCESS);
    close(open("d/f", O_CREAT | O_RDWR, 0666));
    close(open("d/p", O_CREAT | O_RDWR, 0600));
    mkdir("d/d", 0777);
    mkfifo("d/i", 0666);
    P(symlink("f", "d/s"));
    show("d/f", ACCESS);
    show("d/p", ACCESS);
    show("d/d", ACCESS);
    show("d/d", DEFAULT);
    show("d/i", ACCESS);
    P(lgetxattr("d/s", ACCESS, text, 100));
    P(lgetxattr("d/s", DEFAULT, text, 100));
    P(listxattr("d/f", text, 200));
    P(listxattr("d/d", text, 200));
    P(getxattr("d/d", ACCESS, text, 5));
    P(set("d", DEFAULT, 3, 1, 7, -1, 4, 5, -1, 0x20, 0, -1));
    close(open("d/g", O_CREAT | O_RDWR, 0666));
    show("d/g", ACCESS);
    P(removexattr("d", DEFAULT));
    P(removexattr("d", DEFAULT));
    show("d", DEFAULT);
    P(setxattr("f", "user.a", "value", 5, XATTR_CREATE));
    P(setxattr("f", "user.a", "value", 5, XATTR_CREATE));
    P(setxattr("f", "user.b", "value", 5, XATTR_REPLACE));
    P(setxattr("f", "user.a", "value", 5, 7));
    P(setxattr("f", "trusted.a", "value", 5, 0));
    P(getxattr("f", "trusted.a", text, 5));
    P(setxattr("f", "security.a", "value", 5, 0));
    P(setxattr("f", "nonsense.a", "value", 5, 0));
    P(setxattr("f", "nonsense", "value", 5, 0));
    P(setxattr("f", "system.a", "value", 5, 0));
    P(setxattr("f", "", "value", 5, 0));
    P(setxattr("f", "user.", "value", 5, 0));
    P(getxattr("f", "user.a", text, 3));
    P(getxattr("f", "user.a", text, 0));
    P(getxattr("f", "user.b", text, 0));
    P(listxattr("f", text, 3));
    P(removexattr("f", "user.b"));
    P(lsetxattr("d/s", "user.a", "x", 1, 0));
    P(setxattr("d/i", "user.a", "x", 1, 0));
    static const char caps[20] = {1, 0, 0, 2, 0, 4};
    P(setxattr("f", "security.capability", caps, 20, 0));
    P(getxattr("f", "security.capability", text, 100));
    P(setxattr("f", "security.capability", caps, 5, 0));
    P(write(open("f", O_WRONLY), "x", 1));
    P(getxattr("f", "security.capability", text, 100));
    return 0;
}
