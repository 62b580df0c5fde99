#include "t.h"
#include <sys/uio.h>
#include <sys/prctl.h>
#define PG 4096
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW (PROT_READ | PROT_WRITE)
static char *map(long pages) { return mmap(NULL, pages * PG, RW, ANON, -1, 0); }
static void lines(const char *what, char *from, char *to) {
    FILE *f = fopen("/proc/self/maps", "r");
    char line[400];
    printf("%s:", what);
    while (fgets(line, sizeof line, f)) {
        unsigned long a, b; char perm[8];
        sscanf(line, "%lx-%lx %7s", &a, &b, perm);
        if (a >= (unsigned long)from && b <= (unsigned long)to) printf(" %ld-%ld %s", (a - (long)from) / PG, (b - (long)from) / PG, perm);
    }
    puts("");
    fclose(f);
}
static void *thread(void *x) { char b[100000]; memset(b, 1, sizeof b); return (void *)(long)b[50000]; }
int main(void) {
    char *arena = mmap(NULL, 64 * PG, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
    mprotect(arena + 4 * PG, 4 * PG, RW);
    mprotect(arena + 8 * PG, 4 * PG, RW);
    mmap(arena + 20 * PG, 2 * PG, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    munmap(arena + 30 * PG, 2 * PG);
    lines("arena", arena, arena + 64 * PG);
    P(mremap(arena + 4 * PG, 12 * PG, 4 * PG, 0) == arena + 4 * PG);
    lines("shrunk", arena, arena + 64 * PG);
    char *d = map(4);
    strcpy(d, "moved");
    char *k = mremap(d, 4 * PG, 4 * PG, MREMAP_MAYMOVE | 4, NULL);
    P(k != MAP_FAILED && k != d);
    puts(k);
    P(d[0]);
    char *w = map(2), *n = map(2);
    strcpy(w, "wiped"); strcpy(n, "x");
    P(madvise(w, PG, 18));
    P(madvise(n, PG, MADV_DONTFORK));
    unsigned char v;
    if (fork() == 0) { P(w[0]); P(mincore(n, PG, &v)); P(mincore(n + PG, PG, &v)); fflush(stdout); _exit(0); }
    wait(NULL);
    for (int a = 0; a <= 25; a++) { char *m = map(1); m[0] = 7; errno = 0; int r = madvise(m, PG, a); printf("madvise %d = %d %s, %d\n", a, r, r ? strerror(errno) : "", a == 8 ? 0 : m[0]); munmap(m, PG); }
    P(madvise(arena, 63 * PG, MADV_WILLNEED));
    P(madvise(arena + 1, PG, MADV_NORMAL));
    struct iovec l[2] = {{d, 3}, {d + 10, 4}}, r[1] = {{k, 7}};
    P(process_vm_readv(getpid(), l, 2, r, 1, 0));
    P(process_vm_readv(999999, l, 2, r, 1, 0));
    P(process_vm_writev(getpid(), l, 2, r, 1, 1));
    r[0].iov_base = (void *)16;
    P(process_vm_writev(getpid(), l, 2, r, 1, 0));
    struct rlimit rl = {65536, 65536};
    P(mlockall(0));
    P(mlock2(d, PG, 0x10) );
    P(munlockall());
    P(mprotect(d, PG, PROT_READ | 0x1000000 | 0x2000000));
    P(mprotect(d, PG, PROT_READ | 0x1000000));
    P(mmap(NULL, PG, RW, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
    P(mmap(NULL, PG, RW, MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
    P(mmap(d + 1, PG, RW, ANON, -1, 0) != MAP_FAILED);
    P(mmap((void *)0x7ffffffff000, PG, RW, ANON | MAP_FIXED, -1, 0) == MAP_FAILED ? -1 : 0);
    P(mmap(NULL, PG, RW, ANON | MAP_SHARED_VALIDATE, -1, PG - 1) == MAP_FAILED ? -1 : 0);
    long b32 = (long)mmap(NULL, PG, RW, ANON | MAP_32BIT, -1, 0);
    P(b32 > 0 && b32 < 0x80000000L);
    char *populated = mmap(NULL, 8 * PG, RW, ANON | MAP_POPULATE, -1, 0);
    unsigned char vec[8];
    P(mincore(populated, 8 * PG, vec));
    printf("%d %d\n", vec[0] & 1, vec[7] & 1);
    char *vast = mmap(NULL, 1L << 42, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
    P(vast != MAP_FAILED);
    P(mmap(vast + (1L << 41), 16 * PG, RW, ANON | MAP_FIXED, -1, 0) == vast + (1L << 41));
    vast[(1L << 41) + PG] = 1;
    P(madvise(vast + (1L << 41), 16 * PG, MADV_DONTNEED));
    P(vast[(1L << 41) + PG]);
    P(munmap(vast, 1L << 42));
    pthread_t t[20]; void *got; long sum = 0;
    for (int i = 0; i < 20; i++) pthread_create(&t[i], NULL, thread, NULL);
    for (int i = 0; i < 20; i++) { pthread_join(t[i], &got); sum += (long)got; }
    P(sum);
    int mf = memfd_create("name", MFD_CLOEXEC), fd2;
    P(write(mf, "0123456789", 10));
    P(lseek(mf, 5, SEEK_SET));
    char c = 0; P(read(mf, &c, 1)); printf("%c\n", c);
    P(ftruncate(mf, 1 << 20));
    P(lseek(mf, 0, SEEK_HOLE)); P(lseek(mf, 8192, SEEK_DATA));
    struct stat st; fstat(mf, &st);
    printf("%o %ld %ld %d\n", st.st_mode, (long)st.st_size, (long)st.st_blocks, (int)st.st_nlink);
    P(fallocate(mf, 0, 0, 16384)); fstat(mf, &st); printf("%ld\n", (long)st.st_blocks);
    P(fallocate(mf, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 8192)); fstat(mf, &st); printf("%ld\n", (long)st.st_blocks);
    char link[100] = ""; char path[50]; sprintf(path, "/proc/self/fd/%d", mf);
    P(readlink(path, link, 99)); puts(link);
    fd2 = open(path, O_RDONLY); P(fd2 >= 0); P(write(fd2, "x", 1));
    P(memfd_create("y", 0x1000)); P(memfd_create(NULL, 0));
    char longname[300]; memset(longname, 'a', 299); longname[299] = 0; P(memfd_create(longname, 0));
    P(prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, d, PG, "name") <= 0);
    setrlimit(RLIMIT_DATA, &rl);
    P(sbrk(1 << 20) == (void *)-1 ? -1 : 0);
    P(map(100) == MAP_FAILED ? -1 : 0);
    P(mmap(NULL, 100 * PG, PROT_READ, ANON, -1, 0) != MAP_FAILED);
    return 0;
}
