#include "t.h"
int main(int c, char **v) {
    int fd = open("shp", O_CREAT | O_RDWR, 0600);
    P(ftruncate(fd, 8192));
    char *m = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0);
    P(m[0]);
    P(mprotect(m, 4096, PROT_READ | PROT_WRITE));
    m[0] = 5;
    char b = 0; P(pread(fd, &b, 1, 0)); P(b);
    char *n = mmap(NULL, 8192, PROT_NONE, MAP_SHARED, fd, 0);
    P(mprotect(n, 4096, PROT_READ | PROT_WRITE)); n[1] = 6; P(m[1]);
    char *a = mmap(NULL, 8192, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    P(mprotect(a, 4096, PROT_READ | PROT_WRITE)); a[1] = 6; P(a[1]);
    int ro = open("shp", O_RDONLY);
    char *r = mmap(NULL, 8192, PROT_READ, MAP_SHARED, ro, 0);
    P(mprotect(r, 4096, PROT_READ | PROT_WRITE));
    P(r[0]);
    return 0;
}
