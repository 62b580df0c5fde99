#include "t.h"
#include <linux/kcmp.h>
#include <sched.h>
/* What a process is told of itself and its kin by less common ways: pagemap and smaps of part of a mapping, kcmp(2) of epoll instances, the last process number of a pid namespace. */
static char *page;
static void present(const char *what, int pages) {
    int fd = open("/proc/self/pagemap", O_RDONLY);
    printf("%s:", what);
    for (int i = 0; i < pages; i++) {
        uint64_t e = 0;
        if (pread(fd, &e, 8, ((uintptr_t) page / 4096 + i) * 8) != 8) printf(" short");
        printf(" %d", (int) (e >> 63));
    }
    printf("\n"); fflush(stdout); close(fd);
}
static void smaps(void *at) {
    char line[512]; unsigned long a, b; int in = 0; FILE *f = fopen("/proc/self/smaps", "r");
    while (fgets(line, sizeof line, f)) {
        long n; char *flags;
        if (sscanf(line, "%lx-%lx ", &a, &b) == 2) in = (uintptr_t) at >= a && (uintptr_t) at < b;
        else if (in && sscanf(line, "Size: %ld kB", &n) == 1) printf("size %ld\n", n);
        else if (in && sscanf(line, "Rss: %ld kB", &n) == 1) printf("rss %ld\n", n);
        else if (in && sscanf(line, "Locked: %ld kB", &n) == 1) printf("locked %ld\n", n);
        else if (in && (flags = strstr(line, "VmFlags:"))) printf("lo %d\n", strstr(flags, " lo") != 0);
    }
    fflush(stdout); fclose(f);
}
static void pages(void) {
    page = mmap(0, 8 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(page, 8 * 4096, MADV_NOHUGEPAGE);
    present("fresh", 4);
    page[4096] = 1; present("one written", 4);
    P(syscall(SYS_mlock2, page + 4096, 2 * 4096, 1)); smaps(page + 4096);
    P(mlock(page + 3 * 4096, 4096)); smaps(page + 3 * 4096); present("one locked", 4);
    P(munlock(page, 8 * 4096));
    int fd = open("/proc/self/pagemap", O_RDONLY); char b[16];
    P(pread(fd, b, 7, 0)); P(pread(fd, b, 8, 3)); P(pread(fd, b, 8, (uintptr_t) 1 << 60)); close(fd);
    char *w = mmap(0, 4096, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    P(madvise(w, 4096, MADV_POPULATE_READ));
    P(madvise(w, 4096, MADV_POPULATE_WRITE));
    P(mlock((void *) 0x7ffffffffffff000, 8));
    P(munlock((void *) 0x7ffffffffffff000, 8));
}
static void epolls(void) {
    int e = epoll_create1(0), p[2], me = getpid(); pipe(p);
    struct epoll_event ev = {.events = EPOLLIN};
    epoll_ctl(e, EPOLL_CTL_ADD, p[0], &ev);
    dup2(p[1], 77); epoll_ctl(e, EPOLL_CTL_ADD, 77, &ev); close(77);
    struct kcmp_epoll_slot s = {.efd = e, .tfd = 77, .toff = 0};
    P(syscall(SYS_kcmp, me, me, KCMP_EPOLL_TFD, p[1], &s));
    s.tfd = p[0]; P(syscall(SYS_kcmp, me, me, KCMP_EPOLL_TFD, p[0], &s)); P(syscall(SYS_kcmp, me, me, KCMP_EPOLL_TFD, p[1], &s) > 0);
    s.toff = 1; P(syscall(SYS_kcmp, me, me, KCMP_EPOLL_TFD, p[0], &s));
    s.toff = 0; s.tfd = 99; P(syscall(SYS_kcmp, me, me, KCMP_EPOLL_TFD, p[0], &s));
    s.efd = p[0]; P(syscall(SYS_kcmp, me, me, KCMP_EPOLL_TFD, p[0], &s));
    P(syscall(SYS_kcmp, me, me, KCMP_EPOLL_TFD, 99, &s));
    P(syscall(SYS_kcmp, me, me, KCMP_EPOLL_TFD, p[0], 8));
}
static int last(void) { char b[128] = ""; int fd = open("/proc/loadavg", O_RDONLY); read(fd, b, 127); close(fd); return atoi(strrchr(b, ' ')); }
static void numbers(void) {
    NEEDS(unshare(CLONE_NEWUSER | CLONE_NEWPID));
    pid_t p = fork();
    if (p == 0) {
        printf("pid %d, last %d\n", getpid(), last());
        if (fork() == 0) _exit(0);
        wait(0); printf("last %d\n", last());
        int fd = open("/proc/sys/kernel/ns_last_pid", O_RDWR);
        P(write(fd, "99", 2)); p = fork(); if (p == 0) _exit(0);
        printf("got %d\n", p); wait(0); P(pwrite(fd, "-1", 2, 0)); fflush(stdout); _exit(0);
    }
    int s; waitpid(p, &s, 0); show_status("init", s);
}
static void uptime(void) {
    double a, b, a0 = 0, b0 = 0; int back = 0;
    for (int i = 0; i < 300; i++) { FILE *f = fopen("/proc/uptime", "r"); fscanf(f, "%lf %lf", &a, &b); fclose(f); back += a < a0 || b < b0; a0 = a; b0 = b; }
    printf("went back %d times\n", back);
}
int main(void) { pages(); epolls(); uptime(); fflush(stdout); numbers(); return 0; }
