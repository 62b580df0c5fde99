#include "t.h"
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
int main(void) {
    int key = 0x5a5a0000 + getpid() % 1000;
    int id = shmget(key, 10000, IPC_CREAT | IPC_EXCL | 0640);
    P(id >= 0);
    P(shmget(key, 10000, IPC_CREAT | IPC_EXCL | 0640));
    P(shmget(key, 20000, 0));
    P(shmget(key, 0, 0) == id);
    P(shmget(key + 1, 100, 0));
    P(shmget(IPC_PRIVATE, 0, 0600));
    char *a = shmat(id, NULL, 0), *b = shmat(id, NULL, SHM_RDONLY);
    strcpy(a, "one memory");
    puts(b);
    P(mprotect(b, 4096, PROT_READ | PROT_WRITE));
    P(shmat(id, a + 1, 0) == (void *)-1 ? -1 : 0);
    P(shmat(id, a, 0) == (void *)-1 ? -1 : 0);
    P(shmat(id, b + 5, SHM_RND | SHM_REMAP) == b);
    struct shmid_ds ds;
    P(shmctl(id, IPC_STAT, &ds));
    printf("%o %zu %d %d\n", ds.shm_perm.mode, ds.shm_segsz, (int)ds.shm_nattch, ds.shm_cpid == getpid());
    munmap(a, 4096);
    P(shmdt(a));
    P(shmctl(id, IPC_STAT, &ds)); printf("%d\n", (int)ds.shm_nattch);
    P(shmctl(id, IPC_RMID, NULL));
    P(shmctl(id, IPC_STAT, &ds)); printf("%o %d\n", ds.shm_perm.mode & 01000, (int)ds.shm_perm.__key);
    P(shmget(key, 10000, 0));
    if (fork() == 0) { puts(b); fflush(stdout); _exit(0); }
    wait(NULL);
    P(shmdt(b));
    P(shmctl(id, IPC_STAT, &ds));
    P(shmdt(b));
    int s = semget(IPC_PRIVATE, 3, 0600);
    unsigned short all[3] = {1, 2, 3};
    P(semctl(s, 0, SETALL, all));
    struct sembuf both[2] = {{0, -1, 0}, {1, -5, IPC_NOWAIT}}, undo = {2, -2, SEM_UNDO}, zero = {0, 0, IPC_NOWAIT}, far = {7, 1, 0}, big = {0, 32767, 0}, down = {0, -9, 0};
    P(semop(s, both, 2));
    P(semctl(s, 0, GETVAL));
    P(semop(s, &zero, 1));
    P(semop(s, &far, 1));
    P(semop(s, &big, 1));
    P(semop(s, &undo, 0));
    if (fork() == 0) { semop(s, &undo, 1); P(semctl(s, 2, GETVAL)); _exit(0); }
    wait(NULL);
    P(semctl(s, 2, GETVAL));
    struct timespec t = {0, 30000000};
    P(semtimedop(s, &down, 1, &t));
    pid_t kid = fork();
    if (kid == 0) { semop(s, &down, 1); _exit(errno == EIDRM ? 3 : 4); }
    nap(100);
    P(semctl(s, 0, GETNCNT));
    P(semctl(s, 0, IPC_RMID));
    int st;
    wait(&st);
    show_status("semop", st);
    P(semctl(s, 0, GETVAL));
    int q = msgget(IPC_PRIVATE, 0600);
    struct { long type; char text[100]; } m = {0, "x"};
    P(msgsnd(q, &m, 1, 0));
    for (int i = 1; i <= 5; i++) { m.type = i; sprintf(m.text, "number %d", i); P(msgsnd(q, &m, 9, 0)); }
    P(msgrcv(q, &m, 100, -3, 0)); puts(m.text);
    P(msgrcv(q, &m, 100, 2, MSG_EXCEPT)); puts(m.text);
    P(msgrcv(q, &m, 3, 4, 0));
    P(msgrcv(q, &m, 3, 4, MSG_NOERROR)); printf("%.3s\n", m.text);
    P(msgrcv(q, &m, 100, 9, IPC_NOWAIT));
    struct msqid_ds md;
    P(msgctl(q, IPC_STAT, &md)); printf("%d %d\n", (int)md.msg_qnum, (int)md.__msg_cbytes);
    md.msg_qbytes = 20;
    P(msgctl(q, IPC_SET, &md));
    m.type = 1;
    P(msgsnd(q, &m, 9, IPC_NOWAIT));
    kid = fork();
    if (kid == 0) { _exit(msgsnd(q, &m, 9, 0) == 0 ? 3 : 4); }
    nap(50);
    P(msgrcv(q, &m, 100, 0, 0));
    waitpid(kid, &st, 0);
    show_status("msgsnd", st);
    kid = fork();
    if (kid == 0) { _exit(msgrcv(q, &m, 100, 77, 0) == -1 && errno == EIDRM ? 3 : 4); }
    nap(50);
    P(msgctl(q, IPC_RMID, NULL));
    waitpid(kid, &st, 0);
    show_status("msgrcv", st);
    P(msgget(key, 0));
    return 0;
}
