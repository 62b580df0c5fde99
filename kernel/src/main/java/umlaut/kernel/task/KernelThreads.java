package umlaut.kernel.task;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.host.Processes;

/**
 * The Java threads that serve as kernel stacks, kept for reuse: starting one costs more than a fork may. The host can refuse one, so a task's is reserved before
 * there is a task, as Linux allocates the stack first (alloc_thread_stack_node in kernel/fork.c).
 */
public final class KernelThreads implements AutoCloseable {
    private static final long STACK_BYTES = 512 << 10;
    /** As short as the guest threads' turns. */
    private static final long SLICE_NS = 500_000;

    private static final long KEEP_NS = TimeUnit.SECONDS.toNanos(60);

    /** A thread that nobody else has, for one body. Closing it unstarted gives it back. */
    public final class Reserved implements AutoCloseable {
        private final Worker worker;
        private boolean started;

        private Reserved(Worker worker) {
            this.worker = worker;
        }

        public void start(Runnable body) {
            started = true;
            worker.work(body);
        }

        @Override
        public void close() {
            if (!started) {
                idle.push(worker);
            }
        }
    }

    /** One thread; it is in {@link #idle} while it has nothing to do and nobody has reserved it. */
    private final class Worker implements Runnable {
        private final Thread thread = new Thread(null, this, machine + "-task-" + count.incrementAndGet(), STACK_BYTES);
        private volatile @Nullable Runnable body;

        void work(Runnable work) {
            body = work;
            LockSupport.unpark(thread);
        }

        @Override
        public void run() {
            Processes.setSlice(SLICE_NS);
            for (Runnable work = next(); work != null; work = next()) {
                work.run();
                body = null;
                idle.push(this);
            }
        }

        /** @return null when this thread has been idle for long: then nobody can have it any more */
        private @Nullable Runnable next() {
            long until = System.nanoTime() + KEEP_NS;
            for (Runnable work = body; ; work = body) {
                if (work != null) {
                    return work;
                }
                long left = closed ? 0 : until - System.nanoTime();
                if (left <= 0 && idle.remove(this)) {
                    return null;
                }
                LockSupport.parkNanos(this, left > 0 ? left : KEEP_NS);
            }
        }
    }

    private final String machine;
    private final AtomicLong count = new AtomicLong();
    private final ConcurrentLinkedDeque<Worker> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    public KernelThreads(String machine) {
        this.machine = machine;
    }

    /** @throws umlaut.abi.ErrnoException with EAGAIN if the host lets this process have no more threads */
    public Reserved reserve() {
        Worker worker = idle.poll();
        if (worker == null) {
            worker = new Worker();
            worker.thread.setDaemon(true);
            try {
                worker.thread.start();
            } catch (OutOfMemoryError e) { // how Java says that clone(2) failed
                throw Errno.EAGAIN.exception();
            }
        }
        return new Reserved(worker);
    }

    public void start(Runnable body) {
        try (Reserved thread = reserve()) {
            thread.start(body);
        }
    }

    @Override
    public void close() {
        closed = true;
        idle.forEach(worker -> LockSupport.unpark(worker.thread));
    }
}
