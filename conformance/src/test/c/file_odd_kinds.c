/* Calls on descriptors of kinds they are not made for: pidfds, sockets, pipes, eventfds; O_DIRECT where there is none; half-bad buffers. */
#include "t.h"

static char block[64];
static struct iovec one = {block, 8};

static void try_all(const char *what, int fd) {
    struct stat st;
    printf("-- %s\n", what);
    MUST(fstat(fd, &st));
    printf("mode %o\n", st.st_mode);
    P(fchmod(fd, 0600));
    P(futimens(fd, NULL));
    P(lseek(fd, 0, SEEK_SET));
    P(pread(fd, block, 1, 0));
    P(pwrite(fd, block, 1, 0));
    P(preadv(fd, &one, 1, 0));
    P(readahead(fd, 0, 1));
    P(sync_file_range(fd, 0, 0, 7));
    P(writev(fd, &one, 0));
    P(posix_fadvise(fd, 0, 0, 0));
    P(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0);
    P(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0);
}

/* A buffer that ends in the middle of what is to be written. */
static void half_bad(void) {
    char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(page + 4096, 4096);
    struct iovec parts[2] = {{page, 4096}, {(void *)1, 8}}, small[2] = {{page, 100}, {(void *)1, 8}};
    int pipes[2], pair[2];
    MUST(pipe(pipes));
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    P(writev(pipes[1], small, 2));
    P(writev(pipes[1], parts, 2));
    P(write(pipes[1], page + 4000, 200));
    P(writev(pair[0], small, 2));
    int file = memfd_create("half", 0);
    P(write(file, page, 0x7fffffff));
    P(lseek(file, 0, SEEK_END));
}

static void direct(void) {
    MUST(mkfifo("/dev/shm/odd-kinds", 0600));
    P(open("/dev/null", O_DIRECT));
    P(open("/dev/shm/odd-kinds", O_DIRECT | O_RDWR));
    P(open("/proc/self/status", O_DIRECT));
    P(open("/", O_DIRECT));
    unlink("/dev/shm/odd-kinds");
    int pipes[2], root = open("/", O_RDONLY);
    MUST(pipe(pipes));
    P(fcntl(root, F_SETFL, O_DIRECT));
    P(fcntl(pipes[1], F_SETFL, O_DIRECT));
}

int main(void) {
    int pipes[2];
    MUST(pipe(pipes));
    try_all("pidfd", syscall(SYS_pidfd_open, getpid(), 0));
    try_all("socket", socket(AF_UNIX, SOCK_STREAM, 0));
    try_all("pipe", pipes[0]);
    try_all("eventfd", eventfd(0, EFD_NONBLOCK));
    uint64_t two[2] = {1, 1};
    P(write(eventfd(0, 0), two, 16));
    half_bad();
    direct();
    P(chmod("/proc/self/status", 0400));
    P(chmod("/proc/self", 0500));
    return 0;
}
