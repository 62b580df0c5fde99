package umlaut.machine;

/** A machine cannot be made or its first process not started. The message is one line for people: what was wrong, what to do. */
public final class MachineException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What {@code docker run} ends with when it could not do its own part. */
    public static final int CANNOT_RUN = 125;
    /** The command was found but cannot be executed. */
    public static final int CANNOT_EXECUTE = 126;
    /** The command was not found. */
    public static final int NOT_FOUND = 127;
    /** The guest's kernel has panicked: as if it had aborted. */
    public static final int PANIC = 134;

    public final int exitStatus;

    public MachineException(int exitStatus, String message) {
        super(message);
        this.exitStatus = exitStatus;
    }

    public MachineException(String message) {
        this(CANNOT_RUN, message);
    }
}
