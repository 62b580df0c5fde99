package umlaut.engine.process;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import umlaut.engine.AddressSpace;
import umlaut.engine.MemoryUse;

/** An address space as a process of the host: its number, what the host's accounts say of it, and its end (wait4(2), proc(5)). */
abstract class StubProcess implements AddressSpace {
    /** 0 until it is known. */
    int pid;

    private volatile boolean dead;
    /** It has, or has had, more than one guest thread. */
    volatile boolean manyThreads;

    private volatile int lastSignal;
    private volatile @Nullable MemoryUse finalUse;

    final boolean isDead() {
        return dead;
    }

    /** The process has been reaped. */
    final void ended(int signal, MemoryUse use) {
        lastSignal = signal;
        finalUse = use;
        dead = true;
    }

    @Override
    public final int lastSignal() {
        return lastSignal;
    }

    @Override
    public final MemoryUse memoryUse() {
        MemoryUse all = finalUse;
        return all != null ? all : ProcFiles.memoryUse(pid);
    }

    @Override
    public final @Nullable MemoryUse finalMemoryUse() {
        return finalUse;
    }

    @Override
    public final long residentBytes() {
        return dead ? 0 : ProcFiles.residentBytes(pid, windowBytes());
    }

    /** Bytes of files that are mapped for the engine's own purposes. */
    abstract long windowBytes();

    @Override
    public final long cpuTimeNs() {
        return dead ? 0 : ProcFiles.processCpuNs(pid);
    }

    /** CPU time of one thread: that of the process where there never was another. */
    final long threadCpuTimeNs(int tid) {
        return dead ? 0 : manyThreads ? ProcFiles.threadCpuNs(pid, tid) : ProcFiles.processCpuNs(pid);
    }

    @Override
    public final int hostPid() {
        return pid;
    }

    @Override
    public final void awaitEnd() {
        for (int i = 0; !dead && i < 50_000; i++) {
            LockSupport.parkNanos(20_000);
        }
    }
}
