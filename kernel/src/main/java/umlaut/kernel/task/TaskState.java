package umlaut.kernel.task;

/** What a task is doing, with the letter of /proc/PID/stat (proc(5)). */
public enum TaskState {
    RUNNING('R'),
    SLEEPING('S'),
    UNINTERRUPTIBLE('D'),
    STOPPED('T'),
    TRACED('t'),
    ZOMBIE('Z'),
    DEAD('X');

    public final char letter;

    TaskState(char letter) {
        this.letter = letter;
    }
}
