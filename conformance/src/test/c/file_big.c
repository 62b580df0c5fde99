#include "t.h"
/* A file of many megabytes, written and read in pieces, mapped while it grows, cut and punched, with buffers that end in bad addresses, and cut while others read. */
#define MIB (1L << 20)
#define SIZE (16 * MIB)

static unsigned char *model, *back;
static long size;
static int fd;

static void fill(unsigned char *to, long n, unsigned seed) {
    for (long i = 0; i < n; i++) to[i] = (seed = seed * 1103515245 + 12345) >> 16;
}

static void check(const char *what) {
    struct stat st;
    MUST(fstat(fd, &st));
    long got = 0, n;
    while ((n = pread(fd, back + got, 300000, got)) > 0) got += n;
    printf("%s: size %ld, read %ld, %s\n", what, (long)st.st_size, got,
           got == size && !memcmp(back, model, size) ? "same" : "DIFFERENT");
    fflush(stdout);
}

static void put(long at, long n, unsigned seed) {
    fill(model + at, n, seed);
    if (pwrite(fd, model + at, n, at) != n) printf("short write at %ld\n", at);
    if (at + n > size) size = at + n;
}

static void pieces(long piece, const char *what) {
    MUST(ftruncate(fd, 0));
    memset(model, 0, SIZE);
    size = 0;
    for (long at = 0; at + piece <= 11 * MIB; at += piece) put(at, piece, at);
    check(what);
}

static void mapped(void) {
    unsigned char *map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    unsigned char *mine = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    printf("map %d\n", !memcmp(map, model, size));
    for (long at = 0; at < size; at += 700000) map[at] = model[at] = at >> 12, mine[at + 1] = 1;
    check("written through the map");
    put(5 * MIB + 17, 3 * MIB, 77);
    printf("map after write %d\n", !memcmp(map, model, size));
    put(size, 2 * MIB, 78);
    printf("map after growth %d\n", !memcmp(map, model, size));
    printf("private %d %d\n", mine[700001], mine[0] == model[0]);
    MUST(ftruncate(fd, 7 * MIB + 5));
    memset(model + 7 * MIB + 5, 0, SIZE - 7 * MIB - 5);
    size = 12 * MIB;
    MUST(ftruncate(fd, size));
    printf("map after cut %d\n", !memcmp(map, model, size));
    check("cut and grown");
    fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 2 * MIB + 4096, 3 * MIB);
    memset(model + 2 * MIB + 4096, 0, 3 * MIB);
    printf("map after hole %d\n", !memcmp(map, model, size));
    check("hole");
    if (fork() == 0) {
        memset(map + 6 * MIB, 9, MIB);
        _exit(0);
    }
    wait(NULL);
    memset(model + 6 * MIB, 9, MIB);
    check("written by a child");
    MUST(munmap(map, SIZE));
    MUST(munmap(mine, SIZE));
}

/* What moves before the bad address is the kernel's choice; that it moves rightly is not. */
static void faults(void) {
    char *buf = mmap(NULL, 2 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(mprotect(buf + MIB, MIB, PROT_NONE));
    fill((unsigned char *)buf, MIB, 5);
    long at = size;
    long n = pwrite(fd, buf + MIB / 2, 2 * MIB / 2, at);
    printf("half a write %d\n", n > 0 && n <= MIB / 2);
    memcpy(model + at, buf + MIB / 2, n);
    size = at + n;
    check("half written");
    n = pread(fd, buf + MIB / 2, MIB, MIB);
    printf("half a read %d %d\n", n > 0 && n <= MIB / 2, !memcmp(buf + MIB / 2, model + MIB, n));
    P(pwrite(fd, buf + MIB, MIB, 0));
    P(pread(fd, buf + MIB, MIB, 0));
    P(pread(fd, buf, MIB, size));
    check("after faults");
    munmap(buf, 2 * MIB);
}

static volatile int over;
static void *cut(void *arg) {
    for (int i = 0; i < 200; i++) {
        ftruncate(fd, (i % 3) * 5 * MIB + 100);
        ftruncate(fd, 12 * MIB);
    }
    over = 1;
    return arg;
}

/* Only what was written or zeroes may be read. */
static void race(void) {
    pthread_t t;
    MUST(ftruncate(fd, 12 * MIB));
    memset(back, 0x55, MIB);
    for (long at = 0; at < 12 * MIB; at += MIB) pwrite(fd, back, MIB, at);
    MUST(pthread_create(&t, NULL, cut, NULL) ? -1 : 0);
    long bad = 0;
    for (unsigned i = 0; !over; i++) {
        long at = i * 777777L % (12 * MIB);
        long n = pread(fd, model, MIB, at);
        for (long j = 0; j < n; j += 61) bad += model[j] != 0 && model[j] != 0x55;
        if (i % 3 == 0) pwrite(fd, back, 300000, at);
    }
    pthread_join(t, NULL);
    printf("race: %ld bad bytes\n", bad);
}

int main(void) {
    model = calloc(1, SIZE);
    back = malloc(SIZE);
    fd = open("big", O_CREAT | O_RDWR | O_TRUNC, 0600);
    unlink("big");
    pieces(4096, "pages");
    pieces(10000, "odd pieces");
    pieces(MIB, "megabytes");
    pieces(5 * MIB + 1, "big pieces");
    mapped();
    faults();
    P(fcntl(fd, F_SETFL, O_APPEND));
    fill(model + size, MIB, 3);
    P(write(fd, model + size, MIB));
    size += MIB;
    check("appended");
    P(fcntl(fd, F_SETFL, 0));
    struct rlimit limit = {size + 1000, size + 1000};
    signal(SIGXFSZ, SIG_IGN);
    P(setrlimit(RLIMIT_FSIZE, &limit));
    P(pwrite(fd, back, 4096, size));
    P(pwrite(fd, back, 1, size + 1000));
    P(ftruncate(fd, size));
    check("limited");
    race();
    return 0;
}
