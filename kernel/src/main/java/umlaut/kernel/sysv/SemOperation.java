package umlaut.kernel.sysv;

/** One struct sembuf of semop(2). */
record SemOperation(int number, int change, int flags) {}
