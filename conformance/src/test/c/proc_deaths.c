#include "t.h"
int main(void) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    for (int sig = 1; sig < 65; sig++) {
        if (sig == 32 || sig == 33) continue;
        pid_t p = fork();
        if (p == 0) { kill(getpid(), sig); _exit(42); }
        int status;
        MUST(waitpid(p, &status, WUNTRACED));
        printf("signal %d ", sig);
        show_status("", status);
        if (WIFSTOPPED(status)) { kill(p, SIGKILL); waitpid(p, &status, 0); show_status("then", status); }
    }
    pid_t p = fork();
    if (p == 0) abort();
    int status;
    waitpid(p, &status, 0);
    show_status("abort", status);
    return 0;
}
