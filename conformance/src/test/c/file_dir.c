#include "t.h"
static int cmp(const void *a, const void *b) { return strcmp(*(char **)a, *(char **)b); }
int main(void) {
    mkdir("d", 0755);
    chdir("d");
    for (int i = 0; i < 300; i++) {
        char n[32];
        sprintf(n, "entry-%d", i);
        if (i % 3 == 0) mkdir(n, 0700);
        else if (i % 3 == 1) close(open(n, O_CREAT | O_WRONLY, 0600));
        else symlink("x", n);
    }
    char *names[400];
    int n = 0;
    DIR *d = opendir(".");
    struct dirent *e;
    while ((e = readdir(d))) { char b[300]; sprintf(b, "%s %d", e->d_name, e->d_type); names[n++] = strdup(b); }
    qsort(names, n, sizeof *names, cmp);
    for (int i = 0; i < n; i += 7) puts(names[i]);
    printf("%d entries\n", n);
    rewinddir(d);
    n = 0;
    while ((e = readdir(d))) {
        if (e->d_name[0] == '.') continue;
        n++;
        if (unlinkat(AT_FDCWD, e->d_name, e->d_type == DT_DIR ? AT_REMOVEDIR : 0)) perror("unlink");
    }
    printf("removed %d\n", n);
    rewinddir(d);
    n = 0;
    while ((e = readdir(d))) n++;
    printf("left %d\n", n);
    char buf[PATH_MAX];
    getcwd(buf, sizeof buf);
    printf("%s\n", strrchr(buf, '/'));
    int fd = open("..", O_RDONLY);
    P(fchdir(fd));
    P(rmdir("d"));
    char tiny[10];
    P(syscall(SYS_getdents64, fd, tiny, sizeof tiny));
    P(fchdir(1));
    return 0;
}
