package umlaut.engine.process;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import umlaut.engine.EngineException;
import umlaut.engine.MemoryUse;
import umlaut.engine.UserThread;
import umlaut.engine.patch.PatchedText;
import umlaut.host.Files;
import umlaut.host.Layouts;
import umlaut.host.Memory;
import umlaut.host.Syscall;

/**
 * A stub process. Changes of its memory are run either by a guest thread on its way back ({@link OrderQueue}) or at once by the service thread; {@link
 * #lock} makes one sequence of both: whoever changes or looks at a range first has pending changes of it run. Slots are given back when the
 * process is reaped and the kernel has closed all its threads.
 */
final class NativeAddressSpace extends StubProcess {
    private static final long MAX_GUEST_LENGTH = 1L << 32;
    /** MADV_GUARD_INSTALL, MADV_GUARD_REMOVE. */
    private static final int GUARD_INSTALL = 102, GUARD_REMOVE = 103;

    private static final int ENOMEM = 12, EAGAIN = 11, EFAULT = 14, EBADF = 9, EINVAL = 22;
    private static final int MAP_FIXED_ANONYMOUS = Memory.MAP_FIXED | Memory.MAP_PRIVATE | Memory.MAP_ANONYMOUS;

    private static final int TRAPS_BEFORE_EXCHANGE = 3;

    final NativeEngine engine;
    private final int slot;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private final Service service;

    @GuardedBy("lock") private final Mappings mappings;

    private final Windows windows = new Windows();

    final Texts texts;

    /** Not closed by the kernel yet. Changed under the lock. */
    private final List<NativeThread> threads = new CopyOnWriteArrayList<>();

    @GuardedBy("lock") private final ParkedThreads parked;

    /** Threads with changes queued, or posted and not known to be done. */
    @GuardedBy("lock") private final List<NativeThread> changing = new ArrayList<>();

    private volatile boolean anyChanging;

    /** Changes made at once stay in the batch: see {@link #holdChanges}. Changed under the lock. */
    private volatile boolean holding;

    @GuardedBy("lock") private long heldResult;

    /** Slots of a child that, as this process says, the host refused; for the next one. */
    @GuardedBy("lock") private Nursery.@Nullable Birth spare;

    @GuardedBy("lock") private boolean reaped;

    @GuardedBy("lock") private boolean released;

    @SuppressWarnings("GuardedBy") // the parent holds its own lock
    private NativeAddressSpace(NativeEngine engine, @Nullable NativeAddressSpace parent, int slot, Service service) {
        this.engine = engine;
        this.slot = slot;
        this.service = service;
        mappings = parent == null ? new Mappings(engine, service) : new Mappings(parent.mappings, service);
        texts = mappings.texts;
        parked = new ParkedThreads(engine.areas);
    }

    /** The first process, already started. */
    static NativeAddressSpace zygote(NativeEngine engine, int slot, int pid) {
        Service service = new Service(engine.areas.slot(slot), engine.pacer);
        NativeAddressSpace space = new NativeAddressSpace(engine, null, slot, service);
        space.pid = pid;
        return space;
    }

