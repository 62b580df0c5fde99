package umlaut.kernel.mm;

import umlaut.engine.AddressSpace;
import umlaut.kernel.Kernel;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.task.Task;

/**
 * A guest address space: its VMAs and what is laid out where (Linux: mm_struct). Shared by the tasks cloned with CLONE_VM, counted by {@link #acquire} and
 * {@link #release}.
 */
public final class Mm {
    private final Kernel kernel;
    private final AddressSpace space;

    public Mm(Kernel kernel, AddressSpace space) {
        this.kernel = kernel;
        this.space = space;
    }

    public Kernel kernel() {
        return kernel;
    }

    public AddressSpace space() {
        return space;
    }

    /** A change left to be run on return has failed on the host: takes its VMA back and answers the call with the error. */
    public void orderFailed(Task task, long negativeErrno) {
        throw new IllegalStateException("no orders yet for " + task + negativeErrno);
    }

    /** A fault that is not the program's: a mapping to be completed. @return false: it is a signal */
    public boolean handleFault(Task task, SigInfo info) {
        return false;
    }
}
