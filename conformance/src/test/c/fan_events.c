/* fanotify(7): events with descriptors and with handles, masks that ignore, permission, the queue's end, pidfds. Needs CAP_SYS_ADMIN: anybody else sees EPERM. */
#include "t.h"
#include <sys/fanotify.h>
static int fd;
static pid_t me;
static void info(char *p, char *end, unsigned mask) {
    while (p < end) {
        struct fanotify_event_info_header *h = (void *)p;
        if (h->info_type == FAN_EVENT_INFO_TYPE_PIDFD) {
            int pidfd = ((struct fanotify_event_info_pidfd *)p)->pidfd;
            printf(" pidfd %d", pidfd >= 0);
            if (pidfd >= 0) close(pidfd);
        } else {
            struct fanotify_event_info_fid *f = (void *)p;
            struct file_handle *fh = (void *)f->handle;
            char *name = (char *)fh->f_handle + fh->handle_bytes;
            printf(" type %d name %s", h->info_type, h->info_type == 1 || h->info_type == 3 ? "-" : name);
        }
        p += h->len;
    }
}
static void show(const char *what) {
    char buf[8192];
    int n = read(fd, buf, sizeof buf);
    printf("%s: %s\n", what, n < 0 ? strerrorname_np(errno) : "");
    struct fanotify_event_metadata *e = (void *)buf;
    for (; FAN_EVENT_OK(e, n); e = FAN_EVENT_NEXT(e, n)) {
        printf("  mask %llx vers %d len %d fd %d me %d", (long long)e->mask, e->vers, e->metadata_len, e->fd >= 0, e->pid == me);
        if (e->fd >= 0) {
            char link[64], path[512];
            sprintf(link, "/proc/self/fd/%d", e->fd);
            int l = readlink(link, path, sizeof path - 1);
            path[l < 0 ? 0 : l] = 0;
            char *base = strrchr(path, '/');
            printf(" %s flags %x", base ? base : path, fcntl(e->fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK));
            close(e->fd);
        }
        info((char *)e + e->metadata_len, (char *)e + e->event_len, e->mask);
        printf("\n");
    }
    fflush(stdout);
}
static void work(void) {
    int f = open("t/a", O_CREAT | O_RDWR, 0644);
    write(f, "hello", 5);
    char c;
    pread(f, &c, 1, 0);
    close(f);
    chmod("t/a", 0600);
    truncate("t/a", 2);
    rename("t/a", "t/b");
    mkdir("t/s", 0755);
    DIR *d = opendir("t/s");
    readdir(d);
    closedir(d);
    rename("t/b", "t/s/b");
    link("t/s/b", "t/c");
    unlink("t/c");
    unlink("t/s/b");
    rmdir("t/s");
}
static void round_(const char *what, unsigned init, unsigned how, uint64_t mask) {
    fd = fanotify_init(init | FAN_NONBLOCK, O_RDONLY);
    if (fd < 0) { printf("%s: init %s\n", what, strerrorname_np(errno)); return; }
    P(fanotify_mark(fd, FAN_MARK_ADD | how, mask, AT_FDCWD, "t"));
    work();
    show(what);
    close(fd);
}
#define ALL_ENTRY (FAN_CREATE | FAN_DELETE | FAN_MOVED_FROM | FAN_MOVED_TO)
#define ALL_FILE (FAN_OPEN | FAN_CLOSE | FAN_ACCESS | FAN_MODIFY)
static void *decide(void *arg) {
    for (int i = 0; i < *(int *)arg; i++) {
        struct fanotify_event_metadata e;
        struct pollfd p = {fd, POLLIN};
        poll(&p, 1, -1);
        if (read(fd, &e, sizeof e) != sizeof e) return 0;
        struct fanotify_response r = {e.fd, i % 2 ? FAN_DENY : FAN_ALLOW};
        printf("asked %llx\n", (long long)e.mask);
        if (i == 0) {
            struct fanotify_response bad = {e.fd, 3};
            P(write(fd, &bad, sizeof bad));
            bad.response = FAN_DENY | (EIO << 24);
            P(write(fd, &bad, sizeof bad));
            bad.response = FAN_ALLOW, bad.fd = 1000;
            P(write(fd, &bad, sizeof bad));
            P(write(fd, &bad, 4));
        }
        fflush(stdout);
        write(fd, &r, sizeof r);
        close(e.fd);
    }
    return 0;
}
static void permission(void) {
    fd = fanotify_init(FAN_CLASS_CONTENT | FAN_NONBLOCK, O_RDONLY);
    if (fd < 0) { printf("permission: %s\n", strerrorname_np(errno)); return; }
    int f = open("t/p", O_CREAT | O_RDWR, 0755);
    write(f, "#!/bin/sh\n", 10);
    close(f);
    P(fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN_PERM | FAN_ACCESS_PERM, AT_FDCWD, "t/p"));
    int n = 4;
    pthread_t t;
    pthread_create(&t, 0, decide, &n);
    P((f = open("t/p", O_RDONLY)) >= 0);
    char c;
    P(read(f, &c, 1));
    P(open("t/p", O_RDWR) >= 0);
    P(open("t/p", O_RDWR));
    pthread_join(t, 0);
    P(fanotify_mark(fd, FAN_MARK_FLUSH, 0, AT_FDCWD, 0));
    P(read(f, &c, 1));
    close(f);
    /* Whoever still asks when the group ends is let through. */
    P(fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, "t/p"));
    pid_t pid = fork();
    if (!pid) { close(fd); int g = open("t/p", O_RDONLY); _exit(g >= 0); }
    struct pollfd p = {fd, POLLIN};
    poll(&p, 1, -1);
    close(fd);
    int status;
    waitpid(pid, &status, 0);
    show_status("asker", status);
    unlink("t/p");
}
static void overflow(void) {
    FILE *limit = fopen("/proc/sys/fs/fanotify/max_queued_events", "r");
    int most = 0, n = 0, over = 0;
    if (limit) { fscanf(limit, "%d", &most); fclose(limit); }
    fd = fanotify_init(FAN_NONBLOCK | FAN_REPORT_FID | FAN_REPORT_DIR_FID | FAN_REPORT_NAME, O_RDONLY);
    if (fd < 0 || most > 20000) { printf("overflow: no\n"); return; }
    P(fanotify_mark(fd, FAN_MARK_ADD, FAN_CREATE, AT_FDCWD, "t"));
    for (int i = 0; i < most + 10; i++) {
        char name[32];
        sprintf(name, "t/o%d", i);
        mknod(name, S_IFREG | 0600, 0);
        unlink(name);
    }
    static char buf[65536];
    for (int r; (r = read(fd, buf, sizeof buf)) > 0;) {
        struct fanotify_event_metadata *e = (void *)buf;
        for (; FAN_EVENT_OK(e, r); e = FAN_EVENT_NEXT(e, r)) n++, over += e->mask == FAN_Q_OVERFLOW;
    }
    printf("overflow: %d %d\n", n == most + 1, over);
    close(fd);
}
int main(void) {
    /* Linux 6.15 or later, and a root that is one. */
    int newest = fanotify_init(0x4000, O_RDONLY);
    if (newest < 0) return 77;
    close(newest);
    if (!geteuid()) NEEDS(fanotify_init(0, O_RDONLY));
    me = getpid();
    mkdir("t", 0755);
    round_("open of children", 0, 0, ALL_FILE | FAN_EVENT_ON_CHILD);
    round_("with directories", 0, 0, ALL_FILE | FAN_EVENT_ON_CHILD | FAN_ONDIR);
    round_("handles", FAN_REPORT_FID, 0, ALL_FILE | ALL_ENTRY | FAN_ATTRIB | FAN_DELETE_SELF | FAN_MOVE_SELF | FAN_EVENT_ON_CHILD | FAN_ONDIR);
    round_("parents", FAN_REPORT_DIR_FID, 0, ALL_FILE | ALL_ENTRY | FAN_ATTRIB | FAN_EVENT_ON_CHILD | FAN_ONDIR);
    round_("names", FAN_REPORT_DFID_NAME, 0, ALL_FILE | ALL_ENTRY | FAN_ATTRIB | FAN_EVENT_ON_CHILD | FAN_ONDIR);
    round_("entries", FAN_REPORT_DFID_NAME, 0, ALL_ENTRY);
    round_("names and objects", FAN_REPORT_DFID_NAME | FAN_REPORT_FID, 0, ALL_FILE | ALL_ENTRY | FAN_EVENT_ON_CHILD | FAN_ONDIR);
    round_("targets", FAN_REPORT_DFID_NAME | FAN_REPORT_FID | FAN_REPORT_TARGET_FID, 0, ALL_ENTRY | FAN_RENAME | FAN_ONDIR);
    round_("pidfd", FAN_REPORT_PIDFD, 0, FAN_OPEN | FAN_EVENT_ON_CHILD);
    round_("thread", FAN_REPORT_TID, 0, FAN_OPEN | FAN_EVENT_ON_CHILD);
    fd = fanotify_init(FAN_NONBLOCK, O_RDWR | O_NONBLOCK);
    if (fd >= 0) {
        P(fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN | FAN_CLOSE | FAN_EVENT_ON_CHILD, AT_FDCWD, "t"));
        P(fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_IGNORED_MASK, FAN_CLOSE_WRITE, AT_FDCWD, "t"));
        close(open("t/x", O_CREAT | O_RDWR, 0600));
        P(fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_IGNORED_MASK, FAN_OPEN, AT_FDCWD, "t/x"));
        close(open("t/x", O_RDONLY));
        show("ignored");
        int f = open("t/x", O_WRONLY);
        write(f, "x", 1);
        close(f);
        close(open("t/x", O_RDONLY));
        show("ignored until modified");
        char small[10];
        close(open("t/x", O_RDONLY));
        P(read(fd, small, sizeof small));
        int bytes = 0;
        P(ioctl(fd, FIONREAD, &bytes));
        printf("bytes %d\n", bytes);
        P(lseek(fd, 0, SEEK_SET));
        P(pread(fd, small, 1, 0));
        struct stat st;
        P(fstat(fd, &st));
        unlink("t/x");
        show("the rest");
        close(fd);
    }
    permission();
    overflow();
    rmdir("t");
    return 0;
}
