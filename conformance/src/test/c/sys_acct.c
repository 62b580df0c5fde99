#include "t.h"
#include <sched.h>
#include <sys/acct.h>
/* acct(2), acct(5): its errors, and the records of processes that exit, are killed, or have executed a program. Only root may. And modify_ldt(2), quotactl(2). */
static char name[] = "/tmp/acct-XXXXXX";

static void record(const char *what) {
    static int at;
    struct acct_v3 r;
    int fd = open(name, O_RDONLY);
    for (int i = 0; i < 200 && pread(fd, &r, sizeof r, at * 64) != 64; i++) nap(5);
    close(fd);
    at++;
    time_t now = time(NULL);
    printf("%s: flags %x version %d exit %x uid %d parent %d begun %d elapsed %d comm %.16s\n", what, r.ac_flag & ~ASU, r.ac_version, r.ac_exitcode,
           r.ac_uid, r.ac_ppid == getpid(), now - r.ac_btime < 60 && now >= r.ac_btime, r.ac_etime >= 0 && r.ac_etime < 6000, r.ac_comm);
}

struct desc { unsigned entry, base, limit, bits; };

static void ldt(void) {
    char b[200];
    memset(b, 1, sizeof b);
    struct desc d = {0, 0, 0, 0x28};
    P(syscall(SYS_modify_ldt, 0, b, 64));
    P(syscall(SYS_modify_ldt, 2, b, 200));
    P(b[0] + b[127] + b[128]);
    P(syscall(SYS_modify_ldt, 2, b, 16));
    P((int)syscall(SYS_modify_ldt, 3, b, 16));
    P((int)syscall(SYS_modify_ldt, 1, &d, 15));
    P((int)syscall(SYS_modify_ldt, 0x11, 8, 16));
    P((int)syscall(SYS_modify_ldt, 0x11, &d, 16));
    d.entry = 8192;
    P((int)syscall(SYS_modify_ldt, 0x11, &d, 16));
    d = (struct desc){1, 0, 0, 7};
    P((int)syscall(SYS_modify_ldt, 0x11, &d, 16));
}

static void quota(void) {
#define Q(cmd, type) ((cmd) << 8 | (type))
    P(syscall(SYS_quotactl, Q(0x800001, 0), NULL, 0, NULL));
    P(syscall(SYS_quotactl, Q(0x800004, 0), NULL, 0, NULL));
    P(syscall(SYS_quotactl, Q(0x800001, 3), NULL, 0, NULL));
    P(syscall(SYS_quotactl, Q(0x800004, 0), "/dev/null", 0, NULL));
    P(syscall(SYS_quotactl, Q(0x800004, 0), "/", 0, NULL));
    P(syscall(SYS_quotactl, Q(0x800004, 0), "/nowhere", 0, NULL));
    P(syscall(SYS_quotactl, Q(0x800004, 0), 8, 0, NULL));
    P(syscall(SYS_quotactl_fd, -1, Q(0x800004, 0), 0, NULL));
    P(syscall(SYS_quotactl_fd, 1, Q(0x800004, 3), 0, NULL));
}

/* In a pid namespace of its own: there the records are only ours. */
static int records(void) {
    P(acct("/tmp/acct-nowhere/x"));
    P(acct("/tmp"));
    P(acct("/dev/null"));
    P(acct((void *)8));
    P(acct("/etc/passwd/x"));
    int fd = mkstemp(name);
    close(fd);
    NEEDS(acct(name));
    int status;
    pid_t p = fork();
    if (p == 0) _exit(7);
    waitpid(p, &status, 0);
    record("exited");
    p = fork();
    if (p == 0) raise(SIGTERM);
    waitpid(p, &status, 0);
    record("killed");
    p = vfork();
    if (p == 0) execl("/bin/true", "true", NULL);
    waitpid(p, &status, 0);
    record("program");
    p = fork();
    if (p == 0) {
        setuid(12345);
        P(acct(NULL));
        prctl(PR_SET_NAME, "a very long name indeed");
        _exit(0);
    }
    waitpid(p, &status, 0);
    record("user");
    P(acct(NULL));
    p = fork();
    if (p == 0) _exit(0);
    waitpid(p, &status, 0);
    struct stat s;
    stat(name, &s);
    P(s.st_size);
    return 0;
}

int main(void) {
    if (geteuid()) return 77;
    ldt();
    quota();
    fflush(stdout);
    NEEDS(unshare(CLONE_NEWPID));
    pid_t p = fork();
    if (p == 0) {
        records();
        exit(0);
    }
    waitpid(p, NULL, 0);
    unlink(name);
    return 0;
}
