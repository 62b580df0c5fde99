#include "t.h"
#include <sys/mount.h>
/* What is not there, asked again and again while directories, links, roots and limits change: access(2), stat(2), open(2), readlink(2) and their like. */
static char base[128];
static char *in(const char *name) {
    static char path[8][256];
    static int n;
    char *p = path[n++ & 7];
    snprintf(p, 256, "%s/%s", base, name);
    return p;
}
static long q(const char *path, int how) {
    struct stat st;
    struct statx sx;
    char link[64];
    long r;
    switch (how) {
    case 0: r = syscall(SYS_access, path, R_OK); break;
    case 1: r = syscall(SYS_stat, path, &st); break;
    case 2: r = syscall(SYS_newfstatat, AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW); break;
    case 3: r = syscall(SYS_readlink, path, link, sizeof link); break;
    case 4: r = syscall(SYS_statx, -1, path, 0, 0x7ff, &sx); break;
    case 5: r = syscall(SYS_faccessat, 99, path, 0); break;
    case 6: r = syscall(SYS_lstat, path, &st); break;
    case 7: r = syscall(SYS_readlinkat, -5, path, link, sizeof link); break;
    case 8:
        r = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (r >= 0) {
            close(r);
            r = 0;
        }
        break;
    default:
        r = syscall(SYS_open, path, O_RDONLY | O_NONBLOCK);
        if (r >= 0) {
            close(r);
            r = 0;
        }
    }
    return r < 0 ? -errno : r;
}
/* Each twice and more: the second answer may come from somewhere else. */
static void ask(const char *when, const char *path) {
    printf("%s:", when);
    for (int round = 0; round < 2; round++)
        for (int how = 0; how < 10; how++) {
            for (int i = 0; i < 9; i++) q(path, how);
            printf(" %ld", q(path, how));
        }
    printf("\n");
    fflush(stdout);
}
static void create(const char *path) { close(open(path, O_CREAT | O_WRONLY, 0644)); }
static void names(void) {
    ask("nothing", in("a"));
    create(in("a"));
    ask("file", in("a"));
    unlink(in("a"));
    ask("unlinked", in("a"));
    mkdir(in("a"), 0755);
    ask("directory", in("a"));
    ask("nothing in it", in("a/b"));
    ask("with a slash", in("a/b/"));
    mkdir(in("a/b"), 0755);
    ask("directory in it", in("a/b"));
    create(in("c"));
    rename(in("c"), in("a/b/c"));
    ask("moved in", in("a/b/c"));
    ask("moved away", in("c"));
    rename(in("a"), in("d"));
    ask("under the old name", in("a/b/c"));
    ask("under the new name", in("d/b/c"));
    rename(in("d"), in("a"));
    ask("back", in("a/b/c"));
    ask("gone again", in("d/b/c"));
    syscall(SYS_renameat2, AT_FDCWD, in("a/b/c"), AT_FDCWD, in("a"), 2);
    ask("exchanged", in("a/b/c"));
    unlink(in("a"));
    rename(in("a/b/c"), in("x"));
    ask("through a file", in("x/b"));
    link(in("x"), in("l"));
    ask("linked", in("l"));
    unlink(in("l"));
    int fd = open(base, O_TMPFILE | O_RDWR, 0600);
    ask("before linkat", in("t"));
    char self[64];
    sprintf(self, "/proc/self/fd/%d", fd);
    linkat(AT_FDCWD, self, AT_FDCWD, in("t"), AT_SYMLINK_FOLLOW);
    ask("after linkat", in("t"));
    unlink(in("t"));
    close(fd);
    mknod(in("f"), S_IFIFO | 0600, 0);
    ask("fifo", in("f"));
    unlink(in("f"));
}
static void links(void) {
    symlink("target", in("s"));
    ask("dangling", in("s"));
    create(in("target"));
    ask("not dangling", in("s"));
    ask("through it", in("s/x"));
    unlink(in("target"));
    ask("dangling again", in("s"));
    mkdir(in("target"), 0755);
    ask("in a link's directory", in("s/x"));
    create(in("target/x"));
    ask("made there", in("s/x"));
    unlink(in("s"));
    ask("without the link", in("s/x"));
    mkdir(in("other"), 0755);
    symlink("other", in("s"));
    ask("another link", in("s/x"));
    ask("up and down", in("target/../other/x"));
    symlink("loop", in("loop"));
    ask("loop", in("loop"));
    ask("in a loop", in("loop/x"));
}
static void permissions(void) {
    if (fork() == 0) {
        mkdir(in("closed"), 0755);
        ask("in an open directory", in("closed/n"));
        if (getuid() == 0) setresuid(65534, 65534, 65534);
        ask("as another", in("closed/n"));
        _exit(0);
    }
    wait(NULL);
    chmod(in("closed"), 0);
    if (fork() == 0) {
        if (getuid() == 0) setresuid(65534, 65534, 65534);
        ask("in a closed directory", in("closed/n"));
        ask("the directory", in("closed"));
        _exit(0);
    }
    wait(NULL);
    chmod(in("closed"), 0755);
    ask("opened", in("closed/n"));
}
static void arguments(void) {
    char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), name[400], buf[8];
    munmap(page + 4096, 4096);
    ask("missing", in("arg"));
    char *end = page + 4096 - strlen(in("arg"));
    memcpy(end, in("arg"), strlen(in("arg")));
    ask("without an end", end);
    ask("NULL", NULL);
    ask("empty", "");
    ask("root", "/");
    ask("slashes", "//");
    struct stat st;
    struct statx sx;
    for (int i = 0; i < 3; i++) {
        P(syscall(SYS_readlink, in("arg"), buf, 0));
        P(syscall(SYS_readlink, in("arg"), buf, -1));
        P(syscall(SYS_readlink, base, buf, INT_MIN));
        P(syscall(SYS_readlink, base, NULL, 1));
        P(syscall(SYS_access, in("arg"), 8));
        P(syscall(SYS_faccessat, AT_FDCWD, in("arg"), 0x1000));
        P(syscall(SYS_newfstatat, AT_FDCWD, in("arg"), &st, 0x4));
        P(syscall(SYS_newfstatat, AT_FDCWD, in("arg"), NULL, AT_EMPTY_PATH));
        P(syscall(SYS_statx, AT_FDCWD, in("arg"), 0x8, 0x7ff, &sx));
        P(syscall(SYS_statx, AT_FDCWD, in("arg"), 0, 0x80000000, &sx));
        P(syscall(SYS_statx, AT_FDCWD, in("arg"), 0x6000, 1, &sx));
        P(syscall(SYS_openat, AT_FDCWD, in("arg"), O_DIRECTORY | O_PATH | O_NOFOLLOW));
        P(syscall(SYS_openat, AT_FDCWD, in("arg"), O_RDWR | O_TRUNC));
        P(syscall(SYS_openat, AT_FDCWD, in("arg"), O_TMPFILE | O_RDWR, 0600));
    }
    for (int length = 150; length < 260; length++) {
        memset(name, 'n', sizeof name);
        memcpy(name, base, strlen(base));
        name[strlen(base)] = '/';
        name[strlen(base) + length] = 0;
        q(name, 0);
        q(name, 8);
        long r = q(name, 0);
        if (r != -ENOENT) printf("length %d: %ld\n", length, r);
        create(name);
        r = q(name, 0);
        if (r != (length <= 256 ? 0 : -ENAMETOOLONG) && r != -ENAMETOOLONG) printf("made, length %d: %ld\n", length, r);
        unlink(name);
    }
}
static void descriptors(void) {
    if (fork() == 0) {
        struct rlimit few = {16, 16};
        ask("free descriptors", in("none"));
        setrlimit(RLIMIT_NOFILE, &few);
        while (dup(0) >= 0) {}
        ask("no free descriptors", in("none"));
        _exit(0);
    }
    wait(NULL);
    if (fork() == 0) {
        struct rlimit some = {400, 400};
        setrlimit(RLIMIT_NOFILE, &some);
        ask("400 descriptors", in("none"));
        while (dup(0) >= 0) {}
        ask("all in use", in("none"));
        close(5);
        ask("one free", in("none"));
        _exit(0);
    }
    wait(NULL);
}
static int go[2], done[2];
static void *looker(void *x) {
    char c;
    while (read(go[0], &c, 1) == 1) {
        ask("thread", x);
        write(done[1], &c, 1);
    }
    return NULL;
}
static void turn(void) {
    char c = 0;
    write(go[1], &c, 1);
    read(done[0], &c, 1);
}
static void roots(void) {
    pipe(go);
    pipe(done);
    pthread_t t;
    static char path[256], made[256];
    sprintf(path, "%s", "/only-here");
    pthread_create(&t, NULL, looker, path);
    turn();
    mkdir(in("root"), 0755);
    create(in("root/only-here"));
    ask("before chroot", path);
    if (chroot(in("root")) == 0) {
        ask("after chroot", path);
        turn();
        if (fork() == 0) {
            ask("child", path);
            _exit(0);
        }
        wait(NULL);
    } else printf("chroot: not allowed\n");
    exit(0);
}
static void mounts(void) {
    if (fork() == 0) roots();
    wait(NULL);
    mkdir(in("m"), 0755);
    create(in("m/below"));
    ask("below", in("m/below"));
    ask("above", in("m/above"));
    if (fork() == 0) {
        if (unshare(CLONE_NEWNS) < 0) _exit(printf("unshare: not allowed\n") < 0);
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
        ask("own mounts: below", in("m/below"));
        mount("t", in("m"), "tmpfs", 0, NULL);
        ask("covered", in("m/below"));
        create(in("m/above"));
        ask("made above", in("m/above"));
        umount(in("m"));
        ask("uncovered", in("m/below"));
        ask("gone with it", in("m/above"));
        _exit(0);
    }
    wait(NULL);
    if (mount("t", in("m"), "tmpfs", 0, NULL) == 0) {
        ask("covered for all", in("m/below"));
        create(in("m/above"));
        ask("made above for all", in("m/above"));
        umount2(in("m"), MNT_DETACH);
        ask("uncovered for all", in("m/below"));
        ask("gone for all", in("m/above"));
    } else printf("mount: not allowed\n");
}
static volatile int shared_stop;
static void *maker(void *x) {
    (void)x;
    for (int i = 0; i < 3000; i++) {
        create(in("race"));
        unlink(in("race"));
    }
    shared_stop = 1;
    return NULL;
}
/* What has been made before is there, for whoever hears of it by memory alone. */
static void race(void) {
    int *turn = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), wrong = 0;
    char *path = strdup(in("word"));
    if (fork() == 0) {
        for (int i = 1; i <= 2000; i++) {
            while (__atomic_load_n(turn, __ATOMIC_ACQUIRE) != 2 * i - 1) sched_yield();
            if (i & 1) create(path);
            else unlink(path);
            __atomic_store_n(turn, 2 * i, __ATOMIC_RELEASE);
        }
        _exit(0);
    }
    for (int i = 1; i <= 2000; i++) {
        q(path, 0);
        __atomic_store_n(turn, 2 * i - 1, __ATOMIC_RELEASE);
        while (__atomic_load_n(turn, __ATOMIC_ACQUIRE) != 2 * i) sched_yield();
        wrong += q(path, 0) != (i & 1 ? 0 : -ENOENT);
        wrong += q(path, 8) != (i & 1 ? 0 : -ENOENT);
    }
    wait(NULL);
    printf("wrong: %d\n", wrong);
    pthread_t t;
    pthread_create(&t, NULL, maker, NULL);
    int other = 0;
    char *racing = strdup(in("race"));
    while (!shared_stop) {
        long r = q(racing, 1);
        other += r != 0 && r != -ENOENT;
    }
    pthread_join(t, NULL);
    ask("after the race", racing);
    printf("other: %d\n", other);
}
int main(void) {
    strcpy(base, "/tmp/missingXXXXXX");
    if (mkdtemp(base) == NULL) return 1;
    chmod(base, 0755);
    names();
    links();
    permissions();
    arguments();
    descriptors();
    mounts();
    race();
    char command[200];
    sprintf(command, "rm -rf %s", base);
    return system(command);
}
