/*
 * fuzz SYSCALLS.TSV FLAGS.TSV SEED ROUNDS: streams of made-up system calls in a guest, each round by the threads of a process of its own
 * (as root in a mount namespace of its own, or as nobody). A round ends by itself or is killed; what was started in it must then end in
 * time. Prints how many calls were made, or what hung. Never for a host: it kills, unmounts and fills what it can.
 */
#include "calls.h"
#include <pthread.h>
#include <sched.h>

enum { THREADS = 3, CALLS = 400, ROUND_MS = 4000, END_MS = 20000 };

/* What ends a process or thread at once would end the round too soon; reboot ends the machine. */
static const char *const rare[] = {"exit", "exit_group", "rt_sigreturn", "execve", "execveat", "pause", "rt_sigsuspend", "seccomp", "vfork"};
static const char *const never[] = {"reboot"};

static volatile uint64_t *made;
static uint64_t seed;
static int round_number;

static int listed(const char *name, const char *const *list, int count) {
    for (int i = 0; i < count; i++) if (!strcmp(name, list[i])) return 1;
    return 0;
}

static void protect(const char *score) {
    int fd = open("/proc/self/oom_score_adj", O_WRONLY);
    if (fd >= 0 && write(fd, score, strlen(score)) < 0) die("oom_score_adj");
    close(fd);
}

static void *stream(void *which) {
    struct random r = seeded(seed, "stream", round_number * 16 + (long)which);
    for (int i = 0; i < CALLS; i++) {
        const struct call *call = &calls[below(&r, call_count)];
        if (listed(call->name, never, 1) || (listed(call->name, rare, 9) && below(&r, 40))) continue;
        struct made m;
        make_call(&m, call, &r, 1);
        __atomic_fetch_add(made, 1, __ATOMIC_RELAXED);
        syscall(m.nr, m.values[0], m.values[1], m.values[2], m.values[3], m.values[4], m.values[5]);
    }
    return NULL;
}

static void run_round(void) {
    pthread_t threads[THREADS];
    protect("1000");
    if (getuid() == 0) {
        unshare(CLONE_NEWNS);
        if (round_number & 1) { setgroups(0, NULL); setresgid(65534, 65534, 65534); setresuid(65534, 65534, 65534); }
    }
    setsid();
    map_arena();
    surroundings();
    alarm(ROUND_MS / 1000);
    for (long i = 1; i < THREADS; i++) pthread_create(&threads[i], NULL, stream, (void *)i);
    stream(NULL);
    for (long i = 1; i < THREADS; i++) pthread_join(threads[i], NULL);
    _exit(0);
}

static long now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/** Kills all children, which are this round's processes and the orphans among their children. */
static void kill_children(void) {
    DIR *all = opendir("/proc");
    for (struct dirent *e; all && (e = readdir(all));) {
        char path[300], text[512] = {0};
        int parent = 0;
        snprintf(path, sizeof path, "/proc/%s/stat", e->d_name);
        int fd = atoi(e->d_name) > 0 ? open(path, O_RDONLY) : -1;
        if (fd < 0) continue;
        if (read(fd, text, sizeof text - 1) > 0 && strrchr(text, ')')) sscanf(strrchr(text, ')'), ") %*c %d", &parent);
        close(fd);
        if (parent == getpid()) kill(atoi(e->d_name), SIGKILL);
    }
    if (all) closedir(all);
}

/** @return whether all that was started in this round has ended in time; while the whole machine stands still, no time passes */
static int reap(void) {
    long passed = 0, looked = now_ms();
    for (;;) {
        pid_t pid = waitpid(-1, NULL, WNOHANG | __WALL);
        if (pid < 0) return 1;
        if (pid > 0) continue;
        long now = now_ms();
        passed += now - looked < 100 ? now - looked : 100;
        looked = now;
        if (passed > ROUND_MS) kill_children();
        if (passed > ROUND_MS + END_MS) return 0;
        usleep(passed < 100 ? 2000 : 20000);
    }
}

int main(int argc, char **argv) {
    if (argc < 5) return fputs("usage: fuzz SYSCALLS.TSV FLAGS.TSV SEED ROUNDS\n", stderr), 2;
    read_calls(argv[1]);
    read_sets(argv[2]);
    seed = strtoull(argv[3], NULL, 0);
    made = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    protect("-1000"); /* of the memory that runs out, the rounds are to blame */
    signal(SIGHUP, SIG_IGN);
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    char directory[] = "/dev/shm/fuzz-XXXXXX";
    if (!mkdtemp(directory) || chmod(directory, 0777) || chdir(directory)) die(directory);
    int rounds = atoi(argv[4]);
    for (round_number = 0; round_number < rounds; round_number++) {
        fflush(stdout);
        char place[64];
        snprintf(place, sizeof place, "%s/%d", directory, round_number);
        if (mkdir(place, 0777) || chmod(place, 0777) || chdir(place)) die(place);
        pid_t pid = fork();
        if (pid < 0) die("fork");
        if (pid == 0) run_round();
        if (!reap()) {
            printf("HANG in round %d of seed %#lx\n", round_number, (long)seed);
            fflush(stdout);
            system("ps -eLo pid,ppid,tid,stat,user,args; echo t > /proc/sysrq-trigger; dmesg; grep -E '^(State|Tracer)' /proc/[0-9]*/status");
            return 1;
        }
        empty_directory(place);
    }
    printf("%d rounds, %lu calls\n", rounds, (long)*made);
    return 0;
}
