/* Partners at a FIFO that come and go at once: whoever waits in open(2) learns of each. */
#include "t.h"
int main(void) {
    MUST(mkfifo("a", 0600));
    int good = 0;
    for (int i = 0; i < 300; i++) {
        pid_t child = fork();
        if (child == 0) {
            int out = open("a", O_WRONLY);
            _exit(write(out, "x", 1) == 1 ? 0 : 1);
        }
        char c = 0;
        int in = open("a", O_RDONLY), status;
        good += read(in, &c, 1) == 1 && c == 'x';
        close(in);
        waitpid(child, &status, 0);
        good += WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    printf("%d\n", good);
    return 0;
}
