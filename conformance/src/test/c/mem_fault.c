#include "t.h"
#include <setjmp.h>
static sigjmp_buf env;
static void on(int sig, siginfo_t *si, void *uc) { siglongjmp(env, sig << 8 | (si->si_code & 0xff)); }
/* What touching an address does: 0, or signal and si_code. */
static void touch(const char *what, volatile char *p, int write) {
    int r = sigsetjmp(env, 1);
    if (!r) { if (write) *p = 1; else (void)*p; }
    printf("%s: signal %d code %d\n", what, r >> 8, r & 0xff);
}
static int file(const char *name, long size) {
    int fd = open(name, O_CREAT | O_RDWR | O_TRUNC, 0600);
    MUST(ftruncate(fd, size));
    return fd;
}
static int deep(int n) { volatile char buf[4000]; buf[0] = n; return n ? deep(n - 1) + buf[0] : 0; }
int main(void) {
    struct sigaction sa = {.sa_sigaction = on, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    stack_t ss = {.ss_sp = malloc(65536), .ss_size = 65536};
    sigaltstack(&ss, NULL);
    sigaction(SIGSEGV, &sa, NULL);
    sigaction(SIGBUS, &sa, NULL);
    int fd = file("f", 5000);
    char *s = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *p = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    touch("inside", s + 4999, 1);
    touch("last page", s + 8000, 1);
    touch("behind the end", s + 8192, 0);
    touch("behind the end, private", p + 8192, 1);
    MUST(ftruncate(fd, 12288));
    touch("grown", s + 8192, 1);
    touch("grown, private", p + 8192, 0);
    touch("still behind", s + 12288, 1);
    strcpy(s, "text");
    strcpy(p + 4096, "own copy");
    MUST(ftruncate(fd, 100));
    puts(s);
    touch("cut off", s + 4096, 0);
    touch("cut off, own copy", p + 4096, 0);
    MUST(ftruncate(fd, 12288));
    touch("grown again", s + 4096, 0);
    P(s[4096] + p[4096]);
    MUST(ftruncate(fd, 2));
    MUST(ftruncate(fd, 10));
    printf("%s\n", s);
    P(mprotect(s, 16384, PROT_READ));
    touch("read only", s, 1);
    touch("read only behind the end", s + 8192, 1);
    MUST(ftruncate(fd, 16384));
    touch("grown, read only", s + 8192, 0);
    touch("grown, read only", s + 8192, 1);
    P(munmap(s, 16384));
    touch("unmapped", s, 0);
    char *a = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(munmap(a + 8192, 16384));
    touch("anonymous", a, 1);
    P(mprotect(a, 4096, PROT_NONE));
    touch("none", a, 0);
    P(mprotect(a, 4096, PROT_READ));
    touch("protected", a, 1);
    P(mprotect(a, 4096, PROT_WRITE));
    touch("write only is readable", a, 0);
    touch("null", NULL, 0);
    touch("kernel", (char *)0xffff800000000000, 0);
    touch("not canonical", (char *)0x1234567800000000, 0);
    P(deep(1000));
    char big[2000000];
    int z = open("/dev/zero", O_RDONLY);
    P(read(z, big, sizeof big));
    P(read(z, (char *)0x1000, 10));
    P(read(z, a + 4096, 8192));
    P(write(open("g", O_CREAT | O_WRONLY, 0600), a + 4000, 8192));
    char *e = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, file("empty", 0), 0);
    touch("empty file", e, 0);
    int x = file("x", 4096);
    char *h = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, x, 0);
    P(pwrite(x, "data behind", 12, 4096));
    puts(h + 4096);
    P(pread(x, h + 4096, 100, 4090));
    P(write(1, h + 8190, 10));
    int y = file("y", 100);
    char *g = mmap(NULL, 40960, PROT_READ | PROT_WRITE, MAP_SHARED, y, 0);
    MUST(ftruncate(y, 40000));
    P(pread(z, g + 8192, 100, 0));
    P(pread(z, g, 40960, 0));
    int pp[2]; pipe(pp);
    P(write(pp[1], "path", 5));
    MUST(ftruncate(y, 0)); MUST(ftruncate(y, 20000));
    P(read(pp[0], g + 16384, 5));
    P(stat(g + 16384, (struct stat *)(g + 12288)));
    P(unlink("x"));
    close(x);
    strcpy(h, "unlinked");
    puts(h);
    return 0;
}
