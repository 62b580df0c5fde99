/* rt_sigaction(2) asked about every signal again and again (as posix_spawn(3) does), while actions change by itself, another thread, a one-shot handler and a parent that shares the table. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct kernel_sigaction {
	unsigned long handler, flags, restorer, mask;
};

static char stack[65536];

/* Which signals have other than their default actions, and how much is set altogether. */
static void show(const char *when)
{
	printf("%s:", when);
	for (int round = 0; round < 3; round++)
		for (int n = 1; n <= 64; n++) {
			struct kernel_sigaction old = {-1, -1, -1, -1};
			if (syscall(SYS_rt_sigaction, n, NULL, &old, 8))
				printf(" %d: %s", n, strerror(errno));
			else if (old.handler | old.flags | old.restorer | old.mask)
				printf(" %d%s%s%s", n, old.handler == 1 ? " ignored" : "", old.flags ? " flags" : "", old.mask ? " mask" : "");
		}
	printf("\n");
}

static void handler(int n)
{
	(void)n;
}

static void *thread(void *unused)
{
	show("thread");
	signal(SIGUSR2, SIG_IGN);
	show("thread, changed");
	return unused;
}

static int sharing(void *unused)
{
	(void)unused;
	signal(SIGHUP, SIG_IGN);
	show("sharer");
	_exit(0);
}

static void error(const char *what, long result)
{
	printf("%s: %s\n", what, result ? strerror(errno) : "no error");
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	for (int n = 1; n <= 64 && argc == 1; n++) { /* whatever the tests were started with is ignored */
		struct kernel_sigaction action = {}, old = {};
		if (!syscall(SYS_rt_sigaction, n, NULL, &old, 8) && old.handler)
			syscall(SYS_rt_sigaction, n, &action, NULL, 8);
	}
	show("begin");
	if (argc > 1)
		return 0;
	struct sigaction once = {.sa_handler = handler, .sa_flags = SA_RESETHAND};
	sigaction(SIGUSR1, &once, NULL);
	show("one-shot");
	raise(SIGUSR1);
	show("shot");
	pthread_t t;
	pthread_create(&t, NULL, thread, NULL);
	pthread_join(t, NULL);
	show("after the thread");
	int pid = clone(sharing, stack + sizeof stack, CLONE_VM | CLONE_SIGHAND | SIGCHLD, NULL);
	waitpid(pid, NULL, 0);
	show("after the sharer");
	if (!(pid = fork())) {
		signal(SIGTERM, SIG_IGN);
		show("child");
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	show("after the child");
	struct kernel_sigaction old;
	char *end = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(end + 4096, 4096);
	error("size 4", syscall(SYS_rt_sigaction, SIGINT, NULL, &old, 4));
	error("signal 0", syscall(SYS_rt_sigaction, 0, NULL, &old, 8));
	error("signal 65", syscall(SYS_rt_sigaction, 65, NULL, &old, 8));
	error("nowhere", syscall(SYS_rt_sigaction, SIGINT, NULL, NULL, 8));
	error("bad", syscall(SYS_rt_sigaction, SIGINT, NULL, 8L, 8));
	error("half", syscall(SYS_rt_sigaction, SIGINT, NULL, end + 4096 - 16, 8));
	error("read-only", syscall(SYS_rt_sigaction, SIGINT, NULL, main, 8));
	error("kill", syscall(SYS_rt_sigaction, SIGKILL, NULL, &old, 8));
	char *arguments[] = {argv[0], "again", NULL};
	extern char **environ;
	posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments, environ);
	waitpid(pid, NULL, 0);
	return 0;
}
