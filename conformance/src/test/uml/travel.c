/* Waits in all the ways there are, and says what the clock says then. Run where time is virtual (LinuxTest). */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct timespec start;

static void say(const char *what, const char *more) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    printf("%s %ld.%09ld%s\n", what, (long)(now.tv_sec - start.tv_sec), now.tv_nsec - start.tv_nsec, more);
    fflush(stdout);
}

static void *thrice(void *seconds) {
    for (int i = 0; i < 3; i++) {
        struct timespec length = {(long)seconds, 500000000};
        nanosleep(&length, 0);
    }
    return 0;
}

int main(void) {
    clock_gettime(CLOCK_MONOTONIC, &start);
    sleep(3600);
    say("sleep", "");
    poll(0, 0, 90000);
    say("poll", "");

    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t never = PTHREAD_COND_INITIALIZER;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 1000;
    pthread_mutex_lock(&mutex);
    int result = pthread_cond_timedwait(&never, &mutex, &until);
    pthread_mutex_unlock(&mutex);
    say("condition", result == ETIMEDOUT ? " 1" : " 0");

    pthread_t threads[4];
    for (long i = 0; i < 4; i++) {
        pthread_create(&threads[i], 0, thrice, (void *)(10 * i));
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], 0);
    }
    say("threads", "");

    if (!fork()) {
        sleep(77);
        _exit(0);
    }
    wait(0);
    say("wait", "");

    int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    struct itimerspec each = {{100, 0}, {100, 0}};
    timerfd_settime(timer, 0, &each, 0);
    for (int i = 0; i < 5; i++) {
        uint64_t count;
        if (read(timer, &count, 8) != 8) {
            return 1;
        }
    }
    say("timer", "");
    alarm(50);
    pause();
    return 0;
}
