/* What programs do to regular files that their standard input (a few hundred lines) and output are redirected to; the results go to standard error. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define SAY(call) say(#call, call)

static char buf[1 << 20];

static void say(const char *call, long result) {
    fprintf(stderr, "%s = %ld %s\n", call, result, result < 0 ? strerrorname_np(errno) : "");
}

static long size(int fd) {
    struct stat st;
    fstat(fd, &st);
    return st.st_size;
}

static long has_blocks(int fd) {
    struct stat st;
    fstat(fd, &st);
    return st.st_blocks > 0;
}

static long mapped(void) {
    char *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 0, 0);
    if (p == MAP_FAILED) {
        return -1;
    }
    return memcmp(p, "1\n2\n", 4);
}

int main(void) {
    SAY(size(0));
    SAY(has_blocks(0));
    SAY(pread(0, buf, 5, 10));
    SAY(lseek(0, 0, SEEK_CUR));
    SAY(read(0, buf, 5));
    SAY(preadv(0, &(struct iovec){buf, 4}, 1, 3));
    SAY(lseek(0, 0, SEEK_CUR));
    SAY(mapped());
    SAY(read(0, buf, sizeof buf));
    SAY(lseek(0, 2, SEEK_SET));
    SAY(write(0, "x", 1));
    SAY(read(1, buf, 1));

    SAY(write(1, "hello world\n", 12));
    SAY(pwrite(1, "J", 1, 0));
    SAY(lseek(1, 0, SEEK_CUR));
    SAY(fsync(1));
    SAY(fdatasync(0));
    SAY(ftruncate(1, 8));
    SAY(size(1));
    SAY(write(1, "end\n", 4));
    SAY(posix_fallocate(1, 0, 100));
    SAY(size(1));
    SAY(flock(1, LOCK_EX));
    SAY(sendfile(1, 0, NULL, 4));
    SAY(copy_file_range(0, NULL, 1, NULL, 4, 0));
    SAY(lseek(0, 0, SEEK_CUR));
    SAY(lseek(1, 0, SEEK_CUR));

    /* A description of its own, with its own position. */
    int in = open("/dev/stdin", O_RDONLY), out = open("/dev/stdout", O_WRONLY);
    SAY(read(in, buf, 4));
    SAY(memcmp(buf, "1\n2\n", 4));
    SAY(write(out, "Z", 1));
    SAY(lseek(0, 0, SEEK_CUR));
    SAY(lseek(out, 0, SEEK_CUR));
    SAY(fsync(out));
    return 0;
}
