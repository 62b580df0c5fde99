#include "t.h"
static void show(const char *n) {
    struct stat s;
    if (lstat(n, &s)) { printf("%s %s\n", n, strerrorname_np(errno)); return; }
    printf("%s mode %o uid %d gid %d size %ld links %ld blocks %d\n", n, s.st_mode, s.st_uid == getuid(), s.st_gid == getgid(),
           S_ISDIR(s.st_mode) ? 0L : (long)s.st_size, S_ISDIR(s.st_mode) ? 0L : (long)s.st_nlink, s.st_blocks > 0);
}
int main(void) {
    umask(0);
    close(open("a", O_CREAT | O_WRONLY, 0754));
    show("a");
    umask(077);
    close(open("b", O_CREAT | O_WRONLY, 0777));
    show("b");
    P(umask(022));
    P(chmod("a", 06711));
    show("a");
    P(chmod("missing", 0));
    P(fchmodat(AT_FDCWD, "b", 0400, 0));
    show("b");
    P(mkfifo("p", 0644));
    show("p");
    P(mknod("q", S_IFREG | 0600, 0));
    show("q");
    symlink("abcdef", "s");
    show("s");
    int fd = open("q", O_RDWR);
    P(write(fd, "x", 1));
    show("q");
    P(chown("q", getuid(), getgid()));
    struct timespec t[2] = {{1000000000, 123456789}, {1234567890, 987654321}};
    P(utimensat(AT_FDCWD, "q", t, 0));
    struct stat s;
    stat("q", &s);
    printf("%ld.%09ld %ld.%09ld\n", s.st_atim.tv_sec, s.st_atim.tv_nsec, s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
    t[0].tv_nsec = UTIME_OMIT;
    t[1].tv_nsec = UTIME_NOW;
    P(futimens(fd, t));
    stat("q", &s);
    printf("%ld %d\n", s.st_atim.tv_sec, s.st_mtim.tv_sec > 1600000000);
    t[1].tv_nsec = 1000000000;
    P(futimens(fd, t));
    struct statx sx;
    P(statx(AT_FDCWD, "q", 0, STATX_BASIC_STATS | STATX_BTIME, &sx));
    printf("%o %d %lld %d\n", sx.stx_mode, sx.stx_nlink, (long long)sx.stx_size, (sx.stx_mask & STATX_BASIC_STATS) == STATX_BASIC_STATS);
    P(statx(fd, "", AT_EMPTY_PATH, STATX_SIZE, &sx));
    P(statx(fd, "", 0, STATX_SIZE, &sx));
    P(fstatat(AT_FDCWD, "s", &s, AT_SYMLINK_NOFOLLOW));
    P(stat("s", &s));
    P(stat("/dev/null", &s));
    printf("%o %lx\n", s.st_mode, (long)s.st_rdev);
    P(stat((char *)1, &s));
    P(truncate("q", 10000));
    show("q");
    P(truncate("q", -1));
    P(truncate(".", 0));
    P(ftruncate(fd, 3));
    show("q");
    return 0;
}
