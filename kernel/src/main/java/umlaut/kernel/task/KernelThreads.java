package umlaut.kernel.task;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** The Java threads that serve as kernel stacks, kept for reuse: starting one costs more than a fork may. */
public final class KernelThreads implements AutoCloseable {
    private static final long STACK_BYTES = 512 << 10;
    private final AtomicLong count = new AtomicLong();
    private final ExecutorService pool;

    public KernelThreads(String machine) {
        pool = Executors.newCachedThreadPool(run -> {
            Thread thread = new Thread(null, run, machine + "-task-" + count.incrementAndGet(), STACK_BYTES);
            thread.setDaemon(true);
            return thread;
        });
    }

    public void start(Runnable body) {
        pool.execute(body);
    }

    @Override
    public void close() {
        pool.shutdown();
    }
}
