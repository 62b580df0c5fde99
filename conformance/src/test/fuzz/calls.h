/*
 * System calls with made-up arguments, from the project's own table of calls (abi, syscalls.tsv and flags.tsv): what sweep.c compares
 * between host and guest and fuzz.c throws at a guest. Every choice comes from a seed, so that a case can be had again; all descriptors,
 * addresses and names are the same wherever the program runs.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct argument { char name[24], kind[16], detail[24]; };
struct call { long nr; char name[32]; struct argument arguments[6]; int count; char result[24], level[16]; };
struct set { char name[24]; int flags, count; uint64_t values[80]; };
/** One made-up call; text is what to print for it. */
struct made { long nr; uint64_t values[6]; char text[512]; };

static struct call calls[512];
static struct set sets[160];
static int call_count, set_count;

static void die(const char *what) {
    printf("%s: %s\n", what, strerror(errno));
    exit(99);
}

/* ---- the tables ---- */

static void read_calls(const char *path) {
    FILE *in = fopen(path, "r");
    char line[4096];
    if (!in) die(path);
    while (fgets(line, sizeof line, in)) {
        if (line[0] == '#') continue;
        char *rest = line, *column[6] = {0};
        for (int i = 0; i < 6 && rest; i++) column[i] = strsep(&rest, "\t\n");
        if (!column[5]) continue;
        struct call *call = &calls[call_count++];
        call->nr = atol(column[0]);
        snprintf(call->name, sizeof call->name, "%s", column[1]);
        snprintf(call->result, sizeof call->result, "%s", column[4]);
        snprintf(call->level, sizeof call->level, "%s", column[5]);
        for (char *one; (one = strsep(&column[3], " ")) && call->count < 6;) {
            if (!*one) continue;
            struct argument *a = &call->arguments[call->count++];
            char *name = strsep(&one, ":"), *kind = strsep(&one, ":");
            snprintf(a->name, sizeof a->name, "%s", name);
            snprintf(a->kind, sizeof a->kind, "%s", kind ? kind : "long");
            snprintf(a->detail, sizeof a->detail, "%s", one ? one : "");
        }
    }
    fclose(in);
}

static void read_sets(const char *path) {
    FILE *in = fopen(path, "r");
    char line[16384];
    if (!in) die(path);
    while (fgets(line, sizeof line, in)) {
        if (line[0] == '#') continue;
        char *rest = line, *name = strsep(&rest, "\t\n"), *type = strsep(&rest, "\t\n"), *members = strsep(&rest, "\t\n");
        if (!members) continue;
        struct set *set = &sets[set_count++];
        snprintf(set->name, sizeof set->name, "%s", name);
        set->flags = !strcmp(type, "flags");
        for (char *one; (one = strsep(&members, " ")) && set->count < 80;) {
            char *value = strchr(one, '=');
            if (value) set->values[set->count++] = strtoull(value + 1, NULL, 0);
        }
    }
    fclose(in);
}

/* ---- choosing ---- */

struct random { uint64_t state; };

static uint64_t next(struct random *r) { /* splitmix64 */
    uint64_t z = r->state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}
static int below(struct random *r, int n) { return next(r) % n; }
#define ONE_OF(r, ...) ({ const uint64_t all_[] = {__VA_ARGS__}; all_[below(r, sizeof all_ / sizeof *all_)]; })

static struct random seeded(uint64_t seed, const char *name, uint64_t index) {
    struct random r = {seed * 1000003 + index};
    for (; *name; name++) r.state = r.state * 31 + (unsigned char)*name;
    next(&r);
    return r;
}

/* ---- memory: an arena of slots, one that ends where nothing is mapped, one that is read-only ---- */

enum { ARENA = 0x10000000, SLOT = 4096, SLOTS = 16, EDGE = ARENA + SLOTS * SLOT, READ_ONLY = EDGE + 2 * SLOT };

