/* open_tree(2), move_mount(2), fsopen(2), fsconfig(2), fsmount(2), fspick(2), mount_setattr(2), statmount(2), listmount(2), handles, file attributes. */
#include "t.h"
#include <sched.h>
#include <sys/mount.h>

#define FSOPEN(...) syscall(430, __VA_ARGS__)
#define FSCONFIG(...) syscall(431, __VA_ARGS__)
#define FSMOUNT(...) syscall(432, __VA_ARGS__)
#define FSPICK(...) syscall(433, __VA_ARGS__)
#define OPEN_TREE(...) syscall(428, __VA_ARGS__)
#define MOVE_MOUNT(...) syscall(429, __VA_ARGS__)
#define SETATTR(...) syscall(442, __VA_ARGS__)
#define STATMOUNT(...) syscall(457, __VA_ARGS__)
#define LISTMOUNT(...) syscall(458, __VA_ARGS__)

static void rows(const char *what) {
    FILE *f = fopen("/proc/self/mountinfo", "r");
    char line[4096];
    printf("%s:\n", what);
    while (fgets(line, sizeof line, f)) {
        int id, parent, major, minor;
        char root[1024], point[1024], options[1024];
        sscanf(line, "%d %d %d:%d %1023s %1023s %1023s", &id, &parent, &major, &minor, root, point, options);
        int mine = !strncmp(point, "/tmp/", 5) && point[5] >= 'a' && point[5] <= 'e' && (!point[6] || point[6] == '/');
        if (mine) printf("  %s %s %s%s", root, point, options, strstr(line, " - "));
    }
    fclose(f);
    fflush(stdout);
}

static int put(const char *file, const char *text) {
    int f = open(file, O_WRONLY), n = write(f, text, strlen(text));
    close(f);
    return n;
}

static void messages(int fs) {
    char text[1000];
    int n;
    while ((n = read(fs, text, 999)) > 0) printf("message: %.*s\n", n, text);
    printf("read: %s\n", strerrorname_np(errno));
    fflush(stdout);
}

static void making(void) {
    P(FSOPEN("nonsense", 0));
    P(FSOPEN("tmpfs", 2));
    int fs = FSOPEN("tmpfs", 1);
    P(fcntl(fs, F_GETFD));
    P(FSCONFIG(fs, 0, "ro", 0, 0));
    P(FSCONFIG(fs, 0, "ro", "x", 0));
    P(FSCONFIG(fs, 1, "size", "64k", 0));
    P(FSCONFIG(fs, 1, "nonsense", "64k", 0));
    messages(fs);
    P(FSCONFIG(fs, 1, "source", "mine", 0));
    P(FSCONFIG(fs, 1, "source", "again", 0));
    P(FSCONFIG(fs, 1, "mode", "0750", 0));
    P(FSCONFIG(fs, 5, "fd", 0, -1));
    P(FSCONFIG(fs, 99, 0, 0, 0));
    P(FSCONFIG(fs, 6, "x", 0, 0));
    P(FSCONFIG(0, 6, 0, 0, 0));
    P(FSCONFIG(99, 6, 0, 0, 0));
    P(FSCONFIG(-1, 6, 0, 0, 0));
    P(FSMOUNT(fs, 0, 0));
    P(FSCONFIG(fs, 7, 0, 0, 0));
    P(FSCONFIG(fs, 6, 0, 0, 0));
    P(FSCONFIG(fs, 6, 0, 0, 0));
    P(FSCONFIG(fs, 0, "ro", 0, 0));
    P(FSMOUNT(fs, 2, 0));
    P(FSMOUNT(fs, 0, 0x30));
    P(FSMOUNT(fs, 0, 0x1000));
    int m = FSMOUNT(fs, 1, 0x2 | 0x8 | 0x10);
    P(m > 0);
    P(FSMOUNT(fs, 0, 0));
    P(fcntl(m, F_GETFD));
    P(fcntl(m, F_GETFL) & O_PATH);
    P(openat(m, "x", O_CREAT | O_WRONLY, 0600));
    P(MOVE_MOUNT(m, "", -100, "/tmp/a", 0));
    P(MOVE_MOUNT(m, "", -100, "/tmp/a", 0x1000));
    P(MOVE_MOUNT(m, "", -100, "/tmp/f", 4));
    P(MOVE_MOUNT(m, "", -100, "/tmp/a", 4));
    rows("made");
    P(MOVE_MOUNT(m, "", -100, "/tmp/b", 4));
    rows("moved");
    int pick = FSPICK(-100, "/tmp/b", 0);
    P(FSCONFIG(pick, 0, "rw", 0, 0));
    P(FSCONFIG(pick, 6, 0, 0, 0));
    P(FSCONFIG(pick, 7, 0, 0, 0));
    P(FSPICK(-100, "/tmp/b/none", 0));
    P(FSPICK(-100, "/tmp/c", 0));
    P(FSPICK(-100, "/tmp/b", 0x100));
    rows("writable");
    P(mkdir("/tmp/b/dir", 0700));
    int gone = FSOPEN("tmpfs", 0);
    FSCONFIG(gone, 6, 0, 0, 0);
    int top = FSMOUNT(gone, 0, 0);
    P(mkdirat(top, "in", 0700));
    close(gone);
    close(top);
}

