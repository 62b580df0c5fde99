/* /proc/locks: what the process itself holds, on a file of its own. */
#include "t.h"
#include <sys/sysmacros.h>
static struct stat st;
static void show(const char *what) {
    char line[256];
    FILE *f = fopen("/proc/locks", "r");
    printf("%s\n", what);
    for (int write = 0; write < 2; write++, rewind(f)) while (fgets(line, sizeof line, f)) {
        char *rest = strchr(line, ':') + 2, kind[16], how[16], type[16], end[32];
        int pid;
        unsigned major_, minor_;
        unsigned long ino;
        long start;
        if (sscanf(rest, "%15s %15s %15s %d %x:%x:%lu %ld %31s", kind, how, type, &pid, &major_, &minor_, &ino, &start, end) != 9) continue;
        if (*type == "RW"[write] && ino == st.st_ino && major_ == major(st.st_dev) && minor_ == minor(st.st_dev))
            printf("  %.17s%s pid %s %ld %s\n", rest, type, pid == getpid() ? "mine" : pid < 0 ? "none" : "other", start, end);
    }
    fclose(f);
}
int main(void) {
    /* A tmpfs, whose device is what /proc/locks says on every host. */
    char name[] = "/dev/shm/locks-XXXXXX";
    int fd = mkstemp(name);
    if (fd < 0) return 77;
    fstat(fd, &st);
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 5};
    P(fcntl(fd, F_SETLK, &l));
    show("write lock");
    l.l_type = F_RDLCK, l.l_start = 100, l.l_len = 0;
    P(fcntl(fd, F_SETLK, &l));
    show("and read lock");
    P(flock(fd, LOCK_SH));
    show("and flock");
    l.l_type = F_UNLCK, l.l_start = 0;
    P(fcntl(fd, F_SETLK, &l));
    P(flock(fd, LOCK_UN));
    l.l_type = F_WRLCK;
    P(fcntl(fd, F_OFD_SETLK, &l));
    show("of the open file");
    close(fd);
    fd = open(name, O_RDONLY);
    P(fcntl(fd, F_SETLEASE, F_RDLCK));
    show("lease");
    unlink(name);
    return 0;
}
