/*
 * A hostile guest: everything a program inside could try to get out of its process, each attempt in a child of its own. Prints one
 * line an attempt with what became of the child; SecurityTest watches from the host what the host kernel was really asked.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where the stub stands: see docs/engine.md. */
#define STUB 0x7ffe00000000UL
#define STUB_TEXT_SCAN 0x10000UL
#define ORDERS (STUB + 0x200000UL)

static const char canary[] = "/umlaut-escape-canary";

/* Runs one attempt in a child, for so many seconds at most; it may do anything to itself, hang included. */
static void attempt_for(int seconds, const char *name, void (*body)(void))
{
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		alarm(seconds);
		body();
		_exit(0);
	}
	int status = -1;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	printf("%s: %s %d\n", name, WIFEXITED(status) ? "exited" : "killed",
	       WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

static void attempt(const char *name, void (*body)(void))
{
	attempt_for(15, name, body);
}

static long int80(long nr, long b, long c, long d)
{
	long r;
	asm volatile("int $0x80" : "=a"(r) : "a"(nr), "b"(b), "c"(c), "d"(d) : "memory", "r8", "r9", "r10", "r11");
	return r;
}

static void low_memory_open(void)
{
	char *low = mmap((void *)0x20000000, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	strcpy(low, canary);
	int80(5, (long)low, 0101, 0666);	/* open(O_CREAT) */
	int80(102, 1, (long)low, 0);		/* socketcall */
	int80(37, 1, 9, 0);			/* kill */
	int80(2, 0, 0, 0);			/* fork */
}

static void x32_calls(void)
{
	syscall(0x40000000 | SYS_open, canary, O_CREAT | O_RDWR, 0666);
	syscall(0x40000000 | SYS_socket, AF_INET, SOCK_STREAM, 0);
	syscall(0x40000000 | SYS_kill, getppid(), 9);
	syscall(-1L);
	syscall(0x7fffffffffffffffL, 1, 2, 3);
}

/* Calls the machine code at `to` as if it were `syscall; ...` with the given registers. */
static void jump(unsigned long to, long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 asm("r10") = d;
	register long r8 asm("r8") = e;
	register long r9 asm("r9") = f;
	asm volatile("call *%[to]"
		     : "+a"(nr)
		     : [to] "r"(to), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
		     : "rcx", "r11", "memory");
}

/* The n-th syscall instruction in stub text, or 0. */
static unsigned long stub_syscall(int n)
{
	for (unsigned long p = STUB; p < STUB + STUB_TEXT_SCAN - 1; p++) {
		const volatile unsigned char *c = (const volatile unsigned char *)p;
		if (c[0] == 0x0f && c[1] == 0x05 && n-- == 0)
			return p;
	}
	return 0;
}

static void no_stub(int sig)
{
	(void)sig;
	_exit(77);	/* past the end of stub text */
}

static int which;
static long call[7];
static void jump_once(void)
{
	signal(SIGSEGV, no_stub);
	unsigned long at = stub_syscall(which);
	if (!at)
		_exit(77);
	signal(SIGSEGV, SIG_DFL);
	jump(at, call[0], call[1], call[2], call[3], call[4], call[5], call[6]);
}

static void jumps(void)
{
	static const struct { const char *name; long c[7]; } calls[] = {
		{ "open", { SYS_open, (long)canary, O_CREAT | O_RDWR, 0666 } },
		{ "openat", { SYS_openat, AT_FDCWD, (long)canary, O_CREAT | O_RDWR, 0666 } },
		{ "socket", { SYS_socket, AF_INET, SOCK_STREAM, 0 } },
		{ "kill", { SYS_kill, 1, SIGTERM } },
		{ "tgkill", { SYS_tgkill, 1, 1, SIGTERM } },
		{ "fork", { SYS_fork } },
		{ "clone", { SYS_clone, SIGCHLD } },
		{ "execve", { SYS_execve, (long)canary, 0, 0 } },
		{ "ptrace", { SYS_ptrace, 0, 0, 0, 0 } },
		{ "dup", { SYS_dup, 0 } },
		{ "recvmsg", { SYS_recvmsg, 0, 0, 0 } },
		{ "mmap file", { SYS_mmap, 0, 4096, PROT_READ, MAP_SHARED, 0, 0 } },
		{ "mmap stub", { SYS_mmap, STUB, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0 } },
		{ "mmap below stub", { SYS_mmap, STUB - 4096, 0x10000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0 } },
		{ "mprotect orders", { SYS_mprotect, ORDERS, 4096, PROT_READ | PROT_WRITE } },
		{ "mprotect stub", { SYS_mprotect, STUB, 4096, PROT_READ | PROT_WRITE | PROT_EXEC } },
		{ "munmap orders", { SYS_munmap, ORDERS, 4096 } },
		{ "munmap all", { SYS_munmap, 0x10000, 0x7fffffff0000 } },
		{ "mremap stub", { SYS_mremap, STUB, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, 0x30000000 } },
		{ "mremap onto stub", { SYS_mremap, 0x20000000, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, STUB } },
		{ "madvise orders", { SYS_madvise, ORDERS, 4096, MADV_DONTNEED } },
		{ "arch_prctl gs", { SYS_arch_prctl, 0x1001, 0 } },
		{ "seccomp", { SYS_seccomp, 0, 0, 0 } },
		{ "prctl", { SYS_prctl, 1, 0 } },
		{ "process_vm_writev", { SYS_process_vm_writev, 1, 0, 0, 0, 0, 0 } },
		{ "io_uring_setup", { 425, 8, 0 } },
		{ "x32 open", { 0x40000000 | SYS_open, (long)canary, O_CREAT, 0666 } },
	};
	for (int site = 0; site < 64; site++) {
		int end = 0;
		for (unsigned i = 0; i < sizeof calls / sizeof *calls && !end; i++) {
			which = site;
			memcpy(call, calls[i].c, sizeof call);
			fflush(stdout);
			pid_t pid = fork();
			if (pid == 0) {
				alarm(5);
				jump_once();
				_exit(0);
			}
			int status = 0;
			waitpid(pid, &status, 0);
			end = WIFEXITED(status) && WEXITSTATUS(status) == 77;
		}
		if (end) {
			printf("jumps: tried every syscall instruction: %s\n", site > 0 ? "yes" : "none found");
			return;
		}
	}
}

/* Every byte of stub text as a place to jump to, with odd registers. */
static unsigned long target;
static void jump_anywhere(void)
{
	jump(target, SYS_openat, AT_FDCWD, (long)canary, O_CREAT | O_RDWR, 0666, 0x41414141, 0x42424242);
}

static void walk_text(void)
{
	for (target = STUB; target < STUB + 0x1000; target += 13) {
		fflush(stdout);
		pid_t pid = fork();
		if (pid == 0) {
			alarm(2);
			jump_anywhere();
			_exit(0);
		}
		int status;
		/* Some entries hand over to the kernel and come back as a system call that sleeps: the alarm ends those. */
		waitpid(pid, &status, 0);
	}
}

static void map_over(void)
{
	void *p = mmap((void *)STUB, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (p != MAP_FAILED)
		_exit(1);
	if (munmap((void *)ORDERS, 4096) == 0)
		_exit(2);
	if (mprotect((void *)STUB, 4096, PROT_READ | PROT_WRITE) == 0)
		_exit(3);
	char buf[16] = "x";
	int fd[2];
	if (pipe(fd) || write(fd[1], buf, 8) != 8)
		_exit(4);
	if (read(fd[0], (void *)ORDERS, 8) > 0)	/* the kernel as a confused deputy */
		_exit(5);
	if (write(fd[1], (void *)ORDERS, 8) > 0)
		_exit(6);
}

static void write_orders(void)
{
	*(volatile char *)ORDERS = 1;
}

static void write_text(void)
{
	*(volatile char *)STUB = 1;
}

static void forged_frame(void)
{
	static unsigned long frame[256];
	memset(frame, 0x41, sizeof frame);
	/* rt_sigreturn with a frame full of nonsense, by our own kernel and by the stub's own instruction */
	asm volatile("mov %0, %%rsp\n mov $15, %%eax\n syscall" ::"r"(&frame[8]) : "memory");
}

static void forged_host_frame(void)
{
	static unsigned long frame[512];
	memset(frame, 0, sizeof frame);
	frame[5 + 16] = STUB + 0x10;			/* RIP into the stub */
	frame[5 + 15] = (unsigned long)&frame[400];	/* RSP */
	frame[5 + 18] = 0x33;				/* CS */
	for (int i = 0;; i++) {
		unsigned long at = stub_syscall(i);
		if (!at)
			return;
		asm volatile("mov %0, %%rsp\n mov $15, %%eax\n jmp *%1" ::"r"(&frame[0]), "r"(at) : "memory");
	}
}

static unsigned long area(void)
{
	unsigned long self;
	asm volatile("mov %%gs:0x40, %0" : "=r"(self));
	return self;
}

static void scribble(void)
{
	unsigned char *p = (unsigned char *)area();
	unsigned seed = 1;
	for (int round = 0; round < 200; round++) {
		for (int i = 0; i < 1000; i++) {
			seed = seed * 1103515245 + 12345;
			/* not the state word itself at first: later rounds spare nothing */
			unsigned at = (seed >> 8) & 0xffff;
			if (round < 100 && at < 0x100)
				continue;
			p[at] = seed >> 24;
		}
		getppid();
		write(-1, p, 10);
	}
}

static void *scribbler(void *a)
{
	volatile unsigned char *p = a;
	for (unsigned seed = 7;;) {
		seed = seed * 1103515245 + 12345;
		p[(seed >> 8) & 0xffff] = seed >> 24;
	}
	return NULL;
}

static void scribble_other(void)
{
	pthread_t t;
	pthread_create(&t, NULL, scribbler, (void *)area());
	char path[64], buf[100];
	for (int i = 0; i < 20000; i++) {
		snprintf(path, sizeof path, "/tmp/%d", i);
		int fd = open(path, O_RDWR | O_CREAT, 0600);
		write(fd, path, 20);
		pread(fd, buf, 20, 0);
		close(fd);
		unlink(path);
	}
}

static void set_gs(void)
{
	asm volatile("wrgsbase %0" ::"r"(0x1234560000UL));
	getppid();
	getpid();
}

static void eat_memory(void)
{
	struct rlimit r = { 1UL << 30, 1UL << 30 };
	setrlimit(RLIMIT_AS, &r);
	for (int i = 0; i < 100000; i++) {
		void *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED)
			_exit(0);
	}
	_exit(1);
}

static void *sleeper(void *a)
{
	pause();
	return a;
}

static void eat_threads(void)
{
	pthread_attr_t at;
	pthread_attr_init(&at);
	pthread_attr_setstacksize(&at, 16384);
	pthread_t t;
	for (int i = 0; i < 3000; i++)
		if (pthread_create(&t, &at, sleeper, NULL))
			break;
}

static void eat_fds(void)
{
	int n = 0;
	while (open("/dev/null", O_RDONLY) >= 0)
		n++;
	_exit(n > 10 ? 0 : 1);
}

static void eat_maps(void)
{
	char *p = mmap(NULL, 400000L * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	for (long i = 0; i < 200000; i++)
		if (mprotect(p + i * 8192, 4096, PROT_READ))
			_exit(0);
	_exit(1);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	attempt("int 0x80", low_memory_open);
	attempt("x32", x32_calls);
	attempt_for(100, "jumps into stub text", jumps);
	attempt_for(100, "every place in stub text", walk_text);
	attempt("map over the stub", map_over);
	attempt("write orders", write_orders);
	attempt("write text", write_text);
	attempt("forged frame", forged_frame);
	attempt("forged host frame", forged_host_frame);
	attempt("scribble own area", scribble);
	attempt("scribble another's area", scribble_other);
	attempt("set gs", set_gs);
	attempt("eat memory", eat_memory);
	attempt("eat threads", eat_threads);
	attempt("eat descriptors", eat_fds);
	attempt("eat mappings", eat_maps);
	printf("still here\n");
	return 0;
}
