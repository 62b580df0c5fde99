/*
 * What a crash must leave behind. Work is made up from a seed, so that whoever knows the seed and how far it came knows what must be on the disk:
 *
 *   crash work DIR SEED WORKERS MSYNC     changes files below DIR until it is killed, and says on standard output what it begins and what is durable
 *   crash check DIR SEED WORKER DURABLE BEGUN MSYNC   is what is there now a state that the worker went through between these two steps?
 *
 * Each worker has a directory of its own and does one system call a step. File systems with a journal keep the order of steps, so names, links, sizes and attributes must be those
 * after some one step k, at least DURABLE. Data is written in place: each byte must be what it was after step k or after a later step. MSYNC is 1 where mappings are copies, so that
 * only msync(2) makes what was written through them durable, in order with the rest.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { DIRS = 4, NAMES = 10, MOST = 200000, PIECE = 40000, ATTRIBUTE = 900 };
enum { BEGUN, DURABLE };

struct object {
    int link, refs, size, attribute;
    unsigned char data[MOST + PIECE];
};

struct directory {
    struct object *slots[NAMES];
};

static struct directory *tree[DIRS];
static uint64_t seed;
static int worker, msyncs;
static char top[300];

static void fail(const char *what, const char *name)
{
    fprintf(stderr, "worker %d: %s: %s (%s)\n", worker, name, what, strerror(errno));
    exit(2);
}

/* --- what is made up --- */

static uint64_t mix(uint64_t x)
{
    x ^= x >> 31;
    x *= 0x9e3779b97f4a7c15u;
    x ^= x >> 29;
    x *= 0xbf58476d1ce4e5b9u;
    return x ^ x >> 32;
}

static uint64_t state;

static unsigned pick(unsigned n)
{
    state += 0x9e3779b97f4a7c15u;
    return mix(state) % n;
}

/* Never zero, and telling of the step and the place. */
static unsigned char value(unsigned step, unsigned offset)
{
    return mix(seed ^ (uint64_t)step << 32 ^ offset >> 3) >> (offset & 7) * 8 | 1;
}

static const char *name_of(char *out, int d, int n)
{
    if (n < 0)
        sprintf(out, "%s/w%d/d%d", top, worker, d);
    else
        sprintf(out, "%s/w%d/d%d/name-%d", top, worker, d, n);
    return out;
}

/* --- a step: on the model, and if "real", on the disk --- */

struct step {
    int durable;
    /* The object whose data changed, and the size it was cut to on the way, or -1. */
    struct object *changed;
    int cut;
};

static void put(struct object *o, unsigned number, int at, int n)
{
    if (at > o->size)
        memset(o->data + o->size, 0, at - o->size);
    for (int i = at; i < at + n; i++)
        o->data[i] = value(number, i);
    if (at + n > o->size)
        o->size = at + n;
}

static void drop(struct object *o)
{
    if (o && --o->refs == 0)
        free(o);
}

static int open_file(const char *name)
{
    int fd = open(name, O_RDWR);
    if (fd < 0)
        fail("open", name);
    return fd;
}

static void need(int result, const char *what, const char *name)
{
    if (result < 0)
        fail(what, name);
}

static void write_piece(struct object *o, const char *name, unsigned number, int real, int at, int n)
{
    put(o, number, at, n);
    if (!real)
        return;
    int fd = open_file(name);
    if (pwrite(fd, o->data + at, n, at) != n)
        fail("write", name);
    close(fd);
}

