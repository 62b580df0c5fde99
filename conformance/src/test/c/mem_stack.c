#include "t.h"
#include <alloca.h>
static long depth(long n) { volatile char b[16000]; b[100] = n; return n ? 1 + depth(n - 1) + b[100] * 0 : 0; }
static void *runs(void *n) { return (void *)depth((long)n); }
static void stack_vma(void) {
    FILE *f = fopen("/proc/self/maps", "r");
    char line[400];
    while (fgets(line, sizeof line, f))
        if (strstr(line, "[stack]")) {
            unsigned long a, b; char perm[8];
            sscanf(line, "%lx-%lx %7s", &a, &b, perm);
            printf("stack %s, %s than 1 MiB, here inside %d\n", perm, b - a > 1 << 20 ? "more" : "less", (unsigned long)&f >= a && (unsigned long)&f < b);
        }
    fclose(f);
}
static void child(const char *what, long limit, long n) {
    struct rlimit r = {limit, limit};
    fflush(stdout);
    if (fork() == 0) {
        if (limit) setrlimit(RLIMIT_STACK, &r);
        printf("%s %ld\n", what, depth(n)); fflush(stdout); _exit(0);
    }
    int st; wait(&st); show_status(what, st);
}
int main(int argc, char **argv) {
    struct rlimit core = {0, 0};
    setrlimit(RLIMIT_CORE, &core);
    if (argc > 1) { printf("%ld\n", depth(atol(argv[1]))); return 0; }
    stack_vma();
    P(depth(400));
    stack_vma();
    child("within 8 MiB", 0, 450);
    child("beyond 8 MiB", 0, 700);
    child("raised", 32 << 20, 1500);
    child("raised, beyond", 32 << 20, 3000);
    struct rlimit r;
    getrlimit(RLIMIT_STACK, &r);
    int st;
    char *self = "/proc/self/exe", *a[] = {"x", "100", NULL}, *b[] = {"x", "1500", NULL}, *c[] = {"x", "4500", NULL};
    for (int i = 0; i < 4; i++) {
        fflush(stdout);
        if (fork() == 0) {
            r.rlim_cur = i == 0 ? 1 << 20 : i == 1 ? 1 << 20 : i == 2 ? 64 << 20 : RLIM_INFINITY;
            if (r.rlim_max != RLIM_INFINITY && i == 3) r.rlim_cur = r.rlim_max;
            setrlimit(RLIMIT_STACK, &r);
            execv(self, i == 0 ? b : i == 1 ? a : i == 2 ? b : c);
            _exit(9);
        }
        wait(&st);
        show_status("exec with limit", st);
    }
    char *g = mmap(NULL, 64 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(g, 64 * 4096);
    char *low = mmap(g + 60 * 4096, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
    P(low == g + 60 * 4096);
    low[0] = 1;
    char *here = alloca(3 << 20);
    memset(here, 5, 3 << 20);
    P(here[1 << 20]);
    unsigned char v[4];
    P(mincore((void *)((unsigned long)here & -4096L), 4096, v));
    P(v[0] & 1);
    P(mprotect((void *)((unsigned long)here & -4096L), 4096, PROT_READ | PROT_WRITE));
    pthread_t t; void *res; pthread_attr_t at;
    pthread_attr_init(&at); pthread_attr_setstacksize(&at, 20 << 20);
    pthread_create(&t, &at, runs, (void *)1000L); pthread_join(t, &res); P(res);
    void *sa; size_t sz; pthread_attr_t mine;
    pthread_getattr_np(pthread_self(), &mine); pthread_attr_getstack(&mine, &sa, &sz);
    P((char *)sa < (char *)&t && (char *)sa + sz > (char *)&t);
    P(sz > 1 << 20);
    return 0;
}
