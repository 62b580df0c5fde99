#include "t.h"
#include <elf.h>
#include <sys/procfs.h>
/* A core file: its name, its bit in the wait status, its notes, its memory; and no file where none is allowed. */
static char marker[] = "find me in the core";
static void *thread(void *p) { for (;;) pause(); }
static int count(int *types, int n, int t) { int c = 0; for (int i = 0; i < n; i++) c += types[i] == t; return c; }
static void look(const char *name, pid_t pid) {
    struct stat st;
    int fd = open(name, O_RDONLY);
    if (fd < 0 || fstat(fd, &st) < 0) { printf("no core\n"); return; }
    char *m = mmap(0, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    Elf64_Ehdr *e = (void *) m;
    Elf64_Phdr *ph = (void *) (m + e->e_phoff);
    int types[64], n = 0, found = 0, first = 0;
    printf("type %d machine %d mode %o\n", e->e_type, e->e_machine, st.st_mode & 07777);
    for (int i = 0; i < e->e_phnum; i++) {
        if (ph[i].p_type == PT_NOTE) {
            for (char *p = m + ph[i].p_offset, *end = p + ph[i].p_filesz; p < end && n < 64;) {
                Elf64_Nhdr *h = (void *) p;
                char *d = p + sizeof *h + ((h->n_namesz + 3) & ~3);
                types[n++] = h->n_type;
                if (h->n_type == NT_PRSTATUS && !first++) printf("first: sig %d pid %d\n", ((struct elf_prstatus *) d)->pr_cursig, ((struct elf_prstatus *) d)->pr_pid == pid);
                if (h->n_type == NT_PRPSINFO) printf("fname %s\n", ((struct elf_prpsinfo *) d)->pr_fname);
                if (h->n_type == NT_SIGINFO) printf("siginfo %d\n", *(int *) d);
                p = d + ((h->n_descsz + 3) & ~3);
            }
        } else if (ph[i].p_type == PT_LOAD) {
            unsigned long a = (unsigned long) marker;
            if (a >= ph[i].p_vaddr && a < ph[i].p_vaddr + ph[i].p_filesz) found = !strcmp(m + ph[i].p_offset + a - ph[i].p_vaddr, marker);
        }
    }
    printf("prstatus %d psinfo %d auxv %d file %d fp %d xstate %d memory %d\n", count(types, n, NT_PRSTATUS), count(types, n, NT_PRPSINFO), count(types, n, NT_AUXV),
        count(types, n, NT_FILE), count(types, n, NT_FPREGSET), count(types, n, NT_X86_XSTATE), found);
    unlink(name);
}
static void run(int threads, int how) {
    int s;
    pid_t p = fork();
    if (p == 0) {
        for (int i = 0; i < threads; i++) { pthread_t t; pthread_create(&t, 0, thread, 0); }
        usleep(20000);
        if (how == 0) abort();
        if (how == 1) *(volatile int *) 8 = 1;
        for (;;) pause();
    }
    if (how == 2) { usleep(50000); kill(p, SIGQUIT); }
    if (how == 3) { usleep(50000); kill(p, SIGTERM); }
    waitpid(p, &s, 0);
    printf("signal %d dumped %d\n", WTERMSIG(s), !!WCOREDUMP(s));
    char name[64]; snprintf(name, sizeof name, "core.%d", p);
    look(access("core", F_OK) == 0 ? "core" : name, p);
}
int main(void) {
    char pattern[200] = "";
    int fd = open("/proc/sys/kernel/core_pattern", O_RDONLY);
    if (fd >= 0) read(fd, pattern, sizeof pattern - 1);
    if (strcmp(pattern, "core\n")) { printf("core_pattern is not \"core\": nothing to compare\n"); return 0; }
    struct rlimit l = {RLIM_INFINITY, RLIM_INFINITY}, none = {0, RLIM_INFINITY};
    getrlimit(RLIMIT_CORE, &l);
    l.rlim_cur = l.rlim_max;
    if (l.rlim_max != RLIM_INFINITY) { printf("core files are limited: nothing to compare\n"); return 0; }
    setrlimit(RLIMIT_CORE, &l);
    run(0, 0); run(2, 0); run(1, 1); run(0, 2); run(0, 3);
    setrlimit(RLIMIT_CORE, &none);
    run(0, 0);
    setrlimit(RLIMIT_CORE, &l);
    prctl(PR_SET_DUMPABLE, 0);
    run(0, 0);
    return 0;
}
