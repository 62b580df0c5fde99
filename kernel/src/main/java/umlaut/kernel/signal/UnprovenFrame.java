package umlaut.kernel.signal;

import umlaut.engine.Reg;
import umlaut.engine.UserThread;
import umlaut.kernel.task.Task;

/**
 * The registers from before a signal frame was written, until the thread has come back from guest code: the vector
 * state is saved there on the thread's way out, and only if the
 * memory then turns out to be bad is the frame known to be impossible. Used by its own task only.
 */
public final class UnprovenFrame {
    private final long[] registers = new long[Reg.COUNT];

    /** What {@link SignalFrame} works on. */
    final long[] work = new long[Reg.COUNT];

    final long[] context = new long[SignalFrame.REGISTERS.length];

    private long mask;
    private boolean kept;

    /** Remembers the registers and the signal mask, unless an earlier frame's are still remembered. */
    void keep(Task task) {
        if (!kept) {
            UserThread user = task.user();
            mask = task.blockedSignals();
            user.registers(registers);
            kept = true;
        }
    }

    /** The thread has run guest code since: the frames were good. */
    public void proven() {
        kept = false;
    }

    /**
     * The thread could not go out. @return false when that was not for a frame; else the registers are what they were
     */
    boolean takeBack(Task task) {
        if (!kept) {
            return false;
        }
        kept = false;
        task.setBlockedSignals(mask);
        task.user().setRegisters(registers);
        return true;
    }
}
