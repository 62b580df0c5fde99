package umlaut.engine.process;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import umlaut.engine.EngineException;

/** A few address spaces kept ready for execve(2), refilled in the background. */
final class WarmPool {
    private static final int SIZE = 2;

    private final NativeAddressSpace zygote;
    private final BlockingQueue<NativeAddressSpace> ready = new ArrayBlockingQueue<>(SIZE);
    private final Thread filler;

    WarmPool(NativeAddressSpace zygote) {
        this.zygote = zygote;
        filler = new Thread(null, this::fill, "umlaut-pool", 128 << 10);
        filler.setDaemon(true);
        filler.start();
    }

    private void fill() {
        try {
            for (; ; ) {
                ready.put(zygote.forkProcess());
            }
        } catch (InterruptedException | EngineException e) {
            // Closed, or the host is short of something: take() then tries itself and tells its caller.
        }
    }

    NativeAddressSpace take() {
        NativeAddressSpace space = ready.poll();
        while (space != null && space.isDead()) { // the host may have killed it, short of memory
            space = ready.poll();
        }
        return space != null ? space : zygote.forkProcess();
    }

    void close() {
        filler.interrupt();
    }
}
