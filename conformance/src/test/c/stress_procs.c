/* Many short processes and threads at once: every exit status must come back. */
#include "t.h"
static void *nothing(void *a) { return a; }
int main(void) {
    int bad = 0, status;
    for (int round = 0; round < 4; round++) {
        pid_t p[50];
        for (int i = 0; i < 50; i++) if ((p[i] = fork()) == 0) _exit(i);
        for (int i = 0; i < 50; i++) { if (waitpid(p[i], &status, 0) != p[i] || WEXITSTATUS(status) != i) bad++; }
    }
    printf("bad %d\n", bad);
    for (int i = 0; i < 300; i++) {
        pthread_t t;
        void *r;
        if (pthread_create(&t, NULL, nothing, (void *)(long)i)) bad++;
        pthread_join(t, &r);
        if ((long)r != i) bad++;
    }
    printf("bad %d\n", bad);
    int ring[10][2];
    for (int i = 0; i < 10; i++) MUST(pipe(ring[i]));
    pid_t members[9];
    for (int i = 0; i < 9; i++)
        if ((members[i] = fork()) == 0) {
            char c;
            while (read(ring[i][0], &c, 1) == 1) { c++; write(ring[i + 1][1], &c, 1); if (c > 90) break; }
            _exit(0);
        }
    char c = 0;
    for (int i = 0; i < 9; i++) { write(ring[0][1], &c, 1); read(ring[9][0], &c, 1); printf("%d ", c); }
    puts("");
    /* They have each other's ends open, so that closing ours would end none. */
    for (int i = 0; i < 9; i++) {
        kill(members[i], SIGKILL);
        waitpid(members[i], &status, 0);
        show_status("member", status);
    }
    return 0;
}
