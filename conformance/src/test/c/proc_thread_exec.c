#include "t.h"
static void *spin(void *a) { for (;;) {} return a; }
static void *sleepy(void *a) { for (;;) pause(); return a; }
static char path[PATH_MAX];
static void *go(void *a) {
    pid_t before = getpid();
    char text[32];
    sprintf(text, "%d", before);
    execl(path, "again", text, NULL);
    return a;
}
int main(int argc, char **argv) {
    if (argc > 1) {
        printf("same pid %d, leader %d\n", atoi(argv[1]) == getpid(), gettid() == getpid());
        DIR *d = opendir("/proc/self/task");
        int n = 0;
        while (readdir(d)) n++;
        printf("tasks %d\n", n - 2);
        return 3;
    }
    readlink("/proc/self/exe", path, sizeof path - 1);
    pthread_t t;
    pthread_create(&t, NULL, spin, NULL);
    pthread_create(&t, NULL, sleepy, NULL);
    pid_t p = fork();
    if (p == 0) {
        pthread_create(&t, NULL, spin, NULL);
        pthread_create(&t, NULL, sleepy, NULL);
        pthread_create(&t, NULL, go, NULL);
        pause();
    }
    int status;
    waitpid(p, &status, 0);
    show_status("exec from a thread", status);
    p = fork();
    if (p == 0) { pthread_create(&t, NULL, sleepy, NULL); pthread_create(&t, NULL, spin, NULL); exit(8); }
    waitpid(p, &status, 0);
    show_status("exit with threads", status);
    p = fork();
    if (p == 0) { pthread_create(&t, NULL, go, NULL); pthread_exit(NULL); }
    waitpid(p, &status, 0);
    show_status("leader gone", status);
    return 0;
}
