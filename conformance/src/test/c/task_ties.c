/* set_robust_list(2), get_robust_list(2), set_tid_address(2): made over and over, so that they are answered in the guest thread, and looked at when threads and processes end. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct entry {
	struct robust_list list;
	int word;
};

struct shared {
	struct robust_list_head head;
	struct entry entry;
};

static struct robust_list_head *get(int pid)
{
	struct robust_list_head *head = (void *)-1;
	size_t length = 0;
	if (syscall(SYS_get_robust_list, pid, &head, &length))
		printf("get: %s\n", strerror(errno));
	else if (length != sizeof *head)
		printf("length %zu\n", length);
	return head;
}

static long set(void *head, size_t length)
{
	return syscall(SYS_set_robust_list, head, length) ? -errno : 0;
}

/* One entry, held by the caller. */
static void hold(struct shared *s)
{
	memset(s, 0, sizeof *s);
	s->head.list.next = &s->entry.list;
	s->entry.list.next = &s->head.list;
	s->head.futex_offset = offsetof(struct entry, word) - offsetof(struct entry, list);
	s->entry.word = syscall(SYS_gettid);
	set(&s->head, sizeof s->head);
}

static int cleared;
static struct shared of_thread;

static void *thread(void *unused)
{
	cleared = 77;
	printf("thread: number as told %d\n", syscall(SYS_set_tid_address, &cleared) == syscall(SYS_gettid));
	hold(&of_thread);
	syscall(SYS_exit, 0);
	return unused;
}

static void await(int *word)
{
	int seen;
	while ((seen = __atomic_load_n(word, __ATOMIC_SEQ_CST)) != 0)
		syscall(SYS_futex, word, FUTEX_WAIT, seen, NULL, NULL, 0);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	struct robust_list_head mine = {.list = {&mine.list}}, other = {.list = {&other.list}};
	int word = 5, good = 0;
	for (int i = 0; i < 100; i++) {
		good += set(i & 1 ? &mine : &other, sizeof mine) == 0 && get(0) == (i & 1 ? &mine : &other);
		good += syscall(SYS_set_tid_address, &word) == getpid();
	}
	printf("good: %d\n", good);
	printf("length 23: %ld\n", set(&other, 23));
	printf("length 0: %ld\n", set(&other, 0));
	printf("kept: %d\n", get(0) == &mine);
	printf("nobody's: %p\n", get(0x3ffffff));

	int pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (!pid) {
		printf("child: %p\n", get(0));
		set(&other, sizeof other);
		printf("child: %d\n", get(0) == &other);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	printf("parent: %d\n", get(0) == &mine);

	struct shared *s = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (int how = 0; how < 3; how++) {
		pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
		if (!pid) {
			hold(s);
			if (how == 0)
				_exit(0);
			if (how == 1)
				execl("/bin/true", "true", NULL);
			raise(SIGKILL);
		}
		waitpid(pid, NULL, 0);
		printf("ended %d: %x\n", how, s->entry.word);
	}

	pthread_t t;
	pthread_create(&t, NULL, thread, NULL);
	while (__atomic_load_n(&of_thread.entry.word, __ATOMIC_SEQ_CST) == 0)
		usleep(1000);
	await(&cleared);
	printf("thread: %d %x\n", cleared, of_thread.entry.word);
	printf("word of the main thread: %d\n", word);
	_exit(0);
}
