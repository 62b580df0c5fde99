package umlaut.engine.process;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import umlaut.engine.EngineException;

/** A few address spaces kept ready for execve(2), refilled in the background. */
final class WarmPool {
    private static final int SIZE = 2;
    private static final long RETRY_MS = 100;

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
            while (!zygote.isDead()) {
                try {
                    ready.put(zygote.forkProcess());
                } catch (EngineException e) {
                    // The host is short of something: take() tries itself and tells its caller.
                    Thread.sleep(RETRY_MS);
                }
            }
        } catch (InterruptedException e) {
            // Closed.
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