static void map_piece(struct object *o, const char *name, unsigned number, int real, int at, int n)
{
    put(o, number, at, n);
    if (!real)
        return;
    int fd = open_file(name);
    unsigned char *m = mmap(NULL, o->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (m == MAP_FAILED)
        fail("mmap", name);
    memcpy(m + at, o->data + at, n);
    if (msyncs)
        need(msync(m, o->size, MS_SYNC), "msync", name);
    munmap(m, o->size);
    close(fd);
}

static void nameless(unsigned number, int real, int n)
{
    static unsigned char data[MOST];
    char name[400];
    if (!real)
        return;
    sprintf(name, "%s/w%d", top, worker);
    int fd = open(name, O_TMPFILE | O_RDWR, 0600);
    need(fd, "O_TMPFILE", name);
    memset(data, number, n);
    if (write(fd, data, n) != n)
        fail("write", name);
    close(fd);
}

static void zero(struct object *o, const char *name, int real, int punch, int at, int n)
{
    int end = at + n < o->size ? at + n : o->size;
    if (at < end)
        memset(o->data + at, 0, end - at);
    if (!real)
        return;
    int fd = open_file(name);
    int mode = FALLOC_FL_KEEP_SIZE | (punch ? FALLOC_FL_PUNCH_HOLE : FALLOC_FL_ZERO_RANGE);
    if (fallocate(fd, mode, at, n) < 0 && errno != EOPNOTSUPP)
        fail("fallocate", name);
    close(fd);
}

static void attribute_text(char *out, unsigned number, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = value(number, i);
}

static void names_step(int kind, int d, int n, int d2, int n2, unsigned number, int real)
{
    char a[400], b[400];
    struct object **from = &tree[d]->slots[n], **to = &tree[d2]->slots[n2];
    name_of(a, d, n);
    name_of(b, d2, n2);
    if (kind == 0 && *from && from != to && *from != *to) {
        drop(*to);
        *to = *from;
        *from = NULL;
        if (real)
            need(rename(a, b), "rename", a);
    } else if (kind == 1 && *from && !*to) {
        (*from)->refs++;
        *to = *from;
        if (real)
            need(link(a, b), "link", a);
    } else if (kind == 2 && *from) {
        drop(*from);
        *from = NULL;
        if (real)
            need(unlink(a), "unlink", a);
    } else if (kind == 3 && !*from) {
        *from = calloc(1, sizeof(struct object));
        (*from)->refs = 1;
        if (pick(8) == 0) {
            (*from)->link = (*from)->size = 1 + pick(200);
            memset((*from)->data, 'a' + number % 26, (*from)->size);
            if (real)
                need(symlink((char *)(*from)->data, a), "symlink", a);
        } else if (real) {
            int fd = open(a, O_CREAT | O_EXCL | O_WRONLY, 0644);
            need(fd, "create", a);
            close(fd);
        }
    }
}

static int is_empty(struct directory *d)
{
    for (int i = 0; i < NAMES; i++)
        if (d->slots[i])
            return 0;
    return 1;
}

static void directories_step(int d, int d2, int real)
{
    char a[400], b[400];
    name_of(a, d, -1);
    name_of(b, d2, -1);
    if (!tree[d]) {
        tree[d] = calloc(1, sizeof(struct directory));
        if (real)
            need(mkdir(a, 0755), "mkdir", a);
    } else if (!tree[d2]) {
        tree[d2] = tree[d];
        tree[d] = NULL;
        if (real)
            need(rename(a, b), "rename", a);
    } else if (is_empty(tree[d])) {
        free(tree[d]);
        tree[d] = NULL;
        if (real)
            need(rmdir(a), "rmdir", a);
    }
}

static void data_step(struct step *s, int kind, struct object *o, const char *name, unsigned number, int real)
{
    int at = pick(MOST), n = 1 + pick(PIECE);
    if (pick(3))
        at %= o->size + 5000;
    if (at > MOST)
        at = MOST;
    s->changed = o;
    if (kind < 3) {
        write_piece(o, name, number, real, at, n);
    } else if (kind == 3) {
        if (at > o->size)
            memset(o->data + o->size, 0, at - o->size);
        if (at < o->size)
            s->cut = at;
        o->size = at;
        if (real)
            need(truncate(name, at), "truncate", name);
    } else if (kind == 4 && o->size > 0) {
        at %= o->size;
        map_piece(o, name, number, real, at, n < o->size - at ? n : o->size - at);
        s->durable = msyncs;
    } else if (kind == 5) {
        zero(o, name, real, pick(2), at, n);
    } else if (kind == 6) {
        char text[ATTRIBUTE];
        o->attribute = number;
        attribute_text(text, number, ATTRIBUTE);
        if (real)
            need(setxattr(name, "user.step", text, 1 + number % ATTRIBUTE, 0), "setxattr", name);
    } else if (kind == 7) {
        s->durable = 1;
        if (real) {
            int fd = open_file(name);
            need(pick(2) ? fsync(fd) : fdatasync(fd), "fsync", name);
            close(fd);
        }
    }
}

static struct step perform(unsigned number, int real)
{
    struct step s = {0, NULL, -1};
    char name[400];
    state = mix(seed ^ (uint64_t)worker << 56 ^ number);
    int d = pick(DIRS), n = pick(NAMES), d2 = pick(DIRS), n2 = pick(NAMES), kind = pick(20);
    if (kind == 0) {
        directories_step(d, d2, real);
    } else if (kind == 1) {
        nameless(number, real, 1 + pick(MOST));
    } else if (kind < 9) {
        if (tree[d] && tree[d2])
            names_step(kind == 2 ? 2 : kind < 5 ? 0 : kind == 5 ? 1 : 3, d, n, d2, n2, number, real);
    } else if (tree[d] && tree[d]->slots[n] && !tree[d]->slots[n]->link) {
        data_step(&s, pick(8), tree[d]->slots[n], name_of(name, d, n), number, real);
    }
    return s;
}

/* --- working --- */

static void say(int kind, unsigned number)
{
    uint32_t record[2] = {kind << 16 | worker, number};
    if (write(1, record, sizeof record) != sizeof record)
        exit(3);
}

static void work(void)
{
    char name[400];
    sprintf(name, "%s/w%d", top, worker);
    need(mkdir(name, 0755), "mkdir", name);
    for (unsigned number = 1;; number++) {
        say(BEGUN, number);
        if (perform(number, 1).durable)
            say(DURABLE, number);
    }
}

/* Load that nobody checks: many names, large files cut. */
static void storm(void)
{
    char a[400], b[400];
    static char data[300000];
    sprintf(a, "%s/storm", top);
    need(mkdir(a, 0755), "mkdir", a);
    need(chdir(a), "chdir", a);
    state = mix(seed + 77);
    for (;;) {
        sprintf(a, "file-%d", pick(150));
        sprintf(b, "another-%d", pick(150));
        int kind = pick(6);
        if (kind < 3) {
            int fd = open(a, O_CREAT | O_WRONLY, 0644);
            if (fd >= 0 && write(fd, data, kind ? pick(2000) : pick(sizeof data)) < 0 && errno != ENOSPC)
                fail("write", a);
            close(fd);
        } else if (kind == 3) {
            rename(a, b);
        } else if (kind == 4) {
            link(a, b);
        } else {
            truncate(a, pick(1000));
            unlink(pick(2) ? a : b);
        }
    }
}

/* --- checking --- */

static char why[1000];

static int differs(const char *name, const char *what, long is, long should)
{
    snprintf(why, sizeof why, "%s: %s is %ld, not %ld", name, what, is, should);
    return 0;
}

static int count(const char *name)
{
    int n = 0;
    DIR *d = opendir(name);
    if (!d)
        return -1;
    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static int same_object(struct object *o, const char *name, struct stat *st)
{
    char text[ATTRIBUTE + 1], want[ATTRIBUTE];
    if ((int)st->st_nlink != o->refs)
        return differs(name, "number of links", st->st_nlink, o->refs);
    if (st->st_size != o->size)
        return differs(name, "size", st->st_size, o->size);
    if (o->link)
        return (readlink(name, text, sizeof text) == o->size && !memcmp(text, o->data, o->size))
            || differs(name, "symbolic link's text", 0, 1);
    int n = getxattr(name, "user.step", text, sizeof text);
    int expected = o->attribute ? 1 + o->attribute % ATTRIBUTE : -1;
    if (n != expected)
        return differs(name, "attribute's length", n, expected);
    attribute_text(want, o->attribute, ATTRIBUTE);
    return n < 0 || !memcmp(text, want, n) || differs(name, "attribute", 0, 1);
}

/* Names, kinds, links, sizes, attributes. */
static int same_names(void)
{
    char name[400];
    struct stat st;
    ino_t inos[DIRS][NAMES];
    int dirs = 0;
    for (int d = 0; d < DIRS; d++) {
        int names = 0;
        name_of(name, d, -1);
        if ((lstat(name, &st) == 0) != (tree[d] != NULL))
            return differs(name, "existence", !tree[d], tree[d] != NULL);
        if (!tree[d])
            continue;
        dirs++;
        for (int n = 0; n < NAMES; n++) {
            struct object *o = tree[d]->slots[n];
            int there = lstat(name_of(name, d, n), &st) == 0;
            if (there != (o != NULL))
                return differs(name, "existence", there, o != NULL);
            if (!o)
                continue;
            names++;
            inos[d][n] = st.st_ino;
            if ((S_ISLNK(st.st_mode) != 0) != (o->link != 0) || !same_object(o, name, &st))
                return differs(name, "a file of another kind", 0, 1);
            for (int p = 0; p < d * NAMES + n; p++) {
                struct directory *other = tree[p / NAMES];
                if (other && other->slots[p % NAMES] == o && inos[p / NAMES][p % NAMES] != st.st_ino)
                    return differs(name, "inode of a hard link", st.st_ino, inos[p / NAMES][p % NAMES]);
            }
        }
        if (count(name_of(name, d, -1)) != names)
            return differs(name, "number of names", count(name), names);
    }
    sprintf(name, "%s/w%d", top, worker);
    return count(name) == dirs || differs(name, "number of directories", count(name), dirs);
}

static void clear(void)
{
    for (int d = 0; d < DIRS; d++) {
        for (int n = 0; tree[d] && n < NAMES; n++)
            drop(tree[d]->slots[n]);
        free(tree[d]);
        tree[d] = NULL;
    }
}

static void replay(unsigned to)
{
    clear();
    for (unsigned i = 1; i <= to; i++)
        perform(i, 0);
}

/* Which bytes of the file that was d/n after step k are not yet explained; returns how many. */
static int explain(unsigned k, unsigned begun, int d, int n, const unsigned char *is, int size)
{
    unsigned char *open = calloc(1, size + 1);
    int left = 0;
    replay(k);
    struct object *o = tree[d]->slots[n];
    o->refs++; /* It stays, whatever becomes of its names. */
    for (int i = 0; i < size; i++)
        left += open[i] = is[i] != o->data[i];
    for (unsigned step = k + 1; left && step <= begun; step++) {
        struct step s = perform(step, 0);
        for (int i = 0; s.changed == o && i < size; i++)
            if (open[i] && (i < o->size ? is[i] == o->data[i] : s.cut >= 0 && !is[i])) {
                open[i] = 0;
                left--;
            }
    }
    for (int i = 0; i < size && left; i++)
        if (open[i]) {
            char name[400];
            snprintf(why, sizeof why, "%s after step %u: %d bytes not explained, from %d on: %#x", name_of(name, d, n), k, left, i, is[i]);
            break;
        }
    drop(o);
    free(open);
    return left;
}

static int same_data(unsigned k, unsigned begun)
{
    static unsigned char is[DIRS * NAMES][MOST + PIECE];
    static int sizes[DIRS * NAMES];
    char name[400];
    for (int p = 0; p < DIRS * NAMES; p++) {
        struct object *o = tree[p / NAMES] ? tree[p / NAMES]->slots[p % NAMES] : NULL;
        sizes[p] = -1;
        if (!o || o->link)
            continue;
        int fd = open(name_of(name, p / NAMES, p % NAMES), O_RDONLY);
        need(fd, "open", name);
        if (read(fd, is[p], o->size) != o->size)
            fail("read", name);
        close(fd);
        if (memcmp(is[p], o->data, o->size))
            sizes[p] = o->size;
    }
    for (int p = 0; p < DIRS * NAMES; p++)
        if (sizes[p] >= 0 && explain(k, begun, p / NAMES, p % NAMES, is[p], sizes[p]))
            return 0;
    return 1;
}

static int check(unsigned durable, unsigned begun)
{
    char first[1000] = "";
    replay(durable);
    for (unsigned k = durable; k <= begun; k++) {
        if (same_names()) {
            if (same_data(k, begun)) {
                printf("worker %d: as after step %u of %u to %u\n", worker, k, durable, begun);
                return 0;
            }
            fprintf(stderr, "worker %d: %s\n", worker, why);
            replay(k);
        }
        if (k == durable)
            strcpy(first, why);
        perform(k + 1, 0);
    }
    fprintf(stderr, "worker %d: no step from %u to %u left this; after the first: %s; after the last: %s\n", worker, durable, begun, first, why);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc < 6)
        return 2;
    snprintf(top, sizeof top, "%s", argv[2]);
    seed = strtoull(argv[3], NULL, 0);
    worker = atoi(argv[4]);
    if (!strcmp(argv[1], "check") && argc == 8) {
        msyncs = atoi(argv[7]);
        return check(atoi(argv[5]), atoi(argv[6]));
    }
    int workers = worker;
    msyncs = atoi(argv[5]);
    for (worker = 0; worker < workers; worker++)
        if (fork() == 0) {
            work();
            return 0;
        }
    if (fork() == 0)
        storm();
    int status = 0;
    wait(&status);
    return 2;
}
