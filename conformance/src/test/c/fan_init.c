/* fanotify_init(2) and fanotify_mark(2): which flags and masks go together, as root and as anybody. */
#include "t.h"
#include <sys/fanotify.h>
#define MNT 0x4000
#define FD_ERROR 0x2000
static void init(unsigned flags, unsigned file) {
    int fd = fanotify_init(flags, file);
    printf("init %x %x: %s\n", flags, file, fd < 0 ? strerrorname_np(errno) : "ok");
    if (fd >= 0) close(fd);
}
static void mark(int fd, unsigned flags, uint64_t mask, int dir, const char *path) {
    int r = fanotify_mark(fd, flags, mask, dir, path);
    printf("mark %x %llx: %s\n", flags, (long long)mask, r < 0 ? strerrorname_np(errno) : "ok");
}
int main(void) {
    /* Linux 6.15 or later, and a root that is one. */
    int newest = fanotify_init(0x4000, O_RDONLY);
    if (newest < 0) return 77;
    close(newest);
    if (!geteuid()) NEEDS(fanotify_init(0, O_RDONLY));
    unsigned flags[] = {0, 1, 2, 4, 8, 0xc, 0x10, 0x20, 0x40, 0x80, 0x100, 0x180, 0x200, 0x400, 0x800, 0xc00, 0xe00, 0x1e00, 0x1c00, 0x1000, 0x204,
        FD_ERROR, FD_ERROR | 0x200, MNT, MNT | 0x200, MNT | 4, MNT | FD_ERROR, 0x8000, 0x280, 0x300, 0xf80};
    for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) init(flags[i], O_RDONLY);
    unsigned files[] = {O_RDWR, O_WRONLY, 3, O_CREAT, O_CLOEXEC, O_APPEND | O_NOATIME, O_NONBLOCK, O_DIRECT, O_DIRECTORY, O_LARGEFILE, O_SYNC};
    for (unsigned i = 0; i < sizeof files / sizeof *files; i++) init(FAN_REPORT_FID, files[i]), init(0, files[i]);
    mkdir("d", 0755);
    close(open("d/f", O_CREAT | O_RDWR, 0644));
    unsigned groups[] = {0, FAN_CLASS_CONTENT, FAN_REPORT_FID, FAN_REPORT_DFID_NAME, 0x1e00};
    for (unsigned g = 0; g < sizeof groups / sizeof *groups; g++) {
        int fd = fanotify_init(groups[g], O_RDONLY);
        printf("group %x: %d\n", groups[g], fd >= 0);
        mark(fd, FAN_MARK_ADD, 0, AT_FDCWD, "d");
        mark(fd, FAN_MARK_ADD | FAN_MARK_REMOVE, FAN_OPEN, AT_FDCWD, "d");
        mark(fd, FAN_MARK_ADD, 1ULL << 33, AT_FDCWD, "d");
        mark(fd, FAN_MARK_ADD, 0x2000, AT_FDCWD, "d");
        mark(fd, FAN_MARK_ADD | 0x1000, FAN_OPEN, AT_FDCWD, "d");
        mark(fd, FAN_MARK_ADD | 0x420, FAN_OPEN, AT_FDCWD, "d");
        mark(fd, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, "d");
        mark(fd, FAN_MARK_ADD, FAN_CREATE, AT_FDCWD, "d");
        mark(fd, FAN_MARK_ADD, FAN_ATTRIB, AT_FDCWD, "d/f");
        mark(fd, FAN_MARK_ADD, FAN_RENAME, AT_FDCWD, "d");
        mark(fd, FAN_MARK_ADD, FAN_RENAME, AT_FDCWD, "d/f");
        mark(fd, FAN_MARK_ADD, 0x8000, AT_FDCWD, "d");
        mark(fd, FAN_MARK_ADD, 0x1000000, AT_FDCWD, "d");
        mark(fd, FAN_MARK_ADD | FAN_MARK_ONLYDIR, FAN_OPEN, AT_FDCWD, "d/f");
        mark(fd, FAN_MARK_ADD | FAN_MARK_ONLYDIR, FAN_OPEN, AT_FDCWD, "d");
        mark(fd, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, "none");
        mark(fd, FAN_MARK_ADD, FAN_OPEN, 99, 0);
        mark(fd, FAN_MARK_ADD, FAN_OPEN, 99, "d");
        mark(fd, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, (char *)1);
        mark(fd, FAN_MARK_REMOVE, FAN_OPEN, AT_FDCWD, "d/f");
        mark(fd, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, "d/f");
        mark(fd, FAN_MARK_ADD | FAN_MARK_EVICTABLE, FAN_OPEN, AT_FDCWD, "d/f");
        mark(fd, FAN_MARK_ADD | 0x400, FAN_OPEN, AT_FDCWD, "d");
        mark(fd, FAN_MARK_ADD | 0x440, FAN_OPEN, AT_FDCWD, "d");
        mark(fd, FAN_MARK_ADD | 0x400, FAN_OPEN, AT_FDCWD, "d/f");
        mark(fd, FAN_MARK_ADD | FAN_MARK_IGNORED_MASK, FAN_OPEN, AT_FDCWD, "d");
        mark(fd, FAN_MARK_REMOVE, FAN_OPEN, AT_FDCWD, "d/f");
        mark(fd, FAN_MARK_REMOVE, FAN_OPEN, AT_FDCWD, "d/f");
        mark(fd, FAN_MARK_FLUSH, 0, AT_FDCWD, "nothing");
        mark(fd, FAN_MARK_FLUSH | FAN_MARK_DONT_FOLLOW, 0, AT_FDCWD, "nothing");
        mark(fd, FAN_MARK_REMOVE, FAN_OPEN, AT_FDCWD, "d");
        mark(fd, FAN_MARK_ADD | FAN_MARK_MOUNT | FAN_MARK_EVICTABLE, FAN_OPEN, AT_FDCWD, "d");
        mark(fd, FAN_MARK_ADD | FAN_MARK_MOUNT, FAN_CREATE, AT_FDCWD, "/dev/shm");
        mark(fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_CREATE, AT_FDCWD, "/dev/shm");
        mark(fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, 0x8000, AT_FDCWD, "/dev/shm");
        mark(fd, FAN_MARK_ADD | 0x110, 0x1000000, AT_FDCWD, "/proc/self/ns/mnt");
        mark(fd, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, "/proc/self/status");
        if (fd >= 0) close(fd);
    }
    mark(99, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, "d");
    mark(1, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, "d");
    return 0;
}
