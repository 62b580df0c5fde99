package umlaut.engine.scripted;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import umlaut.engine.AddressSpace;
import umlaut.engine.Reg;
import umlaut.engine.ThreadTies;
import umlaut.engine.Trap;
import umlaut.engine.UserThread;

/**
 * A guest thread that is a Java thread running a {@link Program}. Exactly one of the two sides runs at a time: {@link #resume()} lets the program go on and waits for its next
 * trap.
 */
final class ScriptedThread implements UserThread {
    /** Thrown on the program's stack when the kernel has replaced it (execve) or ended it. */
    private static final class Gone extends RuntimeException {
        private static final long serialVersionUID = 1;

        Gone() {
            super(null, null, false, false);
        }
    }

    private final ScriptedSpace space;
    private final ScriptedTies ties = new ScriptedTies();
    private final long[] regs = new long[Reg.COUNT];
    private final Semaphore toGuest = new Semaphore(0);
    private final Semaphore toKernel = new Semaphore(0);
    private final Guest guest;
    /** Exit status of a program that threw. */
    private static final int FAILED = 99;

    private @Nullable Program first;
    /** What a fork or clone by this thread is to run in the child. */
    @Nullable Program childProgram;

    private volatile Trap trap = Trap.INTERRUPT;
    private volatile boolean interrupted;
    private volatile boolean ended;
    private @Nullable Thread thread;
    private int faultSignal;
    private int faultCode;
    private long faultAddress;
    private @Nullable MemorySegment reservedOut;
    private long reservedAddress;

    ScriptedThread(ScriptedSpace space, @Nullable ScriptedThread parent) {
        this.space = space;
        this.guest = new Guest(this);
        if (parent != null) {
            System.arraycopy(parent.regs, 0, regs, 0, Reg.COUNT);
            first = parent.childProgram;
        }
    }

    ScriptedSpace space() {
        return space;
    }

    // --- kernel side ---

    @Override
    public ThreadTies ties() {
        return ties;
    }

    @Override
    public Trap resume() {
        if (space.closed() || ended) {
            return Trap.DEAD;
        }
        if (interrupted) {
            interrupted = false;
            return Trap.INTERRUPT;
        }
        if (thread == null) {
            startAt(regs[Reg.RIP]);
        } else {
            toGuest.release();
        }
        toKernel.acquireUninterruptibly();
        interrupted = false;
        return space.closed() ? Trap.DEAD : trap;
    }

    private void startAt(long address) {
        Program program = first != null ? first : space.engine().program(address);
        first = null;
        if (program == null) {
            throw new IllegalStateException("no program at 0x" + Long.toHexString(address));
        }
        Thread fresh = new Thread(() -> runProgram(program), "scripted-guest");
        fresh.setDaemon(true);
        thread = fresh;
        fresh.start();
    }

    private void runProgram(Program program) {
        try {
            program.run(guest);
            // A program that just ends: exit_group(0).
            guest.syscall(231, 0);
        } catch (Gone e) {
            // Replaced or ended by the kernel.
        } catch (RuntimeException | AssertionError e) {
            space.engine().failed(e);
            endAfterFailure();
        }
    }

    private void endAfterFailure() {
        try {
            guest.syscall(231, FAILED);
        } catch (Gone e) {
            // As it should be.
        }
    }

    // --- guest side ---

    /** Hands a trap to the kernel and waits until it resumes us; runs a signal handler, or leaves for a new program, if RIP says so. */
    void trap(Trap kind) {
        trap = kind;
        toKernel.release();
        toGuest.acquireUninterruptibly();
        if (space.closed() || ended) {
            throw new Gone();
        }
        long rip = regs[Reg.RIP];
        Program handler =
                rip == ScriptedEngine.BEHIND_SYSCALL ? null : space.engine().program(rip);
        if (handler == null) {
            return;
        }
        if (guest.isHandler(rip)) {
            handler.run(guest);
            guest.sigreturn();
        } else {
            startAt(rip);
            throw new Gone();
        }
    }

    void setFault(int signal, int code, long address) {
        faultSignal = signal;
        faultCode = code;
        faultAddress = address;
    }

    // --- UserThread ---

    @Override
    public AddressSpace addressSpace() {
        return space;
    }

    @Override
    public long reg(int index) {
        return regs[index];
    }

    @Override
    public void setReg(int index, long value) {
        regs[index] = value;
    }

    @Override
    public int faultSignal() {
        return faultSignal;
    }

    @Override
    public int faultCode() {
        return faultCode;
    }

    @Override
    public long faultAddress() {
        return faultAddress;
    }

    @Override
    public long faultTrapNumber() {
        return 14;
    }

    @Override
    public long faultErrorCode() {
        return 4;
    }

    @Override
    public long failedOrder() {
        return 0;
    }

    @Override
    public @Nullable MemorySegment copiedIn(long address, long length) {
        return null;
    }

    @Override
    public @Nullable MemorySegment reserveOut(long address, long length) {
        MemorySegment room = MemorySegment.ofArray(new byte[(int) Math.min(length, 1 << 16)]);
        if (room.byteSize() < length) {
            return null;
        }
        reservedOut = room;
        reservedAddress = address;
        return room;
    }

    @Override
    public void commitOut(long length) {
        MemorySegment room = reservedOut;
        if (room != null) {
            space.write(reservedAddress, room, 0, length);
            reservedOut = null;
        }
    }

    @Override
    public void sleeping() {}

    @Override
    public boolean saveVectorState(long address) {
        return true;
    }

    @Override
    public boolean loadVectorState(long address) {
        return true;
    }

    @Override
    public void resetVectorState() {}

    @Override
    public void futexOnReturn() {
        regs[Reg.RAX] = -38;
    }

    @Override
    public boolean interruptedFutex() {
        return false;
    }

    @Override
    public void interrupt() {
        interrupted = true;
    }

    @Override
    public long cpuTimeNs() {
        return 0;
    }

    @Override
    public int hostTid() {
        return 0;
    }

    @Override
    public void close() {
        ended = true;
        toGuest.release();
    }

    @Override
    public long read(long address, MemorySegment to, long offset, long length) {
        return space.read(address, to, offset, length);
    }

    @Override
    public long write(long address, MemorySegment from, long offset, long length) {
        return space.write(address, from, offset, length);
    }
}