    /** A copy of this process with one parked guest thread. @throws EngineException when the host refuses */
    NativeAddressSpace forkProcess() {
        lock.lock();
        try {
            Nursery.Birth birth = expectChild();
            NativeAddressSpace child = new NativeAddressSpace(engine, this, birth.slot, birth.child);
            ThreadRegisters.prepare(engine, birth.areaSlot);
            bear(birth, child, null);
            return child;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private Nursery.Birth expectChild() {
        if (isDead()) {
            throw new EngineException(EAGAIN, "the process has ended");
        }
        Nursery.Birth birth = engine.reaper.nursery.expect(service, spare);
        spare = null;
        return birth;
    }

    /** Makes the host process of a child. @param first the kernel's thread in it, or null: it is parked */
    @GuardedBy("lock") private void bear(Nursery.Birth birth, NativeAddressSpace child, @Nullable NativeThread first) {
        runBatch();
        long result = engine.reaper.nursery.run(birth);
        child.pid = birth.child.pid();
        if (child.pid != 0) {
            int tid = (int) birth.child.result(2);
            if (first != null && result >= 0) {
                first.setHostTid(tid);
                child.threads.add(first);
            } else {
                child.parked.add(birth.areaSlot, tid, false, service.cpu());
            }
            child.service.follow(cpus -> engine.reaper.place(child, child.pid, cpus), service.cpu());
            engine.reaper.register(birth, child.pid, child);
        }
        if (result < 0) {
            child.close();
            spare = child.pid != 0 ? null : engine.reaper.notBorn(birth);
            throw new EngineException(
                    result == -ENOMEM ? ENOMEM : EAGAIN, "the host refused a process (error " + -result + ")");
        }
    }

    /** Opens what its children are to inherit: of the zygote. */
    void openCommonFiles() {
        for (int fd = engine.commonFiles.next(); fd >= 0; fd = engine.commonFiles.next()) {
            lock.lock();
            try {
                int file = mappings.inherit(fd);
                if (file >= 0 && service.run() < 0) {
                    mappings.forget(file);
                }
            } finally {
                lock.unlock();
                Files.close(fd);
            }
        }
    }

    /** Runs a batch of system calls in the service thread: for the engine's own set-up. @return 0 or -errno */
    long setUp(Consumer<Service> batch) {
        lock.lock();
        try {
            runBatch();
            batch.accept(service);
            return service.run();
        } finally {
            lock.unlock();
        }
    }

    @Override
    @SuppressWarnings("GuardedBy") // the child is nobody else's yet
    public UserThread fork(UserThread parent, Consumer<UserThread> prepare, boolean running) {
        lock.lock();
        try {
            if (isDead()) {
                throw new EngineException(EAGAIN, "the process has ended");
            }
            NativeThread thread = (NativeThread) parent;
            settle(0, Layout.TASK_SIZE);
            thread.captureVectors();
            Nursery.Birth birth = expectChild();
            NativeAddressSpace child = new NativeAddressSpace(engine, this, birth.slot, birth.child);
            ThreadRegisters.prepare(engine, birth.areaSlot);
            NativeThread first = new NativeThread(child, birth.areaSlot, running);
            first.copyFrom(thread);
            first.inheritRseq(thread);
            prepare.accept(first);
            bear(birth, child, first);
            first.handOver.bornOn(service.cpu());
            if (running) {
                first.arm(); // not before the child's number was read, which its guest code could change
            }
            return first;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public UserThread newThread(@Nullable UserThread parent) {
        if (parent != null) {
            ((NativeThread) parent).captureVectors();
        }
        NativeThread thread = newThread();
        if (parent != null) {
            thread.copyFrom((NativeThread) parent);
        } else {
            thread.clearRegisters();
        }
        return thread;
    }

    private NativeThread newThread() {
        lock.lock();
        try {
            if (isDead()) {
                throw new EngineException(EAGAIN, "the process has ended");
            }
            ParkedThreads.Host host = parked.take();
            manyThreads |= !threads.isEmpty();
            if (host == null) {
                int areaSlot = parked.newArea();
                ThreadRegisters.prepare(engine, areaSlot);
                runBatch();
                service.addThread(areaSlot);
                long result = service.run();
                if (result < 0) {
                    parked.refused(areaSlot);
                    throw new EngineException(EAGAIN, "the host refused a thread (error " + -result + ")");
                }
                host = new ParkedThreads.Host(areaSlot, (int) service.result(2), false, service.cpu());
            }
            NativeThread thread = new NativeThread(this, host.slot(), host.started());
            thread.setHostTid(host.tid());
            thread.handOver.bornOn(host.cpu());
            threads.add(thread);
            return thread;
        } finally {
            lock.unlock();
        }
    }

    /** Will the host thread of this guest thread, which ends, serve another? */
    boolean outlives(NativeThread thread) {
        return !isDead() && thread.hasStarted() && thread.rseqArea() != null && manyThreads;
    }

    /** The kernel is done with a thread. */
    void retire(NativeThread thread) {
        lock.lock();
        try {
            if (thread.queue.changes() != 0) {
                settle(0, Layout.TASK_SIZE);
            }
            if (!threads.remove(thread)) {
                return;
            }
            changing.remove(thread);
            parked.add(thread.slot, thread.hostTid(), thread.hasStarted(), thread.handOver.guestConfinedTo());
            releaseIfOver();
        } finally {
            lock.unlock();
        }
    }

    /** Adds to a thread's queue; called by its own kernel thread. */
    void enqueue(NativeThread thread, long from, long to, long nr, long a, long b, long c, long d, long e, long f) {
        if (nr >= Order.COPY_OUT && thread.queue.changes() == 0 && !thread.queue.isFull()) {
            thread.queue.add(from, to, nr, a, b, c, d, e, f);
            return;
        }
        lock.lock();
        try {
            if (thread.queue.isFull()) {
                throw new IllegalStateException("too many orders on return");
            }
            thread.queue.add(from, to, nr, a, b, c, d, e, f);
            if (thread.queue.changes() != 0 && !changing.contains(thread)) {
                changing.add(thread);
                anyChanging = true;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Puts a thread's queued copy-outs over what was read of the range they go to; called by its own kernel thread. */
    void overlay(NativeThread thread, long address, MemorySegment to, long offset, long length) {
        if (thread.queue.changes() == 0) {
            thread.queue.overlay(thread.area, address, to, offset, length);
            return;
        }
        lock.lock();
        try {
            thread.queue.overlay(thread.area, address, to, offset, length);
        } finally {
            lock.unlock();
        }
    }

    /** Puts a thread's queue where its host thread will find it. @return whether there is anything */
    boolean publish(NativeThread thread) {
        OrderQueue queue = thread.queue;
        if (queue.size() == 0) {
            return false;
        }
        if (queue.changes() == 0) {
            queue.publish(thread.area);
            queue.clear();
            return true;
        }
        lock.lock();
        try {
            queue.publish(thread.area);
            thread.ordersPosted = thread.area.get(Layouts.INT, Area.ORDERS_DONE) + 1;
            thread.ordersUnderWay = true;
            queue.clear();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Has all pending changes that touch a range run, those held back too, and waits for those under way. */
    private void settleIfChanging(long from, long to) {
        if (anyChanging || holding) {
            lock.lock();
            try {
                settle(from, to);
                if (holding) {
                    runBatch();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    @GuardedBy("lock") private void settle(long from, long to) {
        for (int i = changing.size() - 1; i >= 0; i--) {
            NativeThread thread = changing.get(i);
            if (thread.queue.changes() == 0) {
                OrderQueue.awaitRun(thread);
                changing.remove(i);
            } else if (thread.queue.overlaps(from, to)) {
                runQueued(thread);
                changing.remove(i);
            }
        }
        anyChanging = !changing.isEmpty();
    }

    @GuardedBy("lock") private void runQueued(NativeThread thread) {
        runBatch();
        thread.queue.moveChanges(service);
        long result = service.run();
        if (result < 0) {
            thread.orderFailed(result);
        }
    }

    /** Before a thread's host thread is asked for something at once: its own queue first. @return 0 or -errno */
    long settleOwn(NativeThread thread) {
        return thread.queue.size() == 0 ? 0 : thread.sync();
    }

    private long change(
            @Nullable UserThread self, long from, long to, long nr, long a, long b, long c, long d, long e, long f) {
        lock.lock();
        try {
            if (isDead()) {
                return -ENOMEM;
            }
            NativeThread thread = (NativeThread) self;
            if (thread != null && to - from < MAX_GUEST_LENGTH && !thread.queue.isFull()) {
                settleOthers(thread, from, to);
                enqueue(thread, from, to, nr, a, b, c, d, e, f);
                return 0;
            }
            settle(from, to);
            service.add(nr, a, b, c, d, e, f);
            return runOrHold();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private void settleOthers(NativeThread self, long from, long to) {
        if (changing.isEmpty() || changing.size() == 1 && changing.get(0) == self) {
            return;
        }
        boolean mine = changing.remove(self);
        settle(from, to);
        if (mine) {
            changing.add(self);
            anyChanging = true;
        }
    }

    private static boolean inGuest(long address, long length) {
        return address >= 0 && length > 0 && address <= Layout.TASK_SIZE - length;
    }

    @Override
    public long mapAnonymous(@Nullable UserThread self, long address, long length, int prot, boolean noReserve) {
        if (!inGuest(address, length)) {
            return -EINVAL;
        }
        int flags = MAP_FIXED_ANONYMOUS | (noReserve ? Memory.MAP_NORESERVE : 0);
        noteMapped(self, address, address + length);
        return ok(change(self, address, address + length, Syscall.MMAP, address, length, prot, flags, -1, 0));
    }

    private static long ok(long result) {
        return Math.min(result, 0);
    }

    @Override
    public long mapFile(
            @Nullable UserThread self,
            long address,
            long length,
            int access,
            boolean shared,
            int hostFd,
            long hostOffset) {
        if (!inGuest(address, length)) {
            return -EINVAL;
        }
        lock.lock();
        try {
            if (isDead()) {
                return -ENOMEM;
            }
            settle(address, address + length);
            noteMapped(self, address, address + length);
            int file = mappings.mapFile(address, length, access, shared, hostFd, hostOffset);
            return file < 0 ? -EBADF : runFileBatch(file);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long openWindow(int hostFd, long hostOffset, long length) {
        lock.lock();
        try {
            boolean copying = threads.stream().anyMatch(thread -> thread.windowCopies.underWay());
            return isDead() || holding ? 0 : windows.open(mappings, service, hostFd, hostOffset, length, copying);
        } finally {
            lock.unlock();
        }
    }

    @Override
    long windowBytes() {
        return windows.mappedBytes();
    }

    @Override
    public void closeWindow(long window, long length) {
        call(Syscall.MUNMAP, window, length, 0);
        lock.lock();
        windows.close(window);
        lock.unlock();
    }

    @Override
    public void holdChanges() {
        lock.lock();
        holding = true;
        lock.unlock();
    }

    @Override
    public void startHeld() {
        lock.lock();
        try {
            if (service.size() > 0) {
                service.launch();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long runHeld() {
        lock.lock();
        try {
            runBatch();
            holding = false;
            long result = heldResult;
            heldResult = 0;
            return ok(result);
        } finally {
            lock.unlock();
        }
    }

    /** Before a batch whose results are looked at one by one: what was held back goes first. */
    @GuardedBy("lock") private void runBatch() {
        if (holding) {
            heldResult = heldResult < 0 ? heldResult : service.settle();
        }
        if (service.size() > 0) {
            long result = service.run();
            heldResult = heldResult < 0 ? heldResult : result;
        }
    }

    /** Runs the batch now, or leaves it to be run with others. */
    @GuardedBy("lock") private long runOrHold() {
        return holding && !service.isFull(16) ? 0 : service.run();
    }

    @GuardedBy("lock") private long runFileBatch(int file) {
        long result = runOrHold();
        if (result < 0) {
            mappings.forget(file);
        }
        return ok(result);
    }

    /** Keeps track of what is mapped, and of texts that are mapped over. */
    void noteMapped(@Nullable UserThread self, long from, long to) {
        lock.lock();
        try {
            noteUnmapped(self, from, to);
            Texts.Text covered;
            while ((covered = mappings.noteMapped(pid, from, to)) != null) {
                forgetFrames();
                for (NativeThread thread : threads) {
                    thread.leaveIsland(covered);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** An address in a patched text may stand for another place now. */
    private void forgetFrames() {
        threads.forEach(thread -> thread.maskLoan().forgetFrame());
    }

    void noteUnmapped(@Nullable UserThread self, long from, long to) {
        lock.lock();
        try {
            Texts.Text text;
            while ((text = mappings.noteUnmapped(from, to)) != null) {
                forgetFrames();
                long length = text.islandEnd() - text.island();
                change(self, text.island(), text.islandEnd(), Syscall.MUNMAP, text.island(), length, 0, 0, 0, 0);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long firstTaken(long address) {
        return mappings.texts.firstIsland(address);
    }

    @Override
    public long unmap(@Nullable UserThread self, long address, long length) {
        if (!inGuest(address, length)) {
            return -EINVAL;
        }
        noteUnmapped(self, address, address + length);
        return ok(change(self, address, address + length, Syscall.MUNMAP, address, length, 0, 0, 0, 0));
    }

    @Override
    public long protect(@Nullable UserThread self, long address, long length, int prot) {
        return inGuest(address, length)
                ? ok(change(self, address, address + length, Syscall.MPROTECT, address, length, prot, 0, 0, 0))
                : -EINVAL;
    }

    @Override
    public long remap(@Nullable UserThread self, long oldAddress, long oldLength, long newAddress, long newLength) {
        if (!inGuest(oldAddress, oldLength) || !inGuest(newAddress, newLength)) {
            return -EINVAL;
        }
        long from = Math.min(oldAddress, newAddress);
        long to = Math.max(oldAddress + oldLength, newAddress + newLength);
        boolean inPlace = oldAddress == newAddress;
        int flags = inPlace ? 0 : Memory.MREMAP_MAYMOVE | Memory.MREMAP_FIXED;
        long target = inPlace ? 0 : newAddress;
        Remapping.note(this, self, oldAddress, oldLength, newAddress, newLength);
        // By the service thread: the guest threads' filter has no mremap.
        return ok(change(null, from, to, Syscall.MREMAP, oldAddress, oldLength, newLength, flags, target, 0));
    }

    @Override
    public long advise(@Nullable UserThread self, long address, long length, int advice) {
        boolean known = advice >= 0 && advice < 32 || advice == GUARD_INSTALL || advice == GUARD_REMOVE;
        if (!inGuest(address, length) || !known) {
            return -EINVAL;
        }
        return ok(change(self, address, address + length, Syscall.MADVISE, address, length, advice, 0, 0, 0));
    }

    @Override
    public long residency(long address, long length, MemorySegment vec) {
        if (!inGuest(address, length)) {
            return -ENOMEM;
        }
        lock.lock();
        try {
            settle(address, address + length);
            runBatch();
            return ServiceWork.residency(service, engine.areas.slot(slot), address, length, vec);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long compareAndExchange(long address, int expected, int value) {
        if (!inGuest(address, 4) || (address & 3) != 0) {
            return -EFAULT;
        }
        lock.lock();
        try {
            settle(address, address + 4);
            runBatch();
            return ServiceWork.compareAndExchange(service, pid, address, expected, value);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long futexWake(long address, int count, boolean shared) {
        return inGuest(address, 4) ? call(Syscall.FUTEX, address, shared ? 1 : 1 | 128, count) : -EFAULT;
    }

    @Override
    public long membarrier(int command, int flags, int cpu) {
        return call(Syscall.MEMBARRIER, command, flags, cpu);
    }

    /** One system call by the service thread, at once. @return its result; 0 when the process has ended */
    private long call(long nr, long a, long b, long c) {
        lock.lock();
        try {
            if (isDead()) {
                return 0;
            }
            runBatch();
            service.add(nr, a, b, c, 0, 0, 0);
            long result = service.run();
            return result < 0 ? result : service.result(0);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long read(long address, MemorySegment to, long offset, long length) {
        return transfer(false, address, to, offset, length);
    }

    @Override
    public long write(long address, MemorySegment from, long offset, long length) {
        return transfer(true, address, from, offset, length);
    }

    @Override
    public void keepOriginalText() {
        lock.lock();
        try {
            texts.original = true;
            for (Texts.Text text : isDead() ? List.<Texts.Text>of() : texts.patched()) {
                settle(text.start, text.end);
                int file = mappings.restore(text);
                if (file >= 0 && runFileBatch(file) == 0) {
                    forgetFrames();
                    texts.replace(text, text.asRestored());
                }
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long poke(long address, MemorySegment from, long offset, long length) {
        return force(true, address, from, offset, length);
    }

    @Override
    public long peek(long address, MemorySegment to, long offset, long length) {
        if (RemoteMemory.inVdso(address, length)) {
            return isDead() ? 0 : RemoteMemory.transfer(pid, false, address, to, offset, length);
        }
        return force(false, address, to, offset, length);
    }

    private long force(boolean writing, long address, MemorySegment here, long offset, long length) {
        long done = transfer(writing, address, here, offset, length);
        boolean all = done >= length || isDead() || !inGuest(address, length);
        return all ? done : done + RemoteMemory.force(pid, writing, address + done, here, offset + done, length - done);
    }

    private long transfer(boolean writing, long address, MemorySegment here, long offset, long length) {
        if (address < 0 || address >= Layout.TASK_SIZE || length <= 0 || isDead()) {
            return 0;
        }
        length = Math.min(length, Layout.TASK_SIZE - address);
        settleIfChanging(address, address + length);
        return RemoteMemory.transfer(pid, writing, address, here, offset, length);
    }

    /**
     * A call of {@code thread} came by SIGSYS from in front of {@code rip}. Once there is a patched copy of its text, that takes the text's place,
     * provided no other thread could be running in it just now.
     *
     * @return where the thread is to go on
     */
    long sawTrap(long rip) {
        Texts.Text text = texts.at(rip);
        if (text == null || text.patched != null || texts.original) {
            return rip;
        }
        engine.patcher.trapped(text.entry, this, text.start, text.end - text.start);
        PatchedText patched = text.entry.patched();
        if (++text.traps < TRAPS_BEFORE_EXCHANGE || patched == null || patched.textLength() != text.end - text.start) {
            return rip;
        }
        lock.lock();
        try {
            boolean stillThere = texts.at(rip) == text && !isDead() && threads.size() == 1;
            if (!stillThere || !mappings.hasRoom(text, patched)) {
                return rip;
            }
            settle(text.start, text.end);
            int file = mappings.exchange(text, patched);
            if (file >= 0 && runFileBatch(file) == 0) {
                forgetFrames();
                texts.replace(text, new Texts.Text(text.start, text.end, text.entry, text.prot, patched));
            }
            return texts.toHost(rip);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void clocksByCall() {
        if (!isDead() && engine.cpu().vdso() != 0) {
            VdsoClock.divert(pid, engine.cpu().vdso());
        }
    }

    @Override
    public void close() {
        engine.closeReplaced();
        kill();
    }

    @Override
    public void closeAfterSuccessor() {
        engine.closeWithNextStart(this);
    }

    @SuppressWarnings("GuardedBy") // taken there
    void kill() {
        ProcessEnd.kill(this, lock, threads, parked);
    }

    /** The process has been reaped: nobody but the JVM sees its slots any more. */
    @SuppressWarnings("GuardedBy") // bury is there to end the wait of whoever holds the lock
    void died(int signal, MemoryUse use) {
        ended(signal, use);
        service.bury();
        threads.forEach(NativeThread::bury);
        lock.lock();
        try {
            reaped = true;
            engine.reaper.lost(spare);
            spare = null;
            releaseIfOver();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private void releaseIfOver() {
        if (!reaped || released || !threads.isEmpty()) {
            return;
        }
        released = true;
        parked.release();
        engine.areas.release(slot);
    }
}
