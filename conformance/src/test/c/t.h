/* What every conformance program begins with: P(call) prints the call, its result and, for -1, the error's name. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define P(call)                                                                                                        \
    do {                                                                                                               \
        errno = 0;                                                                                                     \
        long result_ = (long)(call);                                                                                   \
        if (result_ == -1) printf("%s = -1 %s\n", #call, strerrorname_np(errno));                                      \
        else printf("%s = %ld\n", #call, result_);                                                                     \
        fflush(stdout);                                                                                                \
    } while (0)

/* Ends at once if something this program builds on does not work. */
#define MUST(call)                                                                                                     \
    do {                                                                                                               \
        errno = 0;                                                                                                     \
        if ((long)(call) == -1) { printf("MUST %s: %s\n", #call, strerrorname_np(errno)); fflush(stdout); _exit(99); } \
    } while (0)

/* Ends the comparison at once if this host's kernel does not have a call, or forbids it to everybody (a container's filter does). */
#define NEEDS(call)                                                                                                    \
    do {                                                                                                               \
        errno = 0;                                                                                                     \
        if ((long)(call) == -1 && (errno == ENOSYS || errno == EPERM)) { printf("NEEDS %s\n", #call); fflush(stdout); _exit(77); } \
    } while (0)

static inline void show_status(const char *what, int status) {
    if (WIFEXITED(status)) printf("%s: exited %d\n", what, WEXITSTATUS(status));
    else if (WIFSIGNALED(status)) printf("%s: killed by %d%s\n", what, WTERMSIG(status), "");
    else if (WIFSTOPPED(status)) printf("%s: stopped by %d\n", what, WSTOPSIG(status));
    else if (WIFCONTINUED(status)) printf("%s: continued\n", what);
    fflush(stdout);
}

static inline void nap(int ms) {
    struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    while (nanosleep(&t, &t) < 0) {}
}
