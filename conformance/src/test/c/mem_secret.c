/* memfd_secret(2): memory that nobody else reads. */
#include "t.h"
#include <sys/ptrace.h>
int main(void) {
    int fd = syscall(447, 0);
    if (fd < 0) return 77;
    P(syscall(447, 1));
    P(syscall(447, O_NONBLOCK));
    int c = syscall(447, O_CLOEXEC);
    P(fcntl(c, F_GETFD));
    P(fcntl(fd, F_GETFD));
    P(fcntl(fd, F_GETFL) & ~O_LARGEFILE);
    char b[8] = "1234567", link[64] = "";
    P(write(fd, b, 4));
    P(read(fd, b, 4));
    P(pread(fd, b, 4, 0));
    P(lseek(fd, 0, SEEK_SET));
    P(ftruncate(fd, 8192));
    P(ftruncate(fd, 4096));
    P(fallocate(fd, 0, 0, 4096));
    P(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    struct stat st;
    P(fstat(fd, &st));
    printf("size %ld mode %o\n", (long)st.st_size, st.st_mode);
    P(mmap(0, 4096, PROT_READ, MAP_PRIVATE, fd, 0));
    char *m = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    P(m != MAP_FAILED);
    strcpy(m, "secret");
    int p[2];
    pipe(p);
    P(write(p[1], m, 7));
    P(read(p[0], b, 7));
    printf("%s\n", b);
    struct iovec l = {b, 7}, r = {m, 7};
    P(process_vm_readv(getpid(), &l, 1, &r, 1, 0));
    P(process_vm_writev(getpid(), &l, 1, &r, 1, 0));
    P(vmsplice(p[1], &r, 1, 0));
    P(munlock(m, 4096));
    P(mlock(m, 4096));
    int mem = open("/proc/self/mem", O_RDWR);
    P(pread(mem, b, 4, (long)m));
    pid_t pid = fork();
    if (pid == 0) {
        strcpy(m, "child");
        kill(getpid(), SIGSTOP);
        _exit(0);
    }
    waitpid(pid, 0, WUNTRACED);
    printf("%s\n", m);
    P(ptrace(PTRACE_ATTACH, pid, 0, 0));
    waitpid(pid, 0, 0);
    P(ptrace(PTRACE_PEEKDATA, pid, m, 0));
    P(ptrace(PTRACE_POKEDATA, pid, m, 0));
    kill(pid, SIGKILL);
    struct rlimit none = {4096, 4096};
    if (geteuid()) {
        setrlimit(RLIMIT_MEMLOCK, &none);
        int e = syscall(447, 0);
        ftruncate(e, 1 << 20);
        P(mmap(0, 1 << 20, PROT_READ, MAP_SHARED, e, 0));
    }
    sprintf(link, "/proc/self/fd/%d", fd);
    int n = readlink(link, b, 7);
    printf("%d %.7s\n", n, b);
    return 0;
}