static void trees(void) {
    P(OPEN_TREE(-100, "/tmp/b", 0x8000));
    P(OPEN_TREE(-100, "/tmp/b", 0x4));
    int same = OPEN_TREE(-100, "/tmp/b", 0);
    P(same > 0);
    int copy = OPEN_TREE(-100, "/tmp/b", 1 | 0x80000 | 0x8000);
    P(copy > 0);
    P(fcntl(copy, F_GETFD));
    P(mkdirat(copy, "fromcopy", 0700));
    P(access("/tmp/b/fromcopy", F_OK));
    P(MOVE_MOUNT(copy, "", -100, "/tmp/c", 4));
    P(OPEN_TREE(-100, "/tmp/none", 1));
    rows("two");
    close(copy);
    rows("closed");
    int lost = OPEN_TREE(-100, "/tmp/b", 1);
    close(lost);
    P(MOVE_MOUNT(-100, "/tmp/b", -100, "/tmp/b/dir", 0));
    P(MOVE_MOUNT(-100, "/tmp/c", -100, "/tmp/d", 0));
    rows("by name");
}

struct attr {
    uint64_t set, clear, propagation, fd;
};

static void attributes(void) {
    struct attr a = {.set = 1};
    P(SETATTR(-100, "/tmp/d", 0, &a, 32));
    rows("read-only");
    P(mkdir("/tmp/d/x", 0700));
    a.set = 4, a.clear = 1;
    P(SETATTR(-100, "/tmp/d", 0, &a, 32));
    P(SETATTR(-100, "/tmp/d", 0x1, &a, 32));
    P(SETATTR(-100, "/tmp/d", 0, &a, 31));
    P(SETATTR(-100, "/tmp/d", 0, &a, 5000));
    P(SETATTR(-100, "/tmp/d/dir", 0, &a, 32));
    a = (struct attr){.set = 0x10};
    P(SETATTR(-100, "/tmp/d", 0, &a, 32));
    a.clear = 0x70;
    P(SETATTR(-100, "/tmp/d", 0, &a, 32));
    a = (struct attr){.propagation = 1 << 20};
    P(SETATTR(-100, "/tmp/d", 0x8000, &a, 32));
    a.propagation = 3 << 19;
    P(SETATTR(-100, "/tmp/d", 0, &a, 32));
    a = (struct attr){.set = 0x40000000};
    P(SETATTR(-100, "/tmp/d", 0, &a, 32));
    a = (struct attr){.set = 0};
    P(SETATTR(-100, "/tmp/none", 0, &a, 32));
    rows("set");
}

static void queries(void) {
    struct {
        uint32_t size, spare;
        uint64_t id, param, ns;
    } req = {32, 0, -1ull, 0, 0};
    uint64_t ids[500];
    long n = LISTMOUNT(&req, ids, 500, 0);
    P(n > 2);
    struct statx x;
    MUST(statx(AT_FDCWD, "/tmp/d", 0, 0x4000, &x));
    printf("unique %d\n", (x.stx_mask & 0x4000) != 0);
    int found = 0, sorted = 1;
    for (int i = 0; i < n; i++) {
        if (ids[i] == x.stx_mnt_id) found = 1;
        if (i && ids[i] <= ids[i - 1]) sorted = 0;
    }
    printf("found %d sorted %d\n", found, sorted);
    P(LISTMOUNT(&req, ids, 1, 0));
    req.param = ids[0];
    P(LISTMOUNT(&req, ids, 1, 0));
    P(LISTMOUNT(&req, ids, 1, 2));
    P(LISTMOUNT(&req, ids, 2000000, 0));
    req.id = x.stx_mnt_id;
    req.param = 0;
    P(LISTMOUNT(&req, ids, 500, 0));
    char buffer[4096];
    uint32_t *u = (uint32_t *)buffer;
    uint64_t *l = (uint64_t *)buffer;
    req.param = 0x1 | 0x2 | 0x8 | 0x10 | 0x20;
    P(STATMOUNT(&req, buffer, sizeof buffer, 0));
    printf("mask %llx magic %llx id %d attr %llx propagation %llx\n", (long long)l[1], (long long)l[3],
        l[5] == x.stx_mnt_id, (long long)l[8], (long long)l[9]);
    printf("type %s root %s point %s\n", buffer + 512 + u[9], buffer + 512 + u[26], buffer + 512 + u[27]);
    P(STATMOUNT(&req, buffer, 512, 0));
    P(STATMOUNT(&req, buffer, sizeof buffer, 4));
    req.id = 5;
    P(STATMOUNT(&req, buffer, sizeof buffer, 0));
    req.id = 1ull << 40;
    P(STATMOUNT(&req, buffer, sizeof buffer, 0));
    req.size = 10;
    P(STATMOUNT(&req, buffer, sizeof buffer, 0));
}

