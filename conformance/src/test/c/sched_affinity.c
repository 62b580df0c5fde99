/* sched_setaffinity(2): a thread runs where it is told to, and so do its children, its threads and the programs they execute. */
#include "t.h"
#include <sched.h>
static int here(int cpu) {
    for (int i = 0; i < 200; i++) {
        unsigned c = 99;
        if (sched_getcpu() != cpu) return 0;
        if (syscall(SYS_getcpu, &c, 0, 0) || c != cpu) return 0;
        if (i % 50 == 0) nap(1);
    }
    return 1;
}
static int only(pid_t pid, int cpu) {
    cpu_set_t s;
    CPU_ZERO(&s);
    CPU_SET(cpu, &s);
    return sched_setaffinity(pid, sizeof s, &s);
}
static void *thread(void *cpu) { return (void *)(long)here(*(int *)cpu); }
int main(int argc, char **argv) {
    cpu_set_t all;
    if (argc > 1) {
        int cpu = atoi(argv[1]);
        sched_getaffinity(0, sizeof all, &all);
        return CPU_COUNT(&all) == 1 && CPU_ISSET(cpu, &all) && here(cpu);
    }
    MUST(sched_getaffinity(0, sizeof all, &all));
    for (int cpu = 0, n = 0; cpu < CPU_SETSIZE && n < 4; cpu++) {
        if (!CPU_ISSET(cpu, &all)) continue;
        n++;
        int ok = only(0, cpu) == 0 && here(cpu), status;
        pthread_t t;
        void *r = 0;
        pthread_create(&t, 0, thread, &cpu);
        pthread_join(t, &r);
        ok &= r != 0;
        pid_t pid = fork();
        if (pid == 0) _exit(here(cpu));
        waitpid(pid, &status, 0);
        ok &= WEXITSTATUS(status) == 1;
        pid = fork();
        if (pid == 0) {
            char text[16];
            sprintf(text, "%d", cpu);
            execl("/proc/self/exe", "x", text, NULL);
            _exit(9);
        }
        waitpid(pid, &status, 0);
        ok &= WEXITSTATUS(status) == 1;
        int p[2];
        pipe(p);
        MUST(sched_setaffinity(0, sizeof all, &all));
        pid = fork();
        if (pid == 0) {
            char c;
            read(p[0], &c, 1);
            _exit(here(cpu));
        }
        ok &= only(pid, cpu) == 0;
        write(p[1], "x", 1);
        waitpid(pid, &status, 0);
        ok &= WEXITSTATUS(status) == 1;
        if (n < 3) printf("processor %d: %d\n", n, ok);
        fflush(stdout);
        MUST(sched_setaffinity(0, sizeof all, &all));
    }
    cpu_set_t none;
    CPU_ZERO(&none);
    P(sched_setaffinity(0, sizeof none, &none));
    return 0;
}
