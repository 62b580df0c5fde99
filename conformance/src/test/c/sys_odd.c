#include "t.h"
/* Calls that few programs make: sysfs(2), ustat(2), lsm_*(2), the probes' own, and the doors that are shut. */
struct small_ustat { int free; unsigned long inodes; char name[6], pack[6]; };

static void sysfs_and_ustat(void) {
    char name[64];
    long index = syscall(SYS_sysfs, 1, "proc");
    P(index >= 0);
    P(syscall(SYS_sysfs, 2, index, name));
    printf("%s\n", name);
    P(syscall(SYS_sysfs, 3) > index);
    P(syscall(SYS_sysfs, 1, "no such type"));
    P(syscall(SYS_sysfs, 1, 8));
    P(syscall(SYS_sysfs, 2, index, 8));
    P(syscall(SYS_sysfs, 2, 1000, name));
    P(syscall(SYS_sysfs, 4));
    struct stat st;
    struct small_ustat u;
    memset(&u, 0xff, sizeof u);
    MUST(stat("/proc", &st));
    P(syscall(SYS_ustat, st.st_dev, &u));
    printf("%d %lu %d\n", u.free, u.inodes, u.name[0]);
    P(syscall(SYS_ustat, st.st_dev, 8));
    P(syscall(SYS_ustat, 0, &u));
    P(syscall(SYS_ustat, 0xfffff, &u));
}

/* What the modules are called differs from host to host; how they are asked does not. */
static void modules(void) {
    unsigned long ids[64], context[600] = {0};
    unsigned size = 0;
    P(syscall(461, NULL, &size, 0));
    P(size > 0);
    size = sizeof ids;
    long count = syscall(461, ids, &size, 0);
    P(count >= 1 && size == 8 * count);
    int capability = 0;
    for (int i = 0; i < count; i++) capability |= ids[i] == 100;
    P(capability);
    P(syscall(461, ids, &size, 1));
    P(syscall(461, ids, NULL, 0));
    P(syscall(461, 8, &size, 0));
    P(syscall(459, 0, context, &size, 0));
    P(syscall(459, 100, context, NULL, 0));
    P(syscall(459, 100, context, &size, 2));
    P(syscall(460, 100, context, 16, 0));
    P(syscall(460, 100, context, 32, 1));
    P(syscall(460, 100, context, 8192, 0));
    P(syscall(460, 100, 8, 64, 0));
    P(syscall(460, 100, context, 64, 0));
}

static void probes(void) {
    P(syscall(336));
    int st;
    pid_t p = fork();
    if (p == 0) {
        syscall(335);
        _exit(1);
    }
    waitpid(p, &st, 0);
    show_status("uretprobe", st);
}

static void doors(void) {
    P(syscall(SYS_io_uring_enter, 0, 0, 0, 0x80000000, 0, 0));
    P(syscall(SYS_io_uring_enter, 99, 0, 0, 0, 0, 0));
    P(syscall(SYS_io_uring_enter, 0, 0, 0, 0, 0, 0));
    P(syscall(SYS_io_uring_register, 0, 1000, 0, 0));
    P(syscall(SYS_io_uring_register, 99, 0, 0, 0));
    P(syscall(SYS_io_uring_register, 0, 0, 0, 0));
    P(syscall(SYS_io_uring_register, -1, 0, 0, 0));
    P(syscall(SYS_swapon, "/none", -1));
    P(syscall(SYS_swapon, "/none", 0));
    P(syscall(SYS_swapoff, "/none"));
    char attr[128] = {0};
    P(syscall(SYS_perf_event_open, 8, 0, -1, -1, 0));
    P(syscall(SYS_perf_event_open, attr, 0, -1, -1, 0x1000));
    *(int *)(attr + 4) = 16;
    P(syscall(SYS_perf_event_open, attr, 0, -1, -1, 0));
    *(int *)(attr + 4) = 10000;
    P(syscall(SYS_perf_event_open, attr, 0, -1, -1, 0));
    int gone[] = {156, 174, 177, 178, 180, 181, 182, 183, 184, 185, 205, 211, 212, 214, 215, 236};
    for (int i = 0; i < sizeof gone / sizeof *gone; i++) P(syscall(gone[i], 0, 0, 0));
}

int main(void) {
    NEEDS(syscall(SYS_io_uring_enter, -1, 0, 0, 0, 0, 0));
    NEEDS(syscall(SYS_perf_event_open, 8, 0, -1, -1, 0));
    NEEDS(syscall(336));
    sysfs_and_ustat();
    modules();
    probes();
    doors();
    return 0;
}
