#include "t.h"
static int fd;
static void show(void) {
    char buf[4096];
    int n = read(fd, buf, sizeof buf);
    if (n < 0) { printf("none %s\n", strerrorname_np(errno)); return; }
    for (char *p = buf; p < buf + n;) {
        struct inotify_event *e = (void *)p;
        printf("wd %d mask %x cookie %d name %s\n", e->wd, e->mask, e->cookie != 0, e->len ? e->name : "");
        p += sizeof *e + e->len;
    }
}
int main(void) {
    mkdir("d", 0755);
    fd = inotify_init1(IN_NONBLOCK);
    P(fd >= 0);
    P(inotify_add_watch(fd, "d", IN_ALL_EVENTS));
    show();
    int f = open("d/a", O_CREAT | O_WRONLY, 0600);
    write(f, "x", 1);
    close(f);
    show();
    chmod("d/a", 0644);
    rename("d/a", "d/b");
    show();
    P(inotify_add_watch(fd, "d/b", IN_MODIFY | IN_DELETE_SELF | IN_ATTRIB));
    truncate("d/b", 0);
    unlink("d/b");
    show();
    mkdir("d/sub", 0700);
    rmdir("d/sub");
    show();
    P(inotify_rm_watch(fd, 1));
    show();
    P(inotify_rm_watch(fd, 1));
    P(inotify_add_watch(fd, "none", IN_MODIFY));
    P(inotify_add_watch(fd, "d", 0));
    return 0;
}
