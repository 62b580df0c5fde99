/* clone(2) with numbers as the signal of the child's end that are none. */
#include "t.h"

int main(void) {
    int numbers[] = {0, SIGUSR1, 64, 65, 77, 255}, status;
    signal(SIGUSR1, SIG_IGN);
    signal(64, SIG_IGN);
    for (int i = 0; i < 6; i++) {
        long pid = syscall(SYS_clone, numbers[i], 0, 0, 0, 0);
        if (pid == 0) _exit(i);
        MUST(pid);
        MUST(waitpid(pid, &status, __WALL));
        printf("%d: ", numbers[i]);
        show_status("child", status);
        P(waitpid(pid, &status, __WALL));
    }
    return 0;
}
