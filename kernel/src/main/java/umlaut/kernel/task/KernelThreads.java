package umlaut.kernel.task;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import umlaut.host.Processes;

/** The Java threads that serve as kernel stacks, kept for reuse: starting one costs more than a fork may. */
public final class KernelThreads implements AutoCloseable {
    private static final long STACK_BYTES = 512 << 10;
    /** As short as the guest threads' turns. */
    private static final long SLICE_NS = 500_000;

    private final AtomicLong count = new AtomicLong();
    private final ExecutorService pool;

    public KernelThreads(String machine) {
        pool = Executors.newCachedThreadPool(run -> {
            Thread thread =
                    new Thread(null, () -> enter(run), machine + "-task-" + count.incrementAndGet(), STACK_BYTES);
            thread.setDaemon(true);
            return thread;
        });
    }

    private static void enter(Runnable run) {
        Processes.setSlice(SLICE_NS);
        run.run();
    }

    public void start(Runnable body) {
        pool.execute(body);
    }

    @Override
    public void close() {
        pool.shutdown();
    }
}
