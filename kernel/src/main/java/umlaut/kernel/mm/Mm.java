package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import umlaut.engine.AddressSpace;
import umlaut.engine.EngineException;
import umlaut.engine.Reg;
import umlaut.engine.UserMemory;
import umlaut.engine.UserThread;
import umlaut.kernel.Kernel;
import umlaut.kernel.aio.AioTable;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;

/**
 * A guest address space: its VMAs and what is laid out where (Linux: mm_struct). Shared by the tasks cloned with CLONE_VM, counted by {@link #acquire} and
 * {@link #release}.
 *
 * <p>{@link #lock} guards the VMAs and the layout. It is taken after an inode's lock; under it come only the locks of mapping sources. The VMAs are
 * the truth; the host's mappings follow, either at once or, for the calling thread, on its return ({@link PendingChange}).
 */
public final class Mm {
    final MmLease lease = new MmLease(this);

    final MmLock lock = new MmLock(lease);

    final FileWindows windows = new FileWindows(this);

    private final Kernel kernel;
    private final AddressSpace space;
    private final AtomicInteger users = new AtomicInteger(1);

    @GuardedBy("lock") final VmaTree tree = new VmaTree();

    /** mlockall(MCL_FUTURE): flags that every new VMA gets. */
    @GuardedBy("lock") int futureLockFlags;
    /** The guest has unmapped its vDSO. */
    @GuardedBy("lock") boolean withoutVdso;

    /** Result slot, so that looking up pages allocates nothing. */
    @GuardedBy("lock") final MappingSource.Extent extent = new MappingSource.Extent();

    /** The last fault that was tried again ({@link MmFault}). */
    @GuardedBy("lock") @Nullable Task retryTask;

    @GuardedBy("lock") long retryAddress;

    @GuardedBy("lock") int retries;

    /**
     * Some accessible address may fault and be mended ({@link MmFault}): the kernel then writes guest memory at once, not as the thread returns, to see
     * such faults. Never reset.
     */
    private volatile boolean lazy;

    /** VMAs to be let go of once the lock is free, since the last close of a file takes locks that come before ours. */
    @GuardedBy("garbage") private final List<Vma> garbage = new ArrayList<>();

    /** Where things are; written by exec, brk and prctl under the lock, read by /proc. */
    public final MmLayout layout;

    final MmCounters counters;

    /** The program: /proc/PID/exe. Holds a reference. */
    private volatile @Nullable File executable;

    private volatile int dumpable = 1;

    /** /proc/PID/coredump_filter, core(5): what a core file holds. Kept over fork and execve. */
    public volatile int coredumpFilter = 0x33;

    /** Contexts of io_setup(2); null: there never was one. */
    private volatile @Nullable AioTable aio;

    Mm(Kernel kernel, AddressSpace space, MmLayout layout) {
        this.kernel = kernel;
        this.space = space;
        this.layout = layout;
        this.counters = new MmCounters();
    }

    /** An empty address space with one user. @throws EngineException when the host has no process to spare */
    public static Mm create(Kernel kernel) {
        return new Mm(kernel, kernel.engine.newAddressSpace(), new MmLayout(kernel.engine.taskSize()));
    }

    /** What {@link #fork} makes. */
    public record Forked(Mm mm, UserThread user) {}

    /**
     * fork(2)'s copy, with one thread that is a copy of {@code parent}'s. VMAs marked MADV_DONTFORK are left out, MADV_WIPEONFORK ones are emptied.
     * See {@link umlaut.engine.AddressSpace#fork(UserThread, Consumer, boolean)} for what is done to the thread.
     *
     * @throws EngineException with EAGAIN or ENOMEM
     */
    public Forked fork(Task parent, Consumer<UserThread> prepare, boolean running) {
        return MmFork.fork(this, parent, prepare, running);
    }

    /** One more user (a task, or a call working on another task's memory). */
    public Mm acquire() {
        users.incrementAndGet();
        endLease();
        return this;
    }

    /** One more user, unless the last has gone: for lookups through another task. @return null then */
    public @Nullable Mm tryAcquire() {
        int n = users.get();
        while (n > 0) {
            if (users.compareAndSet(n, n + 1)) {
                return this;
            }
            n = users.get();
        }
        return null;
    }

    /** One user less; with the last one the guest process ends and its mappings go. */
    public void release() {
        AddressSpace unused = leave();
        if (unused != null) {
            unused.close();
        }
    }

    /**
     * One user less; with the last one the mappings go.
     *
     * @return the guest process, which runs no more and is the caller's to close when there is time for that; null if it is still used, or gone
     */
    public @Nullable AddressSpace leave() {
        if (users.decrementAndGet() > 0) {
            return null;
        }
        AioTable requests = aio;
        if (requests != null) {
            requests.end();
        }
        boolean shares = MmReport.sharesMemory(this);
        if (shares) {
            space.close();
            space.awaitEnd();
        }
        VmaEditor.releaseAll(this);
        windows.end();
        File exe = executable;
        executable = null;
        if (exe != null) {
            exe.release();
        }
        return shares ? null : space;
    }

