#include "t.h"
#include <semaphore.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
int main(void) {
    int id = shmget(IPC_PRIVATE, 5000, 0600);
    P(id >= 0);
    char *a = shmat(id, NULL, 0);
    if (fork() == 0) { strcpy(a, "shm from child"); _exit(0); }
    wait(NULL);
    puts(a);
    struct shmid_ds ds;
    P(shmctl(id, IPC_STAT, &ds));
    printf("%ld %ld\n", (long)ds.shm_segsz, (long)ds.shm_nattch);
    P(shmctl(id, IPC_RMID, NULL));
    P(shmdt(a));
    P(shmdt(a));
    P(shmat(id, NULL, 0) == (void *)-1 ? -1 : 0);
    int sem = semget(IPC_PRIVATE, 2, 0600);
    P(sem >= 0);
    P(semctl(sem, 0, SETVAL, 1));
    struct sembuf down = {0, -1, 0}, up = {0, 1, 0}, try = {0, -1, IPC_NOWAIT};
    P(semop(sem, &down, 1));
    P(semop(sem, &try, 1));
    if (fork() == 0) { nap(30); semop(sem, &up, 1); _exit(0); }
    P(semop(sem, &down, 1));
    wait(NULL);
    P(semctl(sem, 0, GETVAL));
    P(semctl(sem, 0, IPC_RMID));
    int q = msgget(IPC_PRIVATE, 0600);
    struct { long type; char text[16]; } m = {2, "two"};
    P(msgsnd(q, &m, 4, 0));
    m.type = 1;
    strcpy(m.text, "one");
    P(msgsnd(q, &m, 4, 0));
    P(msgrcv(q, &m, 16, 2, 0));
    puts(m.text);
    P(msgrcv(q, &m, 16, 0, 0));
    puts(m.text);
    P(msgrcv(q, &m, 16, 0, IPC_NOWAIT));
    P(msgctl(q, IPC_RMID, NULL));
    int fd = shm_open("/umlaut-conformance", O_CREAT | O_RDWR, 0600);
    P(ftruncate(fd, 4096));
    P(shm_unlink("/umlaut-conformance"));
    struct { pthread_mutex_t m; sem_t s; int n; } *sh = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    pthread_mutexattr_t at;
    pthread_mutexattr_init(&at);
    pthread_mutexattr_setpshared(&at, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&at, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&sh->m, &at);
    sem_init(&sh->s, 1, 0);
    for (int i = 0; i < 4; i++)
        if (fork() == 0) {
            for (int k = 0; k < 500; k++) { pthread_mutex_lock(&sh->m); sh->n++; pthread_mutex_unlock(&sh->m); }
            sem_post(&sh->s);
            _exit(0);
        }
    for (int i = 0; i < 4; i++) sem_wait(&sh->s);
    while (wait(NULL) > 0) {}
    printf("n %d\n", sh->n);
    if (fork() == 0) { pthread_mutex_lock(&sh->m); _exit(0); }
    wait(NULL);
    P(pthread_mutex_lock(&sh->m) == EOWNERDEAD);
    P(pthread_mutex_consistent(&sh->m));
    P(pthread_mutex_unlock(&sh->m));
    return 0;
}