static void map_arena(void) {
    if (mmap((void *)(uintptr_t)ARENA, SLOTS * SLOT, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED
        || mmap((void *)(uintptr_t)READ_ONLY, SLOT, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) die("arena");
}

static uint64_t memory(struct random *r, int argument, int hostile) {
    int choice = below(r, hostile ? 10 : 14);
    if (choice == 0) return 0;
    if (choice == 1) return ONE_OF(r, 1, 0xffffffffffffff00, 0x800000000000, EDGE);
    if (choice == 2) return EDGE - 8;
    if (choice == 3) return READ_ONLY;
    return ARENA + argument * 2 * SLOT;
}

/** Writes only to the arena's own slot of this argument; where the pointer is elsewhere there is nothing to fill. */
static int is_slot(uint64_t at) { return at >= ARENA && at < EDGE - 8; }

static void fill(struct random *r, uint64_t at, const char *what) {
    if (!is_slot(at)) return;
    uint64_t *words = (uint64_t *)at;
    memset(words, 0, SLOT);
    if (!strncmp(what, "timespec", 8) || !strncmp(what, "timeval", 7) || !strncmp(what, "itimer", 6)) {
        for (int i = 0; i < 4; i++) words[i] = i & 1 ? ONE_OF(r, 0, 1000, 999999, 1000000000, -1) : ONE_OF(r, 0, 0, 0, 1, -1, 1ULL << 40);
        return;
    }
    if (!strcmp(what, "sockaddr")) {
        uint16_t *half = (uint16_t *)at;
        half[0] = ONE_OF(r, 0, AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, 99);
        if (half[0] == AF_UNIX) strcpy((char *)at + 2, below(r, 2) ? "file" : "missing");
        if (half[0] == AF_INET) words[0] |= 0x0100007f00000000; /* 127.0.0.1, port 0 */
        return;
    }
    if (!strcmp(what, "pollfd")) {
        for (int i = 0; i < 8; i++) words[i] = (uint32_t)below(r, 24) | (uint64_t)ONE_OF(r, 0, 1, 4, 5, 0xffff) << 32;
        return;
    }
    switch (below(r, 5)) {
        case 0: break;
        case 1: memset(words, 0xff, 256); break;
        case 2: for (int i = 0; i < 32; i++) words[i] = below(r, 4); break;
        case 3: for (int i = 0; i < 64; i++) ((uint32_t *)words)[i] = below(r, 4); break;
        default: for (int i = 0; i < 32; i++) words[i] = ARENA + below(r, 4) * 2 * SLOT; break;
    }
}

static uint64_t text(struct random *r, uint64_t at) {
    static const char *const names[] = {"file", "file", "readonly", "dir", "dir/inner", "link", "dangling", "loop", "missing", "missing/x",
        "file/x", "", ".", "..", "dir/..", "/", "/proc/self", "fifo", "new"};
    if (!is_slot(at)) return at;
    int choice = below(r, 21);
    if (choice == 19) { memset((char *)at, 'a', 300); ((char *)at)[300] = 0; }
    else if (choice == 20) { memset((char *)at, 'a', SLOT); ((char *)at)[SLOT] = 0; }
    else strcpy((char *)at, names[choice]);
    return at;
}

static uint64_t vectors(struct random *r, uint64_t at) {
    if (!is_slot(at)) return at;
    struct iovec *v = (struct iovec *)at;
    for (int i = 0; i < 64; i++) {
        v[i].iov_base = (void *)(uintptr_t)(below(r, 10) ? ARENA + SLOT + (uint64_t)below(r, 4) * 2 * SLOT : 1);
        v[i].iov_len = ONE_OF(r, 0, 1, 7, 100, 100, 100, below(r, 8) ? 512 : -1);
    }
    return at;
}

/* ---- one argument ---- */

static uint64_t from_set(struct random *r, const char *name) {
    for (int i = 0; i < set_count; i++) {
        struct set *set = &sets[i];
        if (strcmp(set->name, name) || !set->count) continue;
        if (below(r, 12) == 0) return ONE_OF(r, -1, 0, 1ULL << 30, 1ULL << 31, 77, 1ULL << 40);
        uint64_t value = set->values[below(r, set->count)];
        for (int more = set->flags ? below(r, 3) : 0; more > 0; more--) value |= set->values[below(r, set->count)];
        return value;
    }
    return below(r, 4);
}

static uint64_t made_argument(struct random *r, const struct argument *a, int i, int hostile) {
    const char *k = a->kind;
#define IS(name) !strcmp(k, name)
    if (IS("fd")) return below(r, 10) ? 3 + below(r, 18) : ONE_OF(r, 99, -1, -100, 1ULL << 31);
    if (IS("dirfd")) return ONE_OF(r, -100, -100, -100, -100, 5, 5, 3, 99, -1);
    if (IS("pid")) return ONE_OF(r, 0, 0, getpid(), getpid(), 0x3fffffff, -0x3fffffff, 1ULL << 31);
    if (IS("uid") || IS("gid")) return ONE_OF(r, -1, 0, 65534, 65534, 12345);
    if (IS("signal")) return ONE_OF(r, 0, 0, 17, 18, 23, 28, 64, 65, -1, 10);
    if (IS("mode")) return ONE_OF(r, 0, 0644, 0755, 07777, 0100644, 0010600, -1);
    if (IS("dev")) return ONE_OF(r, 0, 0x103, -1);
    if (IS("key")) return ONE_OF(r, 0, 0x7eeeeeee);
    if (IS("path") || IS("str")) return text(r, memory(r, i, hostile));
    if (IS("flags") || IS("enum")) return from_set(r, a->detail);
    if (IS("size")) return ONE_OF(r, 0, 1, 4, 8, 8, 16, 16, 24, 64, 100, 128, 4096, 0x7fffffff, -1);
    if (IS("off") || IS("hex")) return ONE_OF(r, 0, 0, 0, 1, 100, 4096, -1, 1ULL << 40, 1ULL << 63);
    if (IS("addr")) return ONE_OF(r, 0, ARENA, ARENA + SLOT, ARENA + 1, READ_ONLY, EDGE, -4096, 1);
    if (!strncmp(k, "iov", 3)) return vectors(r, memory(r, i, hostile));
    if (IS("argv") || IS("envp")) return ONE_OF(r, 0, ARENA + 15 * SLOT, 1);
    if (!strncmp(k, "sockaddr", 8)) { uint64_t at = memory(r, i, hostile); fill(r, at, "sockaddr"); return at; }
    if (strstr(k, "-in") || strstr(k, "-out") || IS("ptr") || IS("fdset")) {
        uint64_t at = memory(r, i, hostile);
        fill(r, at, a->detail);
        return at;
    }
    return ONE_OF(r, 0, 0, 1, 1, 2, 3, 8, 100, -1, 1ULL << 31, 1ULL << 32); /* int, uint, long, ulong */
}

static void make_call(struct made *m, const struct call *call, struct random *r, int hostile) {
    int length = snprintf(m->text, sizeof m->text, "%s(", call->name);
    m->nr = call->nr;
    for (int i = 0; i < 6; i++) {
        m->values[i] = i < call->count ? made_argument(r, &call->arguments[i], i, hostile) : 0;
        if (i >= call->count) continue;
        const char *kind = call->arguments[i].kind;
        char shown[64];
        if (!strcmp(kind, "pid") && m->values[i] == (uint64_t)getpid()) strcpy(shown, "SELF");
        else if ((!strcmp(kind, "path") || !strcmp(kind, "str")) && is_slot(m->values[i])) snprintf(shown, sizeof shown, "\"%.20s\"", (char *)m->values[i]);
        else if (m->values[i] + 1000 < 2000) snprintf(shown, sizeof shown, "%ld", (long)m->values[i]);
        else snprintf(shown, sizeof shown, "%#lx", m->values[i]);
        length += snprintf(m->text + length, sizeof m->text - length, "%s%s", i ? ", " : "", shown);
    }
    snprintf(m->text + length, sizeof m->text - length, ")");
}

/* ---- surroundings ---- */

static void put(const char *name, int mode) {
    int fd = open(name, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    char block[300];
    memset(block, 'x', sizeof block);
    if (fd < 0 || write(fd, block, sizeof block) != sizeof block || fchmod(fd, mode)) die(name);
    close(fd);
}

/** Names and descriptors 0 to 20, in an empty working directory. */
static void surroundings(void) {
    umask(022);
    put("file", 0644);
    put("readonly", 0444);
    if (mkdir("dir", 0755)) die("dir");
    put("dir/inner", 0644);
    if (symlink("file", "link") || symlink("nowhere", "dangling") || symlink("loop", "loop") || mkfifo("fifo", 0644)) die("names");
    close_range(0, ~0U, 0);
    int fd[21], pair[2];
    for (int i = 0; i < 3; i++) fd[i] = open("/dev/null", O_RDWR);
    fd[3] = open("file", O_RDWR);
    fd[4] = open("readonly", O_RDONLY);
    fd[5] = open("dir", O_RDONLY | O_DIRECTORY);
    if (pipe(pair)) die("pipe");
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) die("socketpair");
    fd[10] = eventfd(0, 0);
    fd[11] = epoll_create1(0);
    fd[12] = timerfd_create(CLOCK_MONOTONIC, 0);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    fd[13] = signalfd(-1, &set, 0);
    fd[14] = inotify_init1(0);
    fd[15] = memfd_create("fuzz", MFD_ALLOW_SEALING);
    fd[16] = open("file", O_PATH);
    fd[17] = open("/dev/zero", O_RDWR);
    fd[18] = socket(AF_INET, SOCK_STREAM, 0);
    fd[19] = socket(AF_INET, SOCK_DGRAM, 0);
    fd[20] = syscall(SYS_pidfd_open, getpid(), 0);
    if (fd[20] != 20) die("descriptors");
}

static void empty_directory(const char *path) {
    chmod(path, 0700);
    DIR *directory = opendir(path);
    for (struct dirent *e; directory && (e = readdir(directory));) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
        char inner[600];
        snprintf(inner, sizeof inner, "%s/%s", path, e->d_name);
        if (unlink(inner) && rmdir(inner) && errno == ENOTEMPTY) { empty_directory(inner); rmdir(inner); }
    }
    if (directory) closedir(directory);
}