    /** Sizes, as they are now. */
    public MmCounters counters() {
        endLease();
        return counters;
    }

    /** Guest code does nothing more by itself ({@link MmLease}): for whoever changes the rules for what it may. */
    @SuppressWarnings("GuardedBy") // the lease's lock is this one
    public void endLease() {
        if (lease.isOut()) {
            lock.lock();
            try {
                lease.end();
            } finally {
                lock.unlock();
            }
        }
    }

    /** A new program is in place. */
    void started(Task task) {
        lock.lock();
        try {
            lease.heapReady(task);
        } finally {
            lock.unlock();
        }
    }

    /** Guest code has changed its memory by itself, and has come in: before anything else. */
    @SuppressWarnings("GuardedBy")
    public void changedByGuest() {
        lock.lockToLook();
        try {
            lease.settle();
        } finally {
            lock.unlock();
        }
    }

    /** Tasks (and calls at work) that use it. */
    public int users() {
        return users.get();
    }

    void dropLater(List<Vma> vmas) {
        if (!vmas.isEmpty()) {
            synchronized (garbage) {
                garbage.addAll(vmas);
            }
        }
    }

    /** After every unlocking of {@link #lock}. */
    void collect() {
        List<Vma> all;
        synchronized (garbage) {
            if (garbage.isEmpty()) {
                return;
            }
            all = List.copyOf(garbage);
            garbage.clear();
        }
        VmaEditor.drop(all);
    }

    public AioTable aio() {
        AioTable known = aio;
        if (known == null) {
            synchronized (this) {
                known = aio;
                if (known == null) {
                    known = new AioTable();
                    aio = known;
                }
            }
        }
        return known;
    }

    void setLazy() {
        lazy = true;
    }

    /** The memory of {@code task}, which is a user of this address space, as the kernel should reach it. */
    UserMemory memoryOf(Task task) {
        return lazy ? space : task.user();
    }

    /** What the host must allow so that the guest can do what {@code prot} says: on x86 whatever may be written or executed may be read, by us too. */
    static int hostProt(int prot) {
        return prot == 0 ? 0 : prot | AddressSpace.READ;
    }

    public Kernel kernel() {
        return kernel;
    }

    public AddressSpace space() {
        return space;
    }

    public @Nullable File executable() {
        return executable;
    }

    /** PR_SET_MM_EXE_FILE and exec: takes over the caller's reference. */
    void setExecutable(@Nullable File file) {
        File old = executable;
        executable = file;
        if (old != null) {
            old.release();
        }
    }

    /** PR_GET_DUMPABLE: 0 no, 1 yes, 2 only root may read it. */
    public int dumpable() {
        return dumpable;
    }

    public void setDumpable(int value) {
        dumpable = value;
    }

    /** The VMAs in order of address, as they are now: copies, for /proc/PID/maps and the like. */
    public List<Vma> vmas() {
        return MmReport.snapshot(this);
    }

    /** The VMA that holds an address, a copy; or null. */
    public @Nullable Vma vmaAt(long address) {
        lock.lock();
        try {
            Vma vma = tree.find(address);
            return vma == null || vma.start > address ? null : vma.copy(this, vma.start, vma.end);
        } finally {
            lock.unlock();
        }
    }

    /** The first VMA that ends above an address, a copy; or null. */
    @Nullable Vma vmaAbove(long address) {
        lock.lock();
        try {
            MmStack.settle(this, address, address + MmArea.PAGE);
            Vma vma = tree.find(address);
            return vma == null ? null : vma.copy(this, vma.start, vma.end);
        } finally {
            lock.unlock();
        }
    }

    /** Does a range have memory that the kernel must not take pages of, memfd_secret(2)? */
    public boolean secretIn(long address, long length) {
        for (Vma vma = vmaAbove(address); vma != null && vma.start < address + length; vma = vmaAbove(vma.end)) {
            if (vma.has(Vma.SECRET)) {
                return true;
            }
        }
        return false;
    }

    /** A change left to be run on return has failed on the host: takes its VMA back and answers the call with the error. */
    public void orderFailed(Task task, long negativeErrno) {
        PendingChange change = task.pendingChange;
        if (change != null) {
            task.pendingChange = null;
            change.failed(task, negativeErrno);
        } else {
            task.user().setReg(Reg.RAX, negativeErrno);
        }
    }

    /** The changes that {@code task} left to be run on return are done: after every trap but ORDER_FAILED. */
    public void ordersDone(Task task) {
        PendingChange change = task.pendingChange;
        if (change != null) {
            task.pendingChange = null;
            change.done();
        }
    }

    /** A fault that is not the program's: a mapping to be completed. @return false: it is a signal */
    public boolean handleFault(Task task, SigInfo info) {
        return MmFault.handle(this, task, info);
    }

    /** The pages of a VMA's file from {@code offset} on have gone: whatever maps them must be unmapped on the host, so that it raises SIGBUS. */
    public void invalidate(Vma vma, long offset) {
        MmFault.invalidate(this, vma, offset);
    }
}
