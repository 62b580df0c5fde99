/* inotify(7) and fanotify(7) when the file system goes away, and when a mount comes and goes: in a user namespace, so that anybody may. */
#include "t.h"
#include <sched.h>
#include <sys/fanotify.h>
#include <sys/mount.h>
static void show(int fd) {
    char buf[4096];
    int n = read(fd, buf, sizeof buf);
    if (n < 0) printf("none %s\n", strerrorname_np(errno));
    for (char *p = buf; p < buf + n;) {
        struct inotify_event *e = (void *)p;
        printf("wd %d mask %x name %s\n", e->wd, e->mask, e->len ? e->name : "");
        p += sizeof *e + e->len;
    }
}
static void put(const char *path, const char *text) {
    int fd = open(path, O_WRONLY);
    write(fd, text, strlen(text));
    close(fd);
}
int main(void) {
    char map[64];
    int uid = getuid(), gid = getgid();
    NEEDS(unshare(CLONE_NEWUSER | CLONE_NEWNS));
    put("/proc/self/setgroups", "deny");
    sprintf(map, "0 %d 1", uid), put("/proc/self/uid_map", map);
    sprintf(map, "0 %d 1", gid), put("/proc/self/gid_map", map);
    mkdir("m", 0755);
    NEEDS(mount("none", "m", "tmpfs", 0, 0));
    mkdir("m/d", 0755);
    close(open("m/d/f", O_CREAT | O_RDWR, 0644));
    int fd = inotify_init1(IN_NONBLOCK);
    P(inotify_add_watch(fd, "m", IN_ALL_EVENTS));
    P(inotify_add_watch(fd, "m/d/f", IN_MODIFY));
    P(umount("m"));
    show(fd);
    P(inotify_rm_watch(fd, 1));
    int tree = open("/proc/self/ns/mnt", O_RDONLY);
    int fan = fanotify_init(0x4000 | FAN_NONBLOCK, 0);
    if (fan < 0) return 77; /* Linux 6.15 and later */
    P(fanotify_mark(fan, FAN_MARK_ADD | 0x110, 0x3000000, tree, NULL));
    P(mount("none", "m", "tmpfs", 0, 0));
    P(umount("m"));
    char buf[4096];
    int n = read(fan, buf, sizeof buf);
    struct fanotify_event_metadata *e = (void *)buf;
    uint64_t ids[4], *id = ids;
    for (; FAN_EVENT_OK(e, n); e = FAN_EVENT_NEXT(e, n)) {
        printf("mask %llx length %d info %d %d\n", (long long)e->mask, e->event_len, buf[24], *(short *)(buf + 26));
        *id++ = *(uint64_t *)((char *)e + 32);
    }
    printf("events %ld same %d\n", (long)(id - ids), ids[0] == ids[1]);
    rmdir("m");
    return 0;
}
