#include "t.h"
/* Mapping counts as reading, where reading changes a time stamp; writing through a mapping is told by msync(2) at the latest. */
static void times(void) {
    struct stat a, b; char c; struct timespec old[2] = {{1000, 0}, {2000, 0}};
    int fd = open("t", O_CREAT | O_RDWR, 0600);
    MUST(ftruncate(fd, 4096)); MUST(futimens(fd, old)); pread(fd, &c, 1, 0); fstat(fd, &a);
    int reads = a.st_atime != 1000;
    MUST(futimens(fd, old)); char *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0); fstat(fd, &a);
    printf("as reading: %d\n", (a.st_atime != 1000) == reads);
    *m = 1; MUST(msync(m, 4096, MS_SYNC)); fstat(fd, &b);
    printf("modified %d changed %d\n", b.st_mtime != 2000, b.st_ctim.tv_sec > a.st_ctim.tv_sec || b.st_ctim.tv_nsec >= a.st_ctim.tv_nsec);
    munmap(m, 4096); close(fd); unlink("t");
}
int main(void) {
    times();
    int fd = open("f", O_CREAT | O_RDWR, 0600);
    MUST(ftruncate(fd, 10000));
    char *s = mmap(NULL, 10000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *p = mmap(NULL, 10000, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    strcpy(s, "shared");
    char buf[16] = "";
    P(pread(fd, buf, 7, 0));
    puts(buf);
    puts(p);
    strcpy(p + 4096, "private");
    P(pread(fd, buf, 7, 4096));
    printf("%d\n", buf[0]);
    P(pwrite(fd, "written", 8, 8192));
    puts(s + 8192);
    puts(p + 8192);
    if (fork() == 0) { strcpy(s, "from child"); strcpy(p, "no"); _exit(0); }
    wait(NULL);
    puts(s);
    P(msync(s, 10000, MS_SYNC));
    P(msync(s + 1, 100, MS_SYNC));
    P(munmap(s, 10000));
    P(munmap(p + 4096, 4096));
    P(mmap(NULL, 0, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0);
    P(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 5) == MAP_FAILED ? -1 : 0);
    P(mmap(NULL, 4096, PROT_READ, 0, fd, 0) == MAP_FAILED ? -1 : 0);
    P(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 99, 0) == MAP_FAILED ? -1 : 0);
    P(mmap((void *)4096, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, -1) == MAP_FAILED);
    int ro = open("f", O_RDONLY);
    P(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, ro, 0) == MAP_FAILED ? -1 : 0);
    P(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, ro, 0) != MAP_FAILED);
    int wo = open("f", O_WRONLY);
    P(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, wo, 0) == MAP_FAILED ? -1 : 0);
    int z = open("/dev/zero", O_RDWR);
    char *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, z, 0);
    P(m != MAP_FAILED && m[0] == 0);
    int mf = memfd_create("x", MFD_ALLOW_SEALING);
    P(ftruncate(mf, 4096));
    char *q = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, mf, 0);
    strcpy(q, "memfd");
    P(read(mf, buf, 6));
    puts(buf);
    P(fcntl(mf, F_ADD_SEALS, F_SEAL_WRITE));
    munmap(q, 4096);
    P(fcntl(mf, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK));
    P(write(mf, "x", 1));
    P(ftruncate(mf, 0));
    P(fcntl(mf, F_GET_SEALS));
    ftruncate(fd, 3);
    puts(p);
    return 0;
}
