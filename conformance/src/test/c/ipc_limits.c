/* The limits of System V communication obey /proc/sys/kernel, and /proc/sysvipc shows the objects: in an IPC namespace of its own. */
#include "t.h"
#include <sched.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

static void set(const char *name, const char *value) {
    char path[100];
    snprintf(path, sizeof path, "/proc/sys/kernel/%s", name);
    int fd = open(path, O_WRONLY);
    errno = 0;
    long n = write(fd, value, strlen(value));
    printf("%s = %s: %s\n", name, value, n < 0 ? strerrorname_np(errno) : "ok");
    close(fd);
}

static void show(const char *path) {
    char text[4000];
    int fd = open(path, O_RDONLY);
    long n = read(fd, text, sizeof text - 1);
    text[n < 0 ? 0 : n] = 0;
    printf("%s: %s", path, text);
    close(fd);
}

int main(void) {
    NEEDS(unshare(CLONE_NEWIPC));
    struct { long type; char text[9000]; } message = {1, ""};
    show("/proc/sys/kernel/msg_next_id");
    set("msg_next_id", "77");
    int queue = msgget(IPC_PRIVATE, 0600);
    printf("next id: %d\n", queue);
    show("/proc/sys/kernel/msg_next_id");
    set("msg_next_id", "77");
    printf("taken: another place: %d\n", msgget(IPC_PRIVATE, 0600) != queue);
    set("msg_next_id", "-1");
    set("sem_next_id", "4");
    P(semget(IPC_PRIVATE, 3, 0600));
    set("shm_next_id", "9");
    P(shmget(IPC_PRIVATE, 4096, 0600));

    set("msgmax", "100");
    P(msgsnd(queue, &message, 101, 0));
    P(msgsnd(queue, &message, 100, 0));
    set("msgmnb", "50");
    struct msqid_ds state;
    P(msgctl(queue, IPC_STAT, &state));
    printf("%lu bytes at most\n", (unsigned long)state.msg_qbytes);
    set("msgmni", "2");
    P(msgget(IPC_PRIVATE, 0600));
    set("msgmni", "3");
    int third = msgget(IPC_PRIVATE, 0600);
    P(msgctl(third, IPC_STAT, &state));
    printf("%lu bytes at most\n", (unsigned long)state.msg_qbytes);
    set("msgmni", "32769");

    set("sem", "5\t10\t2\t3");
    show("/proc/sys/kernel/sem");
    P(semget(IPC_PRIVATE, 6, 0600));
    int more = semget(IPC_PRIVATE, 5, 0600);
    P(more >= 0);
    P(semget(IPC_PRIVATE, 3, 0600));
    struct sembuf ops[3] = {{0, 1, 0}, {1, 1, 0}, {2, 1, 0}};
    P(semop(more, ops, 3));
    P(semop(more, ops, 2));
    P(semget(IPC_PRIVATE, 2, 0600) >= 0);
    P(semget(IPC_PRIVATE, 1, 0600));

    show("/proc/sys/kernel/shmmax");
    set("shmmax", "8192");
    P(shmget(IPC_PRIVATE, 8193, 0600));
    P(shmget(IPC_PRIVATE, 8192, 0600) >= 0);
    set("shmall", "4");
    P(shmget(IPC_PRIVATE, 8192, 0600));
    P(shmget(IPC_PRIVATE, 4096, 0600) >= 0);
    set("shmmni", "3");
    P(shmget(IPC_PRIVATE, 4096, 0600));
    struct shminfo info;
    P(shmctl(0, IPC_INFO, (struct shmid_ds *)&info) >= 0);
    printf("%lu %lu %lu\n", info.shmmax, info.shmmni, info.shmall);

    FILE *f = fopen("/proc/sysvipc/msg", "r");
    int key, id, mode, size, queued;
    fscanf(f, "%*[^\n]");
    printf("%d: ", fscanf(f, "%d %d %o %d %d", &key, &id, &mode, &size, &queued));
    printf("%d %d %o %d %d\n", key, id > 0, mode, size >= 0, queued >= 0);
    show("/proc/sys/kernel/shmmni");
    return 0;
}
