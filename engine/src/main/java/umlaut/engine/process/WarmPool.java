package umlaut.engine.process;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import umlaut.engine.EngineException;
import umlaut.host.Processes;

/** A few address spaces kept ready for execve(2), refilled in the background: when a program has been started, so that nothing keeps its start from the processors. */
final class WarmPool {
    private static final int SIZE = 3;
    private static final long RETRY_NS = 100_000_000;

    private final NativeAddressSpace zygote;
    private final ArrayBlockingQueue<NativeAddressSpace> ready = new ArrayBlockingQueue<>(SIZE);
    private final Thread filler;
    private volatile boolean closed;
    private volatile int fillerTid;

    WarmPool(NativeAddressSpace zygote) {
        this.zygote = zygote;
        filler = new Thread(null, this::fill, "umlaut-pool", 128 << 10);
        filler.setDaemon(true);
        filler.start();
    }

    private void fill() {
        fillerTid = Processes.gettid();
        while (!closed && !zygote.isDead()) {
            zygote.openCommonFiles();
            if (ready.remainingCapacity() == 0) {
                LockSupport.park(this);
                continue;
            }
            try {
                ready.add(zygote.forkProcess());
            } catch (EngineException e) {
                // The host is short of something: take() tries itself and tells its caller.
                LockSupport.parkNanos(this, RETRY_NS);
            }
        }
    }

    /** Wakes the filler if there is something to do, elsewhere if may be, since the caller's processor is wanted by the program that it has just started. */
    void refill() {
        if (ready.remainingCapacity() > 0) {
            long cpus = zygote.engine.pacer.otherCpus();
            if (fillerTid != 0 && cpus != 0) {
                Processes.setAffinity(fillerTid, cpus);
            }
            wake();
        }
    }

    /** There may be something to do. */
    void wake() {
        LockSupport.unpark(filler);
    }

    NativeAddressSpace take() {
        NativeAddressSpace space = ready.poll();
        while (space != null && space.isDead()) { // the host may have killed it, short of memory
            space = ready.poll();
        }
        return space != null ? space : zygote.forkProcess();
    }

    void close() {
        closed = true;
        wake();
    }
}
