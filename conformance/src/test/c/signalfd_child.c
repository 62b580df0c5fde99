/* A child's end reaches a parent that polls a signalfd, each time. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	sigset_t mask;
	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	int fd = signalfd(-1, &mask, SFD_CLOEXEC);
	for (int i = 0; i < 10; i++) {
		pid_t pid = fork();
		if (!pid) {
			usleep(2000);
			_exit(i);
		}
		struct pollfd p = { fd, POLLIN, 0 };
		struct signalfd_siginfo si;
		int status = 0;
		int ready = poll(&p, 1, -1);
		long n = read(fd, &si, sizeof si);
		int same = waitpid(pid, &status, 0) == pid;
		printf("%d %ld %d %d %d\n", ready, n, si.ssi_status, same, WEXITSTATUS(status));
	}
	return 0;
}
