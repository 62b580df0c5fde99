#include "t.h"
int main(void) {
    P(mkfifo("p", 0600));
    P(mkfifo("p", 0600));
    P(open("p", O_WRONLY | O_NONBLOCK));
    int r = open("p", O_RDONLY | O_NONBLOCK);
    P(r >= 0);
    char buf[32] = "";
    P(read(r, buf, 1));
    int w = open("p", O_WRONLY | O_NONBLOCK);
    P(w >= 0);
    P(read(r, buf, 1));
    P(write(w, "abc", 3));
    P(read(r, buf, 10));
    close(w);
    P(read(r, buf, 10));
    close(r);
    pid_t p = fork();
    if (p == 0) { int f = open("p", O_WRONLY); dprintf(f, "through the fifo\n"); _exit(0); }
    int f = open("p", O_RDONLY);
    P(read(f, buf, 31));
    printf("%s", buf);
    P(read(f, buf, 31));
    wait(NULL);
    int rw = open("p", O_RDWR);
    P(write(rw, "xy", 2));
    P(read(rw, buf, 2));
    return 0;
}
