#include "t.h"
#include <pty.h>
#include <termios.h>
static int m, s;
static void type(const char *text) { write(m, text, strlen(text)); nap(5); }
static void out(const char *what) {
    char buf[512];
    struct pollfd pf = {m, POLLIN, 0};
    int n = poll(&pf, 1, 50) > 0 ? read(m, buf, 511) : 0;
    printf("%s:", what);
    for (int i = 0; i < n; i++) printf(buf[i] >= 32 && buf[i] < 127 ? "%c" : "\\%03o", (unsigned char)buf[i]);
    puts("");
}
static void in(const char *what) {
    char buf[512];
    fcntl(s, F_SETFL, O_RDWR | O_NONBLOCK);
    errno = 0;
    int n = read(s, buf, 511);
    printf("%s %d %s:", what, n, n < 0 ? strerrorname_np(errno) : "");
    for (int i = 0; i < n; i++) printf(buf[i] >= 32 && buf[i] < 127 ? "%c" : "\\%03o", (unsigned char)buf[i]);
    puts("");
}
int main(void) {
    struct winsize ws = {24, 80, 0, 0};
    P(openpty(&m, &s, NULL, NULL, &ws));
    P(isatty(s));
    P(isatty(m));
    struct termios t;
    P(tcgetattr(s, &t));
    printf("i %o o %o c %o l %o\n", t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag);
    for (int i = 0; i < 17; i++) printf("%d ", t.c_cc[i]);
    puts("");
    type("hello\n");
    out("echo"); in("line");
    type("abX\177c\n");
    out("erase"); in("line");
    type("kill me\025ok\n");
    out("kill"); in("line");
    type("word two\027end\n");
    out("werase"); in("line");
    type("par");
    in("partial");
    type("\004");
    in("eof flush");
    type("\004");
    in("eof");
    type("ctl \001\002 \026\003q\n");
    out("lnext"); in("line");
    write(s, "out\tput\n", 8);
    out("onlcr");
    t.c_lflag &= ~(ICANON | ECHO);
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    P(tcsetattr(s, TCSANOW, &t));
    type("raw\r");
    out("noecho"); in("raw");
    cfmakeraw(&t);
    P(tcsetattr(s, TCSANOW, &t));
    type("\003\r\n");
    in("raw all");
    write(s, "a\n", 2);
    out("no post");
    int n = -1;
    type("12345");
    P(ioctl(s, FIONREAD, &n));
    printf("%d\n", n);
    P(tcflush(s, TCIFLUSH));
    in("flushed");
    struct winsize got;
    P(ioctl(s, TIOCGWINSZ, &got));
    printf("%d %d\n", got.ws_row, got.ws_col);
    ws.ws_col = 100;
    P(ioctl(m, TIOCSWINSZ, &ws));
    ioctl(s, TIOCGWINSZ, &got);
    printf("%d %d\n", got.ws_row, got.ws_col);
    struct pollfd pf = {m, POLLIN | POLLOUT, 0};
    P(poll(&pf, 1, 0));
    printf("%x\n", pf.revents);
    close(s);
    char c;
    P(read(m, &c, 1));
    poll(&pf, 1, 0);
    printf("%x\n", pf.revents);
    P(tcgetattr(0, &t));
    return 0;
}
