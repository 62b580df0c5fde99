package umlaut.kernel.task;

import umlaut.kernel.Kernel;

/** Processes that the machine starts: pid 1, and later commands beside it (Linux: kernel_init; docker run and docker exec). */
public final class Init {
    private Init() {}

    /** Starts pid 1 of a kernel that has no task yet. */
    public static GuestProcess start(Kernel kernel, ProcessSpec spec) {
        return spawn(kernel, spec);
    }

    /** Starts a further process, without a parent in the guest; the machine itself waits for it. */
    public static GuestProcess spawn(Kernel kernel, ProcessSpec spec) {
        throw new IllegalStateException("not yet: " + kernel + spec);
    }
}
