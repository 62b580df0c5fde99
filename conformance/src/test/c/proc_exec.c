#include "t.h"
static void try(const char *path) {
    pid_t p = fork();
    if (p == 0) {
        char *argv[] = {"zero", "one", "", "three words here", NULL};
        char *envp[] = {"A=1", "B=", NULL};
        execve(path, argv, envp);
        printf("%s: %s\n", path, strerrorname_np(errno));
        fflush(stdout);
        _exit(9);
    }
    int status;
    waitpid(p, &status, 0);
    show_status(path, status);
}
static void put(const char *path, const char *text, int mode) {
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0700);
    write(fd, text, strlen(text));
    close(fd);
    chmod(path, mode);
}
int main(int argc, char **argv, char **envp) {
    if (strcmp(argv[0], "again") == 0) {
        for (int i = 0; i < argc; i++) printf("arg %s\n", argv[i]);
        for (char **e = envp; *e; e++) printf("env %s\n", *e);
        printf("fd 10 %d fd 11 %d\n", fcntl(10, F_GETFD), fcntl(11, F_GETFD));
        return 5;
    }
    put("script", "#!/bin/sh\necho script \"$0\" \"$@\"\necho A=$A\nexit 4\n", 0755);
    put("optarg", "#! /bin/echo  -n  x y \n", 0755);
    put("nested", "#!./script one\n", 0755);
    put("noexec", "#!/bin/sh\n", 0644);
    put("garbage", "\1\2\3\4garbage", 0755);
    put("empty", "", 0755);
    put("badinterp", "#!/nonexistent/x\n", 0755);
    mkdir("dir", 0755);
    try("./script");
    try("./optarg");
    try("./nested");
    try("./noexec");
    try("./garbage");
    try("./empty");
    try("./badinterp");
    try("./dir");
    try("./missing");
    try("./script/x");
    dup2(1, 10);
    dup2(1, 11);
    fcntl(10, F_SETFD, FD_CLOEXEC);
    char *args[] = {"again", "b", NULL}, *env[] = {"X=y", NULL};
    fflush(stdout);
    execve("/proc/self/exe", args, env);
    P(-1);
    return 1;
}
