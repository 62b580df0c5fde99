package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import umlaut.engine.AddressSpace;
import umlaut.engine.MemoryChanges;
import umlaut.engine.MemoryLease;
import umlaut.engine.OwnAnswers;
import umlaut.engine.Reg;
import umlaut.engine.RseqArea;
import umlaut.engine.ThreadTies;
import umlaut.engine.Trap;
import umlaut.engine.UserThread;
import umlaut.host.Futex;
import umlaut.host.Layouts;
import umlaut.host.Syscall;

/**
 * A guest thread: a host thread in the stub process, seen through its area. All fields but {@link #mode} belong to the kernel thread that runs it; the
 * area's contents are the guest's to spoil at any time, so everything read there is either harmless or checked.
 */
final class NativeThread implements UserThread {
    /** The last trap's request had {@link State#CHANGED}. */
    private boolean changes;

    /** Where in {@link #message} a register is. */
    private static final int[] MESSAGE_INDEX = new int[Area.REGISTERS.length];

    private static final int NO_MESSAGE = 7;

    static final int IN_KERNEL = 0, IN_USER = 1, INTERRUPTED = 2;
    static final VarHandle MODE;
    private static final long ARCH_SET_FS = 0x1002;
    private static final int EPERM = 1;

    static {
        int[] order = {Reg.RAX, Reg.RDI, Reg.RSI, Reg.RDX, Reg.R10, Reg.R8, Reg.R9};
        Arrays.fill(MESSAGE_INDEX, NO_MESSAGE);
        for (int i = 0; i < order.length; i++) {
            MESSAGE_INDEX[order[i]] = i;
        }
        try {
            MODE = MethodHandles.lookup().findVarHandle(NativeThread.class, "mode", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final NativeAddressSpace space;
    final NativeEngine engine;
    private final AreaTies ties;
    final int slot;
    final MemorySegment area;
    final OrderQueue queue = new OrderQueue();
    private volatile int tid;

    /** IN_USER between the decision to resume and the next trap; INTERRUPTED from interrupt() until the kernel has seen it. */
    @SuppressWarnings("unused")
    private volatile int mode;

    /** The system call as it came in: RAX and six arguments, read once so that they stay what they are; and one to spare. */
    private final long[] message = new long[NO_MESSAGE + 1];

    private final AreaUse areaUse = new AreaUse();
    final HandOver handOver;
    private boolean started;
    /** Guest code was let go before the first resume. */
    private boolean running;

    private int cause = State.INTERRUPT;
    private boolean full = true;
    final FutexCall futex;
    private long fsBase;
    private boolean fsChanged;
    final CopiedIn copied;
    private final LeasedMemory leased;
    private final AreaAnswers own;
    private final Rseq rseq;
    private final LentMask lentMask;
    private final LentFile lentFile;
    private final CopyOut out = new CopyOut(this);
    final WindowCopies windowCopies = new WindowCopies(this);
    private long failedOrder;
    /** The area holds the vector state as of this trap. */
    boolean vectorsCaptured;
    /** Area.ORDERS_DONE once the list published last has been run. Guarded by the address space's lock. */
    int ordersPosted;
    /** A list with changes has been published, and the host thread has not come back since. */
    volatile boolean ordersUnderWay;

    /** @param started whether its host thread has reported before, as another guest thread */
    NativeThread(NativeAddressSpace space, int slot, boolean started) {
        this.space = space;
        this.engine = space.engine;
        this.slot = slot;
        this.started = started;
        this.area = engine.areas.slot(slot);
        this.futex = new FutexCall(area);
        this.copied = new CopiedIn(area);
        this.handOver = new HandOver(this, areaUse);
        this.ties = new AreaTies(area);
        area.set(Layouts.INT, Area.HAND_OVER, 0); // a host thread may have served another before
        own = new AreaAnswers(area);
        rseq = new Rseq(own);
        leased = new LeasedMemory(space, area);
        lentMask = new LentMask(space, area);
        lentFile = new LentFile(space, area);
    }

    boolean hasStarted() {
        return started;
    }

    /** Before anybody but its maker knows the thread. */
    void setHostTid(int hostTid) {
        tid = hostTid;
    }

    @Override
    public AddressSpace addressSpace() {
        return space;
    }

    @Override
    public Trap resume() {
        if (space.isDead()) {
            return Trap.DEAD;
        }
        if (failedOrder != 0) {
            cause = State.ORDER_FAILED;
            return Trap.ORDER_FAILED;
        }
        if (windowCopies.takeFailure()) {
            return Trap.COPY_FAILED;
        }
        handOver.begin();
        if (!started) {
            awaitStart();
        }
        for (; ; ) {
            if (!MODE.compareAndSet(this, IN_KERNEL, IN_USER)) {
                MODE.setVolatile(this, IN_KERNEL);
                return interruptedEarly();
            }
            boolean first = handOver.setPace();
            post(answer());
            if (first) {
                engine.programStarted();
            }
            Trap trap = awaitTrap();
            if (trap != null) {
                return trap;
            }
        }
    }

    @Override
    public boolean canBeAnswered() {
        return true;
    }

    @Override
    public void doze(long deadlineNs) {
        handOver.doze(deadlineNs);
    }

    @Override
    public void limitCpus(long cpus) {
        handOver.limitGuest(cpus);
    }

    @Override
    public void nudge() {
        handOver.nudge();
    }

    @Override
    public boolean answer(long result) {
        if (space.isDead() || failedOrder != 0) {
            return false;
        }
        setReg(Reg.RAX, result);
        if (!MODE.compareAndSet(this, IN_KERNEL, IN_USER)) {
            return false;
        }
        handOver.answer(answer());
        return true;
    }

    /** Takes the place of a new host thread's report: lets it go to guest code as soon as it is ready, or now if it is. */
    void arm() {
        running = true;
        MODE.setVolatile(this, IN_USER);
        post(answer());
    }

    @Override
    public boolean launch() {
        running = started && !space.isDead() && failedOrder == 0 && MODE.compareAndSet(this, IN_KERNEL, IN_USER);
        if (running) {
            handOver.comeHere();
            post(answer());
        }
        return running;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public Trap awaitAnswered() {
        handOver.forgetAnswer();
        handOver.launched();
        Trap trap = awaitTrap();
        return trap != null ? trap : resume();
    }

    /** @return as {@link #trapped} */
    private @Nullable Trap awaitTrap() {
        int request = awaitRequest();
        cameIn();
        handOver.takeTurn();
        boolean interrupted = ((int) MODE.getAndSet(this, IN_KERNEL) & INTERRUPTED) != 0;
        return trapped(request, interrupted);
    }

    /** What was queued is done with. */
    private void cameIn() {
        ordersUnderWay = false;
        windowCopies.cameIn();
    }

    /** Clears what was asked for this resume, and says how the stub is to return. */
    private int answer() {
        int answer = State.ANSWER;
        if (full) {
            area.set(Layouts.LONG, Area.CS, 0x33);
            area.set(Layouts.LONG, Area.SS, 0x2b);
            answer |= State.FULL;
        }
        answer |= futex.answer();
        if (fsChanged) {
            if (queue.isFull()) {
                runOrders();
            }
            space.enqueue(this, 0, 0, Syscall.ARCH_PRCTL, ARCH_SET_FS, fsBase(), 0, 0, 0, 0);
            fsChanged = false;
        }
        if (queue.isOneCopy()) {
            answer |= queue.publishCopy(area);
        } else if (queue.size() != 0 && space.publish(this)) {
            answer |= State.ORDERS;
        }
        return answer;
    }

    private Trap interruptedEarly() {
        cause = State.INTERRUPT;
        copied.begin(0); // the guest's memory may have changed since
        vectorsCaptured = false;
        if (futex.cancel()) {
            cause = State.FUTEX_INTERRUPTED;
        }
        return Trap.INTERRUPT;
    }

    void post(int answer) {
        handOver.post(answer);
    }

    int awaitRequest() {
        return handOver.awaitRequest();
    }

    /** @param interrupted an interrupt was asked for while the thread came in by itself. @return null if it is to go on, the kernel knowing nothing */
    private @Nullable Trap trapped(int request, boolean interrupted) {
        cause = request & ~State.MARKS;
        changes = (request & State.CHANGED) != 0;
        copied.begin(0);
        vectorsCaptured = false;
        out.begin();
        switch (cause) {
            case State.SYSCALL, State.UNPATCHED -> {
                full = false;
                for (int i = 0; i < NO_MESSAGE; i++) {
                    message[i] = area.get(Layouts.LONG, Area.RAX + 8L * i);
                }
                copied.begin(engine.copyTable.entry((int) message[0]));
                if (cause == State.UNPATCHED) {
                    area.set(Layouts.LONG, Area.RIP, space.sawTrap(area.get(Layouts.LONG, Area.RIP)));
                }
                return Trap.SYSCALL;
            }
            case State.FUTEX_UNPATCHED -> {
                full = false;
                area.set(Layouts.LONG, Area.RIP, space.sawTrap(area.get(Layouts.LONG, Area.RIP)));
                futex.request();
                return interrupted ? interruptedEarly() : null;
            }
            case State.FUTEX_INTERRUPTED -> {
                full = false;
                return Trap.INTERRUPT;
            }
            case State.ORDER_FAILED -> {
                return orderFailed();
            }
            case State.COPY_FAILED -> {
                return Trap.COPY_FAILED;
            }
            case State.DEAD -> {
                return Trap.DEAD;
            }
            case State.FAULT -> {
                full = true;
                return Trap.FAULT;
            }
            default -> {
                full = true;
                return Trap.INTERRUPT;
            }
        }
    }

    Trap orderFailed() {
        int index = Math.clamp(area.get(Layouts.INT, Area.FAILED_ORDER), 0, Area.MAX_ORDERS - 1);
        failedOrder = area.get(Layouts.LONG, Area.ORDER + (long) index * Order.SIZE + Order.RESULT);
        fsChanged = true; // what stood behind it was not run
        return Trap.ORDER_FAILED;
    }

    @Override
    public long reg(int index) {
        if (index < Area.REGISTERS.length) {
            if (index == Reg.RIP || !full && index == Reg.RCX) { // the syscall instruction leaves RIP in RCX
                return space.texts.toGuest(area.get(Layouts.LONG, Area.RIP));
            }
            if (!full && index == Reg.R11) {
                return area.get(Layouts.LONG, Area.RFLAGS);
            }
            return area.get(Layouts.LONG, Area.REGISTERS[index]);
        }
        return index == Reg.FS_BASE ? fsBase() : 0;
    }

    @Override
    public int systemCall() {
        return (int) message[0];
    }

    @Override
    public void arguments(long[] to) {
        System.arraycopy(message, 1, to, 0, to.length);
    }

    @Override
    public void keepResult(int nr, long result) {
        own.keepResult(nr, result);
    }

    @Override
    public void forgetResults() {
        own.forgetResults();
    }

    @Override
    public boolean lease(MemoryLease lease) {
        return leased.give(lease);
    }

    @Override
    public boolean hasChanges() {
        return changes;
    }

    @Override
    public void takeChanges(MemoryChanges to, boolean end) {
        leased.take(to, end);
    }

    @Override
    public OwnAnswers own() {
        return own;
    }

    private long fsBase() {
        fsBase = own.fsBase(fsBase);
        return fsBase;
    }

    @Override
    public ThreadTies ties() {
        return ties;
    }

    @Override
    public LentFile fileLoan() {
        return lentFile;
    }

    @Override
    public LentMask maskLoan() {
        return lentMask;
    }

    @Override
    public void setReg(int index, long value) {
        if (index < Area.REGISTERS.length) {
            if (!full && (index == Reg.RCX || index == Reg.R11 || index == Reg.RFLAGS)) {
                area.set(Layouts.LONG, Area.RCX, reg(Reg.RIP));
                area.set(Layouts.LONG, Area.R11, area.get(Layouts.LONG, Area.RFLAGS));
                full = true;
            }
            area.set(Layouts.LONG, Area.REGISTERS[index], index == Reg.RIP ? space.texts.toHost(value) : value);
            message[MESSAGE_INDEX[index]] = value;
        } else if (index == Reg.FS_BASE) {
            fsBase = value;
            fsChanged = true;
            own.forgetFsBase();
        } else if (value != 0) {
            throw new UnsupportedOperationException("the GS base belongs to the engine");
        }
    }

    @Override
    public void registers(long[] to) {
        long hostRip = area.get(Layouts.LONG, Area.RIP);
        ThreadRegisters.load(area, space.texts, full, to);
        lentMask.told(to[Reg.RIP], hostRip);
    }

    @Override
    public void setRegisters(long[] from) {
        full = true;
        ThreadRegisters.store(area, space.texts, from);
    }

    @Override
    public int faultSignal() {
        int signal = (int) area.get(Layouts.LONG, Area.FAULT_SIGNAL);
        return signal == 31 ? 11 : signal; // SIGSYS of a 32-bit system call: as without IA32 emulation, SIGSEGV
    }

    @Override
    public int faultCode() {
        return area.get(Layouts.INT, Area.FAULT_SIGNAL) == 31 ? 0x80 : area.get(Layouts.INT, Area.FAULT_CODE);
    }

    @Override
    public long faultAddress() {
        return area.get(Layouts.INT, Area.FAULT_SIGNAL) == 31 ? 0 : area.get(Layouts.LONG, Area.FAULT_ADDRESS);
    }

    @Override
    public long faultTrapNumber() {
        return area.get(Layouts.LONG, Area.FAULT_TRAPNO);
    }

    @Override
    public long faultErrorCode() {
        return area.get(Layouts.LONG, Area.FAULT_ERR);
    }

    @Override
    public long failedOrder() {
        long failed = failedOrder;
        failedOrder = 0;
        return failed;
    }

    /** An order of this thread's, run by somebody else on its behalf, failed. */
    void orderFailed(long result) {
        failedOrder = result;
    }

    @Override
    public long read(long address, MemorySegment to, long offset, long length) {
        if (windowCopies.touches(address, address + length)) {
            sync();
        }
        MemorySegment window = copiedIn(address, length);
        long done = length;
        if (window != null) {
            MemorySegment.copy(window, 0, to, offset, length);
        } else {
            done = space.read(address, to, offset, length);
        }
        if (queue.size() != 0) {
            // What this thread has written, but not yet copied out, it reads back.
            space.overlay(this, address, to, offset, done);
        }
        return done;
    }

    @Override
    public long write(long address, MemorySegment from, long offset, long length) {
        MemorySegment room = reserveOut(address, length);
        if (room != null) {
            MemorySegment.copy(from, offset, room, 0, length);
            commitOut(length);
            return length;
        }
        return writeNow(address, from, offset, length);
    }

    @Override
    public long writeNow(long address, MemorySegment from, long offset, long length) {
        if (queue.overlapsOut(address, address + length)) {
            sync(); // or the older bytes would come last
        }
        copied.forget(address, address + length);
        return space.write(address, from, offset, length);
    }

    @Override
    public @Nullable MemorySegment copiedIn(long address, long length) {
        return copied.find(address, length);
    }

    @Override
    public @Nullable MemorySegment copiedInFrom(long address) {
        return copied.from(address);
    }

    @Override
    public void setImmediateWrites(boolean on) {
        out.immediate = on;
    }

    @Override
    public void forgetCopiedIn() {
        copied.forgetAll();
    }

    @Override
    public long futexNow(int nr) {
        return ThreadDebug.futex(this, nr);
    }

    @Override
    public MemorySegment vectorState() {
        return ThreadDebug.vectors(this);
    }

    @Override
    public void vectorStateChanged() {
        ThreadDebug.vectorsChanged(this);
    }

    @Override
    public void handOverAll(boolean on) {
        area.set(Layouts.INT, Area.HAND_OVER, on ? 1 : 0);
    }

    @Override
    public @Nullable MemorySegment reserveOut(long address, long length) {
        return out.reserve(address, length, cause == State.SYSCALL);
    }

    @Override
    public void commitOut(long length) {
        out.commit(length, false);
    }

    @Override
    public void commitOutQuietly(long length) {
        out.commit(length, true);
    }

    @Override
    public boolean copyWindow(long from, long to, long length) {
        return windowCopies.add(from, to, length);
    }

    /** In a system call that nobody watches, with room for an order more. */
    boolean mayLeaveCopies() {
        return !out.immediate && !queue.isFull() && (cause == State.SYSCALL || cause == State.UNPATCHED);
    }

    @Override
    public void sleeping() {
        handOver.sleeping();
    }

    /** Has the guest's host thread run the queued orders now and come back. @return 0, or -errno of the order that failed, or -EPERM if dead */
    long sync() {
        if (!started) {
            awaitStart();
        }
        if (!space.publish(this)) {
            return 0;
        }
        post(State.ORDERS | State.SYNC);
        int request = awaitRequest() & ~State.MARKS;
        cameIn();
        if (request == State.COPY_FAILED) {
            windowCopies.fail();
            return 0;
        }
        if (request == State.SYNCED) {
            return 0;
        }
        if (request == State.ORDER_FAILED) {
            orderFailed();
            return failedOrder();
        }
        return -EPERM;
    }

    /** One order run at once by the guest's host thread. */
    private long syncOrder(long nr, long a) {
        runOrders();
        space.enqueue(this, 0, 0, nr, a, 0, 0, 0, 0, 0);
        return sync();
    }

    @Override
    public long rseq(long address, int length, int flags, int signature) {
        return started && !space.isDead() ? rseq.call(this, address, length, flags, signature) : -EPERM;
    }

    @Override
    public @Nullable RseqArea rseqArea() {
        return rseq.area();
    }

    /** The child of a fork by {@code parent}, whose registers it has. */
    void inheritRseq(NativeThread parent) {
        rseq.inherit(this, parent.rseq.area());
    }

    @Override
    public boolean clearAndWake(long address) {
        return started && ThreadEnd.clearAndWake(this, space, rseq, address);
    }

    private boolean validXsaveAddress(long address) {
        return address >= 0 && address <= Layout.TASK_SIZE - engine.cpu().xsaveSize() && (address & 63) == 0;
    }

    /** Left for the return; changes of the address space before it are settled, so that their failure does not undo it. */
    private boolean vectorOrder(long nr, long address) {
        if (!validXsaveAddress(address)) {
            return false;
        }
        if (queue.changes() != 0 || queue.isFull()) {
            runOrders();
        }
        space.enqueue(this, 0, 0, nr, address, 0, 0, 0, 0, 0);
        return true;
    }

    /** Runs what is queued now; a failure is the next return's. */
    private void runOrders() {
        long failed = space.settleOwn(this);
        failedOrder = failed != 0 ? failed : failedOrder;
    }

    @Override
    public boolean saveVectorState(long address) {
        return vectorOrder(Order.XSAVE, address);
    }

    @Override
    public boolean loadVectorState(long address) {
        return vectorOrder(Order.XRSTOR, address);
    }

    @Override
    public void resetVectorState() {
        loadVectorsFrom(engine.image.freshVectors);
    }

    private void loadVectorsFrom(long image) {
        if (queue.isFull()) {
            runOrders(); // many signal frames at once
        }
        space.enqueue(this, 0, 0, Order.XRSTOR, image, 0, 0, 0, 0, 0);
    }

    /** Makes sure that the area holds the vector state and FS base of this thread, which is in the kernel. */
    void captureVectors() {
        if (!copied.savedVectors()) {
            syncOrder(Order.XSAVE, Layout.areaAddress(slot) + Area.XSAVE);
        } else if (engine.fsgsbase && !fsChanged) {
            fsBase = area.get(Layouts.LONG, Area.FS_BASE);
            own.forgetFsBase();
        }
    }

    /** Takes over all of a captured parent's registers; they are loaded on the first resume. */
    void copyFrom(NativeThread parent) {
        for (int i = 0; i < Area.REGISTERS.length; i++) {
            area.set(Layouts.LONG, Area.REGISTERS[i], i == Reg.RIP ? space.texts.toHost(parent.reg(i)) : parent.reg(i));
        }
        full = true;
        fsBase = parent.fsBase();
        fsChanged = true;
        MemorySegment.copy(
                parent.area, Area.XSAVE, area, Area.XSAVE, engine.cpu().xsaveSize());
        loadVectorsFrom(Layout.areaAddress(slot) + Area.XSAVE);
    }

    /** The island of a text is to be mapped over: if this thread, in the kernel, came from there, it goes back to the text itself. */
    void leaveIsland(Texts.Text text) {
        long rip = area.get(Layouts.LONG, Area.RIP);
        area.set(Layouts.LONG, Area.RIP, text.toGuest(rip));
    }

    /** All registers zero, as for a thread made from nothing. */
    void clearRegisters() {
        for (int offset : Area.REGISTERS) {
            area.set(Layouts.LONG, offset, 0);
        }
        area.set(Layouts.LONG, Area.RFLAGS, 0x202);
        full = true;
        fsBase = 0;
        fsChanged = true;
        resetVectorState();
    }

    @Override
    public void futexOnReturn() {
        futex.request();
    }

    @Override
    public void futexOnReturn(int nr) {
        futex.request(nr);
    }

    @Override
    public void futexTimeout(int argument, long timeNs) {
        futex.timeout(argument, timeNs);
    }

    @Override
    public boolean interruptedFutex() {
        return cause == State.FUTEX_INTERRUPTED;
    }

    @Override
    public int interruptedFutexCall() {
        return futex.interrupted();
    }

    @Override
    public void interrupt() {
        int old = (int) MODE.getAndBitwiseOr(this, INTERRUPTED);
        if (old == IN_USER) {
            engine.reaper.signal(space.hostPid(), space, tid, Layout.INTERRUPT_SIGNAL);
        }
    }

    /** Wakes the kernel thread after the host process has died. */
    void bury() {
        Layouts.WORD.setVolatile(area, (long) Area.STATE, State.DEAD);
        Futex.wake(area, Area.STATE, Integer.MAX_VALUE); // whatever the word said: the guest may have spoilt it
    }

    @Override
    public long cpuTimeNs() {
        return space.threadCpuTimeNs(tid);
    }

    @Override
    public int hostTid() {
        return tid;
    }

    @Override
    public void close() {
        if (space.outlives(this) && space.settleOwn(this) == 0 && rseq.leave(this)) {
            sync();
        }
        leased.close();
        lentMask.close();
        lentFile.close();
        own.files().close();
        handOver.close();
        areaUse.close();
        space.retire(this);
    }

    /** A new host thread reports before it may be told anything. */
    private void awaitStart() {
        awaitRequest();
        started = true;
    }
}
