/* Reads of a file that only one thread has, which it may make by itself: the position is the same for whoever else comes to see it, and what happens to the file, the descriptor or the table in between shows in the next read. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096L
#define PAGES 2048L
static const char *path = "lent.dat", *second = "lent.2";
static char buf[1 << 20];
static int fd;

/* Each page begins with its number. */
static void fill(const char *name, long pages, long add)
{
	int out = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	static long block[1 << 17];
	for (long p = 0; p < pages; p += 256) {
		for (long i = 0; i < 256; i++)
			block[i * 512] = p + i + add;
		if (write(out, block, 256 * PAGE) != 256 * PAGE)
			perror("write");
	}
	close(out);
}
static long next(int from)
{
	ssize_t n = read(from, buf, PAGE);
	return n == PAGE ? *(long *)buf : n < 0 ? -errno : n == 0 ? -1 : -1000 - n;
}
/* So many pages in a row, so that the file is lent. @return the number of the first that was not the next */
static long run(int from, long pages)
{
	long first = next(from);
	for (long i = 1; i < pages; i++)
		if (next(from) != first + i)
			return -first - i;
	return first + pages;
}
static long fdinfo(pid_t pid, int of)
{
	char name[64];
	long pos = -1;
	snprintf(name, sizeof name, "/proc/%d/fdinfo/%d", (int)pid, of);
	FILE *f = fopen(name, "r");
	if (!f || fscanf(f, "pos: %ld", &pos) != 1)
		pos = -2;
	if (f)
		fclose(f);
	return pos;
}
static void *reader(void *arg) { return (void *)run(*(int *)arg, 50); }

static void shared(void)
{
	int sv[2], st, got;
	printf("fork: %ld", run(fd, 100));
	fflush(stdout);
	pid_t pid = fork();
	if (!pid)
		_exit(run(fd, 20) == 120 ? 3 : 4);
	waitpid(pid, &st, 0);
	printf(" child %d then %ld\n", WEXITSTATUS(st), run(fd, 30));
	pid = vfork();
	if (!pid) {
		run(fd, 10);
		_exit(0);
	}
	waitpid(pid, &st, 0);
	printf("vfork: then %ld\n", run(fd, 40));
	int twin = dup(fd);
	printf("dup: %ld", run(twin, 10));
	printf(" %ld", run(fd, 10));
	close(twin);
	printf(" %ld\n", run(fd, 80));
	socketpair(AF_UNIX, SOCK_STREAM, 0, sv);
	char c = 'x', room[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { &c, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room };
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(h), &fd, sizeof fd);
	sendmsg(sv[0], &m, 0);
	printf("passed: %ld", run(fd, 10));
	recvmsg(sv[1], &m, 0);
	memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof got);
	printf(" %ld", run(got, 10));
	printf(" %ld", run(fd, 10));
	close(got);
	printf(" %ld\n", run(fd, 80));
	close(sv[0]);
	close(sv[1]);
	pthread_t t;
	void *result;
	pthread_create(&t, NULL, reader, &fd);
	pthread_join(t, &result);
	printf("thread: %ld then %ld\n", (long)result, run(fd, 40));
	int pidfd = syscall(SYS_pidfd_open, getpid(), 0);
	run(fd, 100);
	got = syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	printf("pidfd_getfd: %ld", got < 0 ? -1L : run(got, 10));
	printf(" %ld\n", run(fd, 10));
	close(got);
	close(pidfd);
}

/* Another process looks while this one reads. */
static void seen(void)
{
	int ready[2], st;
	pipe(ready);
	fflush(stdout);
	pid_t pid = fork();
	if (!pid) {
		char c;
		int own = open(path, O_RDONLY);
		write(ready[1], &c, 1);
		for (;;)
			if (next(own) == -1)
				lseek(own, 0, SEEK_SET);
	}
	char c;
	read(ready[0], &c, 1);
	long last = 0, bad = 0;
	int own = fd + 2;
	for (int i = 0; i < 200; i++) {
		long pos = fdinfo(pid, own);
		bad += pos < 0 || pos % PAGE || pos > PAGES * PAGE;
		last |= pos;
	}
	kill(pid, SIGKILL);
	waitpid(pid, &st, 0);
	printf("seen: %ld bad, %s\n", bad, last > 0 ? "moved" : "stood");
	close(ready[0]);
	close(ready[1]);
}

