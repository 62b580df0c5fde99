/*
 * sweep SYSCALLS.TSV FLAGS.TSV SEED COUNT [NAME]: every system call COUNT times with made-up arguments, each in a child of its own with
 * the same surroundings; a line a case with how it ended: an errno's name, ok (with the value where it says something), a signal, or
 * that it waits. The lines of a host and of a guest are to be the same. Runs as nobody where root starts it.
 */
#include "calls.h"

/* Not compared: what leaves the child or its directory behind, or leaves something in the host's kernel. */
static const char *const left_out[] = {"exit", "exit_group", "rt_sigreturn", "fork", "vfork", "clone", "clone3", "sync", "shmget", "semget",
    "msgget", "mq_open", "setpriority", "ioprio_set", "getpriority", "ioprio_get", "add_key", "request_key", "keyctl", "io_setup", "close_range", "restart_syscall"};
/* What these tell is about the machine or the moment. */
static const char *const own_result[] = {"zero", "size", "fd", "off"};

struct report { volatile int entered, done; volatile long result; };
static struct report *report;

static int listed(const char *name, const char *const *list, int count) {
    for (int i = 0; i < count; i++) if (!strcmp(name, list[i])) return 1;
    return 0;
}

static void child(const struct call *call, struct random r) {
    struct made m;
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    map_arena();
    surroundings();
    make_call(&m, call, &r, 0);
    report->entered = 1;
    long result = syscall(m.nr, m.values[0], m.values[1], m.values[2], m.values[3], m.values[4], m.values[5]);
    report->result = result == -1 ? -errno : result;
    report->done = 1;
    kill(getpid(), SIGKILL);
}

/** What /proc says the process is doing: S sleeping, T stopped, and so on. */
static char state(pid_t pid) {
    char path[64], line[256] = {0};
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY);
    if (fd < 0) return 'X';
    if (read(fd, line, sizeof line - 1) < 0) line[0] = 0;
    close(fd);
    char *end = strrchr(line, ')');
    return end ? end[2] : 'X';
}

/** Waits for the child's end, or for it to have slept a tenth of a second in its call. */
static const char *outcome(pid_t pid, const struct call *call) {
    static char text[64];
    int status, asleep = 0;
    struct timespec pause = {0, 200000};
    for (int looks = 0; waitpid(pid, &status, WNOHANG) == 0; looks++) {
        nanosleep(&pause, NULL);
        pause.tv_nsec = looks < 20 ? 200000 : 10000000;
        if (looks < 20) continue;
        char now = state(pid);
        asleep = report->entered && !report->done && (now == 'S' || now == 'T') ? asleep + 1 : 0;
        if (asleep < 10 && looks < 1000) continue;
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        return looks >= 1000 ? "HANGS" : now == 'T' ? "stops" : "waits";
    }
    if (report->done) {
        long result = report->result;
        if (result < 0 && result > -4096) snprintf(text, sizeof text, "%s", strerrorname_np(-result) ? strerrorname_np(-result) : "unknown errno");
        else if (listed(call->result, own_result, 4)) snprintf(text, sizeof text, "ok %ld", result);
        else return "ok";
    } else if (WIFSIGNALED(status)) snprintf(text, sizeof text, "signal %d", WTERMSIG(status));
    else snprintf(text, sizeof text, "exit %d", WEXITSTATUS(status));
    return text;
}

int main(int argc, char **argv) {
    if (argc < 5) return fputs("usage: sweep SYSCALLS.TSV FLAGS.TSV SEED COUNT [NAME]\n", stderr), 2;
    read_calls(argv[1]);
    read_sets(argv[2]);
    signal(SIGHUP, SIG_IGN);
    report = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    unshare(0x08000000); /* CLONE_NEWIPC: what others have left on the host would be found; without the right to do so it is */
    if (getuid() == 0 && (setgroups(0, NULL) || setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))) die("setresuid");
    prctl(PR_SET_DUMPABLE, 1);
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    char directory[] = "/dev/shm/sweep-XXXXXX";
    if (!mkdtemp(directory) || chdir(directory)) die(directory);
    map_arena();
    for (int c = 0; c < call_count; c++) {
        struct call *call = &calls[c];
        if (argc > 5 ? strcmp(call->name, argv[5]) != 0 : listed(call->name, left_out, sizeof left_out / sizeof *left_out)) continue;
        if (strcmp(call->level, "full") && strcmp(call->level, "partial")) continue;
        for (int i = 0; i < (call->count ? atoi(argv[4]) : 1); i++) {
            memset((void *)report, 0, sizeof *report);
            fflush(stdout);
            struct random r = seeded(atol(argv[3]), call->name, i);
            pid_t pid = fork();
            if (pid < 0) die("fork");
            if (pid == 0) child(call, r);
            const char *end = outcome(pid, call);
            if (!strcmp(end, "exit 99")) die("surroundings");
            struct made m; /* once more, for its text */
            memset((void *)(uintptr_t)ARENA, 0, SLOTS * SLOT);
            make_call(&m, call, &r, 0);
            printf("%s #%d = %s\n", m.text, i, end);
            empty_directory(".");
        }
    }
    fflush(stdout);
    return execlp("rm", "rm", "-rf", directory, NULL);
}