static void files(void) {
    struct {
        uint64_t xflags;
        uint32_t rest[4];
    } a;
    int f = open("/tmp/g", O_CREAT | O_RDWR, 0600);
    P(syscall(468, -100, "/tmp/g", &a, 24, 0));
    printf("xflags %llx\n", (long long)a.xflags);
    a.xflags = 0x80;
    P(syscall(469, -100, "/tmp/g", &a, 24, 0));
    P(syscall(468, f, "", &a, 24, AT_EMPTY_PATH));
    printf("xflags %llx\n", (long long)a.xflags);
    a.xflags = 0x8;
    P(syscall(469, -100, "/tmp/g", &a, 24, 0));
    P(syscall(468, -100, "/tmp/none", &a, 24, 0));
    P(syscall(468, -100, "/tmp/g", &a, 8, 0));
    P(syscall(468, -100, "/tmp/g", &a, 24, 0x800));
    P(ftruncate(f, 100000));
    P(pwrite(f, "x", 1, 50000));
    struct {
        uint64_t from, length;
    } range = {0, 0};
    uint64_t stat[5];
    P(syscall(451, f, &range, stat, 0));
    P(syscall(451, f, &range, stat, 1));
    P(syscall(451, 99, &range, stat, 0));
    char raw[200] = "";
    struct file_handle *h = (struct file_handle *)raw;
    int id;
    P(name_to_handle_at(AT_FDCWD, "/tmp/g", h, &id, 0));
    printf("%u bytes\n", h->handle_bytes);
    P(name_to_handle_at(AT_FDCWD, "/tmp/g", h, &id, 0));
    P(name_to_handle_at(AT_FDCWD, "/tmp/none", h, &id, 0));
    P(name_to_handle_at(AT_FDCWD, "/tmp/g", h, &id, 0x40000000));
    int dir = open("/tmp", O_RDONLY);
    int again = open_by_handle_at(dir, h, O_RDONLY);
    P(again > 0);
    P(open_by_handle_at(dir, h, O_RDONLY | O_DIRECTORY));
    close(f);
    unlink("/tmp/g");
    P(open_by_handle_at(dir, h, O_RDONLY));
    P(open_by_handle_at(99, h, O_RDONLY));
}

/* MOVE_MOUNT_SET_GROUP between two mount namespaces, neither of them ours but both ours to change. */
static struct view { int share, mount, ns; } views[2] = {{1}, {0}};

static int in_namespace(void *arg) {
    struct view *v = arg;
    unshare(CLONE_NEWUSER | CLONE_NEWNS);
    if (v->share) mount(0, "/tmp/a", 0, MS_SHARED, 0);
    v->mount = open("/tmp/a", O_RDONLY);
    v->ns = open("/proc/self/ns/mnt", O_RDONLY);
    return 0;
}

static void groups(void) {
    static char stack[65536];
    MUST(mount("a", "/tmp/a", "tmpfs", 0, 0));
    for (int i = 0; i < 2; i++) {
        pid_t p = clone(in_namespace, stack + sizeof stack, CLONE_VFORK | CLONE_VM | CLONE_FILES | SIGCHLD, &views[i]);
        waitpid(p, 0, 0);
    }
    int flags = 4 | 0x40 | 0x100; /* F_EMPTY_PATH, T_EMPTY_PATH, SET_GROUP */
    P(syscall(429, views[1].mount, "", views[0].mount, "", flags));
    P(syscall(429, views[0].mount, "", views[1].mount, "", flags));
    P(syscall(429, views[0].mount, "", views[1].mount, "", flags));
    if (fork() == 0) {
        P(setns(views[1].ns, CLONE_NEWNS));
        char line[512];
        FILE *f = fopen("/proc/self/mountinfo", "r");
        while (fgets(line, sizeof line, f)) {
            if (strstr(line, " /tmp/a ")) printf("shared %d\n", strstr(line, " shared:") != 0);
        }
        fflush(stdout);
        _exit(0);
    }
    wait(0);
    umount2("/tmp/a", MNT_DETACH);
}

int main(void) {
    int uid = getuid(), gid = getgid();
    char text[64];
    MUST(unshare(CLONE_NEWUSER | CLONE_NEWNS));
    put("/proc/self/setgroups", "deny");
    sprintf(text, "0 %d 1", uid);
    put("/proc/self/uid_map", text);
    sprintf(text, "0 %d 1", gid);
    put("/proc/self/gid_map", text);
    MUST(mount(0, "/", 0, MS_PRIVATE | MS_REC, 0));
    MUST(mount("t", "/tmp", "tmpfs", 0, 0));
    for (char c = 'a'; c <= 'd'; c++) {
        char name[16];
        sprintf(name, "/tmp/%c", c);
        MUST(mkdir(name, 0755));
    }
    close(open("/tmp/f", O_CREAT, 0600));
    making();
    trees();
    attributes();
    queries();
    files();
    groups();
    return 0;
}