int main(void)
{
	fill(path, PAGES, 0);
	fill(second, PAGES, 100000);
	fd = open(path, O_RDONLY);
	printf("plain: %ld", run(fd, 500));
	printf(" at %ld, %ld", (long)lseek(fd, 0, SEEK_CUR) / PAGE, fdinfo(getpid(), fd) / PAGE);
	printf(" to the end %ld, then %ld\n", run(fd, PAGES - 500), next(fd));
	lseek(fd, 10 * PAGE, SEEK_SET);
	printf("moved: %ld", run(fd, 200));
	lseek(fd, -100 * PAGE, SEEK_CUR);
	printf(" %ld", run(fd, 5));
	lseek(fd, -7 * PAGE, SEEK_END);
	printf(" %ld %ld\n", run(fd, 7), next(fd));
	lseek(fd, 0, SEEK_SET);
	run(fd, 100);
	struct iovec iov[2] = { { buf, PAGE }, { buf + PAGE, PAGE } };
	printf("others: readv %zd", readv(fd, iov, 2));
	printf(" pread %zd %ld", pread(fd, buf, PAGE, 7 * PAGE), *(long *)buf);
	printf(" next %ld", next(fd));
	int out = open("lent.out", O_RDWR | O_CREAT | O_TRUNC, 0600);
	printf(" sendfile %zd", sendfile(out, fd, NULL, 3 * PAGE));
	printf(" copy_file_range %zd", copy_file_range(fd, NULL, out, NULL, 2 * PAGE, 0));
	printf(" next %ld", next(fd));
	printf(" odd %zd %zd", read(fd, buf, 1), read(fd, buf, 4095));
	printf(" none %zd bad %zd", read(fd, buf, 0), read(fd, (void *)8, PAGE));
	printf(" next %ld\n", next(fd));

	/* Two files in turn; a third in the first one's place. */
	int other = open(second, O_RDONLY);
	long a = 0, b = 0;
	for (int i = 0; i < 300; i++) {
		a += next(fd);
		b += next(other);
	}
	printf("in turn: %ld %ld\n", a, b);
	run(fd, 100);
	dup2(other, fd);
	printf("in its place: %ld\n", run(fd, 10));
	close(fd);
	fd = open(path, O_RDONLY);
	printf("opened again: %ld\n", run(fd, 300));
	close(fd);
	printf("closed: %ld\n", next(fd));
	close(other);
	close(out);
	fd = open(path, O_RDONLY);
	shared();
	seen();

	/* The file changes. */
	lseek(fd, 0, SEEK_SET);
	run(fd, 200);
	long mark = -5;
	out = open(path, O_WRONLY);
	pwrite(out, &mark, sizeof mark, 200 * PAGE);
	printf("written: %ld", next(fd));
	mark = 200;
	pwrite(out, &mark, sizeof mark, 200 * PAGE);
	ftruncate(out, 210 * PAGE + 100);
	printf(" cut: %ld %ld %ld", run(fd, 9), next(fd), next(fd));
	ftruncate(out, PAGES * PAGE);
	printf(" grown: %ld\n", next(fd));
	fill(path, PAGES, 0);
	lseek(fd, 0, SEEK_SET);
	run(fd, 100);
	unlink(path);
	printf("unlinked: %ld\n", run(fd, 100));
	fill(path, PAGES, 0);
	close(fd);
	fd = open(path, O_RDWR);
	run(fd, 300);
	mark = 7;
	write(fd, &mark, sizeof mark);
	printf("written by itself: %ld", (long)lseek(fd, 0, SEEK_CUR));
	lseek(fd, 300 * PAGE, SEEK_SET);
	printf(" %ld\n", next(fd));
	fill(path, PAGES, 0);

	/* Times and events. */
	struct stat before, after;
	struct timespec two[2] = { { 1000, 0 }, { 2000, 0 } };
	futimens(fd, two);
	lseek(fd, 0, SEEK_SET);
	run(fd, 200);
	fstat(fd, &before);
	futimens(fd, two);
	next(fd);
	fstat(fd, &after);
	printf("accessed: %d %d\n", before.st_atime > 2000, after.st_atime > 2000);
	run(fd, 200);
	int in = inotify_init1(IN_NONBLOCK);
	inotify_add_watch(in, path, IN_ACCESS);
	next(fd);
	printf("event: %d\n", read(in, buf, sizeof buf) > 0);
	close(in);
	close(fd);
	unlink(path);
	unlink(second);
	unlink("lent.out");
	return 0;
}
