#include "t.h"
/* /proc/self/map_files: names, what they lead to, and what is not there. */
int main(void) {
    char name[] = "/tmp/map-files-XXXXXX", path[100], to[200];
    int fd = mkstemp(name);
    ftruncate(fd, 8192);
    char *m = mmap((void *)0x10000000, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
    char *anonymous = mmap((void *)0x20000000, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    int dir = open("/proc/self/map_files", O_RDONLY | O_DIRECTORY);
    P(dir > 0);
    long n = readlinkat(dir, "10000000-10002000", to, sizeof to - 1);
    to[n < 0 ? 0 : n] = 0;
    P(strcmp(to, name));
    struct stat s;
    P(fstatat(dir, "10000000-10002000", &s, AT_SYMLINK_NOFOLLOW));
    printf("%o\n", s.st_mode);
    P(fstatat(dir, ".", &s, 0));
    printf("%o\n", s.st_mode);
    P(readlinkat(dir, "20000000-20001000", to, sizeof to));
    P(readlinkat(dir, "10000000-10001000", to, sizeof to));
    P(readlinkat(dir, "010000000-10002000", to, sizeof to));
    P(readlinkat(dir, "nonsense", to, sizeof to));
    int found = 0, odd = 0;
    DIR *d = fdopendir(dir);
    struct dirent *e;
    while ((e = readdir(d))) {
        found += !strcmp(e->d_name, "10000000-10002000");
        odd += e->d_type != DT_LNK && e->d_name[0] != '.';
    }
    P(found);
    P(odd);
    munmap(m + 4096, 4096);
    P(readlinkat(dirfd(d), "10000000-10002000", to, sizeof to));
    P(readlinkat(dirfd(d), "10000000-10001000", to, sizeof to) > 0);
    unlink(name);
    if (geteuid() == 0) P(openat(dirfd(d), "10000000-10001000", O_RDONLY) > 0);
    return 0;
}
