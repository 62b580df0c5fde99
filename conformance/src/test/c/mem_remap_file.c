/* remap_file_pages(2): pages of a shared mapping in another order, with a file and without. */
#include "t.h"

static char *base;

static void show(const char *what) {
    printf("%s:", what);
    for (int i = 0; i < 4; i++) printf(" %c", base[i * 4096]);
    puts("");
}

static void turn_round(int fd) {
    base = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, fd < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED, fd, 0);
    for (int i = 0; i < 4; i++) base[i * 4096] = 'a' + i;
    show("first");
    for (int i = 0; i < 4; i++) P(remap_file_pages(base + i * 4096, 4096, 0, 3 - i, 0));
    show("turned round");
    base[0] = 'x';
    for (int i = 0; i < 4; i++) P(remap_file_pages(base + i * 4096, 4096, 0, i, 0));
    show("back");
    P(remap_file_pages(base, 4096, PROT_READ, 0, 0));
    P(remap_file_pages(base, 0, 0, 0, 0));
    munmap(base, 4 * 4096);
}

int main(void) {
    turn_round(-1);
    int fd = memfd_create("pages", 0);
    MUST(ftruncate(fd, 4 * 4096));
    turn_round(fd);
    base = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    P(remap_file_pages(base, 4096, 0, 0, 0));
    return 0;
}
