/* Long reads of cached files, which a guest thread copies by itself: contents at all kinds of places while the file grows, shrinks, loses its middle and is written; bad buffers; descriptors that are closed, shared and
 * passed on; a file that another process cuts off and fills meanwhile. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB (1 << 20)
static unsigned char *buf, *want;
static const char *path = "windows.dat";

static unsigned char at(long i, int salt) { return (unsigned char)((i >> 12) * 7 + (i & 4095) * 3 + salt + (i >> 20)); }

static void fill(int fd, long from, long to, int salt)
{
	for (long o = from; o < to; o += MIB) {
		long n = to - o < MIB ? to - o : MIB;
		for (long i = 0; i < n; i++)
			want[i] = at(o + i, salt);
		if (pwrite(fd, want, n, o) != n)
			perror("pwrite");
	}
}
static long differs(long offset, long n, int salt)
{
	for (long i = 0; i < n; i++)
		if (buf[i] != at(offset + i, salt))
			return i;
	return -1;
}
static void reads(const char *what, int fd, long step, int salt)
{
	long sum = 0, n, bad = 0, calls = 0;
	lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, buf, step)) > 0) {
		bad += differs(sum, n, salt) >= 0;
		sum += n;
		calls++;
	}
	printf("%s by %ld: %ld bytes, %ld calls, %ld bad, at %ld\n", what, step, sum, calls, bad, (long)lseek(fd, 0, SEEK_CUR));
}
static void tryRead(const char *what, int fd, void *to, size_t n, long offset)
{
	ssize_t got = pread(fd, to, n, offset);
	printf("%s: %zd %s\n", what, got, got < 0 ? strerrorname_np(errno) : "");
}

/* Every page is of the file as it was or will be, or zero where it was cut off. */
static void raced(void)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	fill(fd, 0, 8 * MIB, 5);
	pid_t pid = fork();
	if (!pid) {
		int own = open(path, O_RDWR);
		for (;;) {
			ftruncate(own, 3 * MIB + 100);
			fill(own, 3 * MIB, 8 * MIB, 5);
		}
	}
	long bad = 0;
	for (int round = 0; round < 300; round++) {
		int in = open(path, O_RDONLY);
		long n, sum = 0;
		while ((n = read(in, buf, MIB)) > 0) {
			for (long i = 0; i < n; i++)
				if (buf[i] != at(sum + i, 5) && (buf[i] || sum + i < 3 * MIB))
					bad++;
			sum += n;
		}
		close(in);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	printf("raced: %ld bad\n", bad);
	close(fd);
}

int main(void)
{
	buf = malloc(16 * MIB);
	want = malloc(MIB);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	fill(fd, 0, 12 * MIB + 1234, 1);
	reads("whole", fd, 4096, 1);
	reads("whole", fd, 100000, 1);
	reads("whole", fd, MIB, 1);
	reads("whole", fd, 16 * MIB, 1);
	reads("whole", fd, 3333, 1);

	fill(fd, 12 * MIB, 14 * MIB + 99, 1);
	reads("grown", fd, 65536, 1);
	ftruncate(fd, 9 * MIB + 77);
	reads("cut", fd, 65536, 1);
	ftruncate(fd, 10 * MIB);
	long n = pread(fd, buf, MIB, 9 * MIB);
	long zeros = 0;
	for (long i = 77; i < n; i++)
		zeros += !buf[i];
	printf("grown again: %ld bytes, %ld zeros\n", n, zeros);
	fill(fd, 0, 10 * MIB, 2);
	reads("overwritten", fd, MIB, 2);
	printf("punch: %d\n", fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, MIB, MIB));
	n = pread(fd, buf, 3 * MIB, 0);
	for (zeros = 0; zeros < MIB && !buf[MIB + zeros]; zeros++)
		;
	printf("with a hole: %ld bytes, %ld zeros, then %d %d\n", n, zeros, buf[2 * MIB] == at(2 * MIB, 2), buf[MIB - 1] == at(MIB - 1, 2));
	fill(fd, MIB, 2 * MIB, 2);
	reads("filled", fd, MIB, 2);

	/* Bad and strange buffers. */
	unsigned char *m = mmap(NULL, 4 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(m + MIB, 4096, PROT_READ);
	tryRead("null", fd, NULL, MIB, 0);
	tryRead("read-only", fd, m + MIB, 4096, 0);
	tryRead("up to read-only", fd, m, MIB, 0);
	munmap(m + 2 * MIB, MIB);
	tryRead("unmapped", fd, m + 2 * MIB, MIB, 0);
	tryRead("untouched", fd, m + 3 * MIB, MIB, MIB);
	printf("equal: %d\n", !memcmp(m + 3 * MIB, (pread(fd, buf, MIB, MIB), buf), MIB));
	unsigned char *own = mmap(NULL, 4 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	tryRead("to its own mapping", fd, own, MIB, 2 * MIB);
	printf("equal: %d\n", !memcmp(own, (pread(fd, buf, MIB, 2 * MIB), buf), MIB));
	munmap(own, 4 * MIB);
	fill(fd, 0, MIB, 2);
	struct iovec iov[3] = { { buf, 5000 }, { buf + MIB, MIB }, { buf + 5000, 100 } };
	n = preadv(fd, iov, 3, 4096);
	printf("vector: %ld %d %d %d\n", n, buf[0] == at(4096, 2), buf[MIB] == at(9096, 2), buf[5000] == at(9096 + MIB, 2));
	tryRead("behind the end", fd, buf, MIB, 11 * MIB);
	tryRead("at the end", fd, buf, MIB, 10 * MIB - 5000);

	/* The descriptor's life. */
	int twin = dup(fd);
	lseek(fd, 5, SEEK_SET);
	n = read(twin, buf, MIB);
	printf("twin: %ld %ld at %ld\n", n, differs(5, n, 2), (long)lseek(fd, 0, SEEK_CUR));
	close(twin);
	n = read(fd, buf, MIB);
	printf("after its close: %ld %ld\n", n, differs(5 + MIB, n, 2));
	fflush(stdout);
	pid_t pid = fork();
	if (!pid) {
		n = read(fd, buf, MIB);
		_exit(n == MIB && differs(5 + 2 * MIB, n, 2) < 0 ? 7 : 8);
	}
	int st;
	waitpid(pid, &st, 0);
	n = read(fd, buf, MIB);
	printf("child %d, then %ld %ld\n", WEXITSTATUS(st), n, differs(5 + 3 * MIB, n, 2));
	int other = open("windows.2", O_RDWR | O_CREAT | O_TRUNC, 0600);
	fill(other, 0, 4 * MIB, 9);
	dup2(other, fd);
	reads("another in its place", fd, MIB, 9);
	unlink("windows.2");
	reads("unlinked", fd, 8192, 9);
	close(other);
	close(fd);
	tryRead("closed", fd, buf, MIB, 0);
	int wo = open(path, O_WRONLY);
	tryRead("write-only", wo, buf, MIB, 0);
	close(wo);
	raced();
	unlink(path);
	return 0;
}
