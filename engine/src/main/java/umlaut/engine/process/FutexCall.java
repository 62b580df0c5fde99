package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import umlaut.host.Layouts;
import umlaut.host.Syscall;

/**
 * A call of futex(2) or its younger kin that a guest thread is to make on the host as it goes out: the number and arguments stand in the area. Belongs to its thread's
 * kernel thread.
 */
final class FutexCall {
    private static final int EINTR = 4;
    private static final long NS_PER_SECOND = 1_000_000_000L;

    private final MemorySegment area;
    private boolean requested;
    /** The guest's own call, which is begun anew where it was interrupted. */
    private int number = Syscall.FUTEX;
    /** The argument that leads to {@link Area#FUTEX_TIMEOUT} in the next call; -1: none. */
    private int timeoutArgument = -1;

    FutexCall(MemorySegment area) {
        this.area = area;
    }

    /** See {@link umlaut.engine.UserThread#futexTimeout}. */
    void timeout(int argument, long timeNs) {
        timeoutArgument = argument;
        area.set(Layouts.LONG, Area.FUTEX_TIMEOUT, timeNs / NS_PER_SECOND);
        area.set(Layouts.LONG, Area.FUTEX_TIMEOUT + 8, timeNs % NS_PER_SECOND);
    }

    /** The futex(2) call that stands in the thread's registers. */
    void request() {
        set(Syscall.FUTEX, Area.RDI, Area.RSI, Area.RDX, Area.R10, Area.R8, Area.R9);
        number = Syscall.FUTEX;
        requested = true;
    }

    /** The system call {@code nr} that stands in the thread's registers. */
    void request(int nr) {
        request();
        area.set(Layouts.LONG, Area.FUTEX_CALL, nr);
        number = nr;
    }

    private void set(long nr, int... registers) {
        area.set(Layouts.LONG, Area.FUTEX_CALL, nr);
        for (int i = 0; i < registers.length; i++) {
            area.set(Layouts.LONG, Area.FUTEX_CALL + 8L * (i + 1), area.get(Layouts.LONG, registers[i]));
        }
        if (timeoutArgument >= 0) {
            long place = area.get(Layouts.LONG, Area.SELF) + Area.FUTEX_TIMEOUT;
            area.set(Layouts.LONG, Area.FUTEX_CALL + 8L * (timeoutArgument + 1), place);
            timeoutArgument = -1;
        }
    }

    /** @return what the answer says of it, and nothing more is asked for */
    int answer() {
        if (!requested) {
            return 0;
        }
        requested = false;
        return State.FUTEX;
    }

    /** An interrupt has come first. @return whether there was a call, whose result now is -EINTR */
    boolean cancel() {
        if (!requested) {
            return false;
        }
        requested = false;
        area.set(Layouts.INT, Area.FUTEX_AGAIN, State.FUTEX);
        area.set(Layouts.LONG, Area.RAX, -EINTR);
        return true;
    }

    /** The system call that was interrupted last: the stub tells whether it was one that we had asked for. */
    int interrupted() {
        return (area.get(Layouts.INT, Area.FUTEX_AGAIN) & State.FUTEX) != 0 ? number : Syscall.FUTEX;
    }
}
