package umlaut.machine.console;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.KernelLog;

/**
 * Shows the kernel's log on consoles (Linux: kernel/printk). Lines are printed by a thread of their own, so that nobody who logs waits for a slow terminal, and by whoever is about to show something
 * else there, so that what came before is seen before.
 */
public final class KernelConsole {
    /** Somewhere that lines are shown. */
    @FunctionalInterface
    public interface Sink {
        /** @return false: not there yet, ask again later */
        boolean print(byte[] lines);
    }

    private static final int DRAIN_MS = 1000;

    private @Nullable KernelLog log;
    private volatile @Nullable Thread printer;
    private volatile boolean closed;

    private static final class Seat {
        private final Sink sink;
        private long next;

        Seat(Sink sink) {
            this.sink = sink;
        }
    }

    @GuardedBy("this") private final List<Seat> seats = new ArrayList<>();

    /** What a kernel's log is to be given as listener. */
    public Consumer<KernelLog.Entry> listener() {
        return entry -> LockSupport.unpark(printer);
    }

    public void start(KernelLog of) {
        log = of;
        printer = Thread.ofPlatform().daemon().name("printk").start(this::loop);
    }

    /** All that the log has is shown there, too. */
    public void add(Sink sink) {
        synchronized (this) {
            seats.add(new Seat(sink));
        }
        flush();
    }

    private void loop() {
        while (!closed) {
            flush();
            LockSupport.park(this);
        }
    }

    /** Shows what has not been shown. */
    public synchronized void flush() {
        KernelLog from = log;
        if (from == null) {
            return;
        }
        for (Seat seat : seats) {
            List<KernelLog.Entry> entries = from.entriesFrom(seat.next);
            if (!entries.isEmpty() && seat.sink.print(text(entries, seat.next, from.consoleLevel))) {
                seat.next = entries.getLast().sequence() + 1;
            }
        }
    }

    private static byte[] text(List<KernelLog.Entry> entries, long first, int level) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long dropped = entries.getFirst().sequence() - first;
        if (dropped > 0) {
            out.writeBytes(("** " + dropped + " printk messages dropped **\n").getBytes(StandardCharsets.US_ASCII));
        }
        for (KernelLog.Entry entry : entries) {
            if (entry.level() < level) {
                String line = KernelLog.stamp(entry) + entry.text() + "\n";
                out.writeBytes(line.getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        return out.toByteArray();
    }

    /** Shows what is left, unless nobody reads. */
    public void close() {
        Thread last = Thread.ofPlatform().daemon().name("printk-end").start(this::flush);
        try {
            last.join(DRAIN_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closed = true;
        LockSupport.unpark(printer);
    }
}
