package umlaut.machine;

/** A guest: its engine, kernel, mounts and first process. */
public final class Machine implements AutoCloseable {
    private final MachineConfig config;

    public Machine(MachineConfig config) {
        this.config = config;
    }

    /** Boots, runs the first process to its end. @return the exit status as docker run's: 128+n for a death by signal n */
    public int run() {
        throw new MachineException("cannot boot '" + config.name() + "' yet");
    }

    @Override
    public void close() {}
}
