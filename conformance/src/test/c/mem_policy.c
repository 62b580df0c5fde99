#include "t.h"
/* NUMA memory policy, with node 0 only: set_mempolicy(2), get_mempolicy(2), mbind(2), set_mempolicy_home_node(2), move_pages(2), migrate_pages(2). */
enum { DEFAULT, PREFERRED, BIND, INTERLEAVE, LOCAL, MANY };
#define STATIC (1 << 15)
#define RELATIVE (1 << 14)
#define set(mode, mask, max) syscall(SYS_set_mempolicy, mode, mask, max)
#define get(mode, mask, max, addr, flags) syscall(SYS_get_mempolicy, mode, mask, max, addr, flags)
#define bind_(a, n, mode, mask, max, flags) syscall(SYS_mbind, a, n, mode, mask, max, flags)
#define home(a, n, node, flags) syscall(450, a, n, node, flags)
#define NONE ((void *)0)

static unsigned long node0 = 1, zero, other = 1UL << 40, long_mask[64];

static void show(const char *what, void *address, int flags) {
    int mode = -1;
    unsigned long mask[16] = {0};
    long r = get(&mode, mask, 1024, address, flags);
    printf("%s: %ld mode %d mask %lu %lu\n", what, r, mode & ~0xe000, mask[0], mask[1]);
    printf("  flags %x\n", mode & 0xe000);
    fflush(stdout);
}

static void task(void) {
    int mode;
    show("at first", NULL, 0);
    P(set(BIND, &node0, 64));
    show("bind", NULL, 0);
    P(set(PREFERRED, &node0, 64));
    show("preferred", NULL, 0);
    P(set(PREFERRED, NONE, 0));
    show("preferred without nodes", NULL, 0);
    P(set(INTERLEAVE | STATIC, &node0, 64));
    show("interleave", NULL, 0);
    P(get(&mode, NULL, 0, NULL, 1));
    P(mode);
    P(set(LOCAL, NONE, 0));
    show("local", NULL, 0);
    P(get(&mode, NULL, 0, NULL, 1));
    P(set(MANY | RELATIVE, &node0, 64));
    pid_t p = fork();
    if (p == 0) {
        show("in a child", NULL, 0);
        _exit(0);
    }
    waitpid(p, NULL, 0);
    P(set(DEFAULT, NONE, 0));
    show("default", NULL, 0);
    P(set(BIND, &zero, 64));
    P(set(BIND, NONE, 0));
    P(set(BIND, NONE, 64));
    P(set(BIND, &node0, 1));
    P(set(BIND, &node0, 2));
    P(set(DEFAULT, &node0, 64));
    P(set(LOCAL, &node0, 64));
    P(set(BIND, &other, 64));
    P(set(BIND, (void *)8, 64));
    P(set(BIND, long_mask, 4096 * 8 + 2));
    P(set(7, &node0, 64));
    P(set(-1, &node0, 64));
    P(set(BIND | STATIC | RELATIVE, &node0, 64));
    P(set(PREFERRED | STATIC, NONE, 0));
    P(set(INTERLEAVE | 1 << 13, &node0, 64));
    P(set(DEFAULT, NONE, 0));
    show("allowed", NULL, 4);
    P(get(&mode, long_mask, 0, NULL, 0));
    P(get(&mode, NULL, 0, NULL, 8));
    P(get(&mode, NULL, 0, NULL, 5));
    P(get(&mode, NULL, 0, (void *)4096, 0));
    P(get(&mode, NULL, 0, NULL, 2));
    P(get((void *)8, NULL, 0, NULL, 0));
    P(get(&mode, (void *)8, 64, NULL, 0));
}

static void memory(void) {
    char *m = mmap(NULL, 8 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int mode = -1;
    show("no policy", m, 2);
    P(bind_(m + 4096, 4096, BIND, &node0, 64, 0));
    show("before", m, 2);
    show("within", m + 4096, 2);
    show("behind", m + 8192, 2);
    *m = 1;
    P(get(&mode, NULL, 0, m, 3));
    P(mode);
    P(home(m + 4096, 4096, 0, 0));
    P(home(m + 4096, 4096, 1000, 0));
    P(home(m + 4096, 4096, 0, 1));
    P(home(m + 4097, 4096, 0, 0));
    P(home(m, 4096, 0, 0));
    P(home(m, 0, 0, 0));
    P(bind_(m, 4096, PREFERRED, &node0, 64, 0));
    P(home(m, 4096, 0, 0));
    P(bind_(m + 1, 4096, BIND, &node0, 64, 0));
    P(bind_(m, 4096, BIND, &node0, 64, 8));
    P(bind_(m, 4096, BIND, &zero, 64, 0));
    P(bind_(m, 4096, 7, &node0, 64, 0));
    P(bind_(m, -4096, BIND, &node0, 64, 0));
    P(bind_(m, 0, BIND, &node0, 64, 0));
    P(bind_(m, 4096, BIND, &node0, 64, 3));
    P(munmap(m + 5 * 4096, 4096));
    P(bind_(m + 4 * 4096, 3 * 4096, BIND, &node0, 64, 0));
    P(bind_((void *)0x10000, 4096, BIND, &node0, 64, 0));
    P(bind_(m, 8192, DEFAULT, NONE, 0, 0));
    show("back", m + 4096, 2);
}

static void pages(void) {
    char *m = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void *list[4] = {m, m + 4096, (void *)0x10000, m + 8192};
    int nodes[4] = {0, 0, 0, 0}, status[4];
    m[0] = m[8192] = 1;
    P(syscall(SYS_move_pages, 0, 4L, list, NULL, status, 2));
    printf("%d %d %d %d\n", status[0], status[1], status[2], status[3]);
    nodes[1] = 1000;
    P(syscall(SYS_move_pages, 0, 2L, list, nodes, status, 2));
    P(syscall(SYS_move_pages, 0, 2L, list, NULL, status, 1));
    P(syscall(SYS_move_pages, 0x3fffff, 2L, list, NULL, status, 2));
    P(syscall(SYS_move_pages, 0, 2L, 8L, NULL, status, 2));
    P(syscall(SYS_move_pages, 0, 2L, list, NULL, 8L, 2));
    P(syscall(SYS_move_pages, 0, 0L, NULL, NULL, NULL, 2));
    P(syscall(SYS_migrate_pages, 0, 64, &node0, &node0));
    P(syscall(SYS_migrate_pages, 0x3fffff, 64, &node0, &node0));
    P(syscall(SYS_migrate_pages, 0, 64, &node0, &zero));
    P(syscall(SYS_migrate_pages, 0, 64, 8, &node0));
}

int main(void) {
    NEEDS(get(NULL, NULL, 0, NULL, 0));
    unsigned long allowed[16] = {0};
    get(NULL, allowed, 1024, NULL, 4);
    if (allowed[0] != 1) return 77;
    task();
    memory();
    pages();
    return 0;
}
