#include "t.h"
/* getrusage(2), wait4(2): the memory of a process, of its children, of programs before execve. */
#define PAGES 4000
static void touch(void) {
    char *m = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(m, PAGES * 4096, MADV_NOHUGEPAGE);
    for (int i = 0; i < PAGES; i++) m[i * 4096] = 1;
    munmap(m, PAGES * 4096);
}
int main(int argc, char **argv) {
    struct rusage before, after;
    if (argc > 1) {
        getrusage(RUSAGE_SELF, &after);
        P(after.ru_minflt >= PAGES);
        return 0;
    }
    P(getrusage(RUSAGE_CHILDREN, &before));
    P(before.ru_maxrss);
    P(before.ru_minflt);
    P(getrusage(2, &before));
    P(getrusage(0, NULL));
    pid_t p = fork();
    if (p == 0) {
        getrusage(RUSAGE_SELF, &before);
        touch();
        getrusage(RUSAGE_SELF, &after);
        P(after.ru_minflt - before.ru_minflt >= PAGES);
        P(after.ru_maxrss - before.ru_maxrss > 8000);
        getrusage(RUSAGE_THREAD, &after);
        P(after.ru_maxrss > 8000);
        _exit(0);
    }
    P(wait4(p, NULL, 0, &after) == p);
    P(after.ru_minflt >= PAGES);
    P(after.ru_maxrss > 8000);
    getrusage(RUSAGE_CHILDREN, &before);
    P(before.ru_minflt >= PAGES && before.ru_minflt < 2 * PAGES);
    P(before.ru_maxrss == after.ru_maxrss);
    for (int i = 0; i < 3; i++) {
        p = fork();
        if (p == 0) {
            if (fork() == 0) {
                touch();
                _exit(0);
            }
            wait(NULL);
            _exit(0);
        }
        wait(NULL);
    }
    getrusage(RUSAGE_CHILDREN, &after);
    P(after.ru_minflt - before.ru_minflt >= 3 * PAGES);
    p = fork();
    if (p == 0) {
        touch();
        execl("/proc/self/exe", "proc_rusage", "again", NULL);
    }
    wait4(p, NULL, 0, &after);
    P(after.ru_minflt >= PAGES);
    P(after.ru_maxrss > 8000);
    return 0;
}
