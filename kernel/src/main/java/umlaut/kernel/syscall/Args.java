package umlaut.kernel.syscall;

import umlaut.engine.UserThread;
import umlaut.kernel.mm.UserAccess;

/** The six arguments of the system call a task is in, decoded as its C prototype would. One a task, refilled at each call. */
public final class Args {
    private final UserAccess memory;
    private final long[] values = new long[6];

    public Args(UserAccess memory) {
        this.memory = memory;
    }

    void load(UserThread user) {
        user.arguments(values);
    }

    /** int: the upper half of the register is ignored, as C does. */
    public int i(int index) {
        return (int) values[index];
    }

    /** long, size_t, or a guest address. */
    public long l(int index) {
        return values[index];
    }

    /** A descriptor: an int. */
    public int fd(int index) {
        return (int) values[index];
    }

    /** A path read from guest memory. @throws umlaut.abi.ErrnoException EFAULT, ENAMETOOLONG */
    public String path(int index) {
        return memory.path(values[index]);
    }

    public long[] raw() {
        return values.clone();
    }
}
