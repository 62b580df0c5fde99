#include "t.h"
#define N 4
#define ROUNDS 150
static int fd;
static long bad;
static void *work(void *arg) {
    unsigned seed = (long)arg + 1;
    char *maps[16] = {0};
    long pages[16];
    unsigned char mark[16];
    for (int i = 0; i < ROUNDS; i++) {
        int k = rand_r(&seed) % 16;
        if (!maps[k]) {
            pages[k] = 1 + rand_r(&seed) % 8;
            mark[k] = 1 + rand_r(&seed) % 250;
            int shared = rand_r(&seed) % 3 == 0;
            maps[k] = mmap(NULL, pages[k] * 4096, PROT_READ | PROT_WRITE, (shared ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS, -1, 0);
            for (long p = 0; p < pages[k]; p++) {
                if (maps[k][p * 4096] != 0) __sync_fetch_and_add(&bad, 1);
                maps[k][p * 4096] = mark[k];
            }
            continue;
        }
        for (long p = 0; p < pages[k]; p++)
            if ((unsigned char)maps[k][p * 4096] != mark[k]) __sync_fetch_and_add(&bad, 1);
        switch (rand_r(&seed) % 5) {
        case 0: munmap(maps[k], pages[k] * 4096); maps[k] = NULL; break;
        case 1: {
            char *m = mremap(maps[k], pages[k] * 4096, (pages[k] + 3) * 4096, MREMAP_MAYMOVE);
            if (m == MAP_FAILED) break;
            maps[k] = m;
            break;
        }
        case 2:
            mprotect(maps[k], 4096, PROT_READ);
            mprotect(maps[k], 4096, PROT_READ | PROT_WRITE);
            maps[k][1] = 1;
            break;
        case 3:
            if (pages[k] > 1) { munmap(maps[k] + (pages[k] - 1) * 4096, 4096); pages[k]--; }
            break;
        case 4:
            if (rand_r(&seed) % 8 == 0) {
                pid_t p = fork();
                if (p == 0) _exit((unsigned char)maps[k][0] == mark[k] ? 0 : 1);
                int st; waitpid(p, &st, 0);
                if (st) __sync_fetch_and_add(&bad, 1);
            }
            break;
        }
    }
    for (int k = 0; k < 16; k++) if (maps[k]) munmap(maps[k], (pages[k] + 3) * 4096 * 0 + pages[k] * 4096);
    return NULL;
}
int main(void) {
    pthread_t t[N];
    for (long i = 0; i < N; i++) pthread_create(&t[i], NULL, work, (void *)i);
    for (int i = 0; i < N; i++) pthread_join(t[i], NULL);
    printf("bad %ld\n", bad);
    fd = open("t", O_CREAT | O_RDWR, 0600);
    MUST(ftruncate(fd, 1 << 20));
    char *m = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    int p[2]; MUST(pipe(p));
    for (int i = 0; i < 3; i++)
        if (fork() == 0) {
            for (int k = 0; k < 256; k++) __sync_fetch_and_add((int *)(m + k * 4096), 1 + i);
            _exit(0);
        }
    while (wait(NULL) > 0) {}
    int wrong = 0, v;
    for (int k = 0; k < 256; k++) { pread(fd, &v, 4, k * 4096); wrong += v != 6; }
    printf("wrong %d\n", wrong);
    return 0;
}
