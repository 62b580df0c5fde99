/* What descriptors of odd kinds refuse: and two personalities of old. */
#include "t.h"
#include <sched.h>
#include <sys/personality.h>
#include <sys/utsname.h>

int main(void) {
    int ends[2], maps = open("/proc/self/maps", O_RDONLY), version = open("/proc/version", O_RDONLY);
    int path = open(".", O_PATH), zero = open("/dev/zero", O_RDONLY), out = open("out", O_RDWR | O_CREAT, 0600);
    MUST(pipe(ends));
    P(fchmod(maps, 0600));
    P(syscall(SYS_setns, path, 0));
    P(splice(maps, NULL, ends[1], NULL, 1, 0));
    P(sendfile(out, maps, NULL, 1));
    P(splice(version, NULL, ends[1], NULL, 1, 0));
    P(sendfile(out, zero, NULL, 5));
    P(syscall(SYS_memfd_create, "x", -1));
    struct utsname u;
    P(personality(UNAME26) >= 0);
    P(uname(&u));
    printf("%.4s\n", u.release);
    P(personality(STICKY_TIMEOUTS) >= 0);
    struct timeval time = {0, 20000};
    P(select(0, NULL, NULL, NULL, &time));
    printf("%ld\n", (long)time.tv_usec);
    P(personality(0) >= 0);
    P(select(0, NULL, NULL, NULL, &time));
    printf("%ld\n", (long)time.tv_usec);
    return 0;
}
