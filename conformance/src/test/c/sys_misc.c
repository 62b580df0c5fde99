#include "t.h"
#include <sched.h>
#include <sys/personality.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
int main(void) {
    struct utsname u;
    P(uname(&u));
    printf("%s %s\n", u.sysname, u.machine);
    char r[16] = {0}, z[16] = {0};
    P(getrandom(r, 16, 0));
    P(memcmp(r, z, 16) != 0);
    P(getrandom(r, 16, 0x100));
    struct sysinfo si;
    P(sysinfo(&si));
    P(si.totalram > 0 && si.procs > 0 && si.mem_unit > 0);
    cpu_set_t set;
    P(sched_getaffinity(0, sizeof set, &set));
    P(CPU_COUNT(&set) > 0);
    P(sched_yield());
    P(getpagesize());
    P(sysconf(_SC_CLK_TCK));
    P(getauxval(AT_PAGESZ));
    P(getauxval(AT_SECURE));
    P(getauxval(AT_RANDOM) != 0);
    P(getauxval(AT_SYSINFO_EHDR) != 0);
    P(getauxval(AT_UID) == getuid());
    P(strlen((char *)getauxval(AT_EXECFN)) > 0);
    P(syscall(9999));
    P(syscall(-1));
    P(syscall(SYS_gettid) == getpid());
    P(getpgid(0) == getpgrp());
    P(sethostname("x", -1));
    struct statfs sf;
    P(statfs("/proc", &sf));
    printf("%lx\n", (long)sf.f_type);
    P(statfs("/none", &sf));
    P(ioctl(0, TCGETS, &u));
    P(ioctl(99, TCGETS, &u));
    gid_t g[64];
    P(getgroups(64, g) >= 0);
    P(personality(0xffffffff) == 0);
    P(syscall(SYS_membarrier, 0, 0, 0) > 0);
    P(sched_get_priority_max(SCHED_FIFO));
    P(sched_getparam(0, &(struct sched_param){0}));
    return 0;
}
