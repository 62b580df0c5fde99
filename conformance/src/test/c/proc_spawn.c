#include "t.h"
#include <spawn.h>
int main(void) {
    pid_t p;
    int status;
    char *args[] = {"sh", "-c", "echo spawned; exit 3", NULL};
    posix_spawn_file_actions_t fa;
    posix_spawn_file_actions_init(&fa);
    posix_spawn_file_actions_addopen(&fa, 1, "out", O_CREAT | O_WRONLY | O_TRUNC, 0600);
    P(posix_spawn(&p, "/bin/sh", &fa, NULL, args, environ));
    waitpid(p, &status, 0);
    show_status("spawn", status);
    char buf[64] = "";
    int fd = open("out", O_RDONLY);
    read(fd, buf, 63);
    printf("%s", buf);
    P(posix_spawn(&p, "/nonexistent", NULL, NULL, args, environ) == ENOENT);
    for (int i = 0; i < 20; i++) {
        pid_t v = vfork();
        if (v == 0) { if (i % 2) _exit(i); execl("/bin/true", "true", NULL); _exit(99); }
        MUST(waitpid(v, &status, 0));
        show_status("vfork", status);
    }
    P(system("exit 6") >> 8);
    FILE *f = popen("echo from popen; cat >/dev/null", "r");
    while (fgets(buf, 64, f)) fputs(buf, stdout);
    P(pclose(f));
    return 0;
}
