package umlaut.kernel;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import umlaut.abi.Poll;
import umlaut.kernel.time.Clock;
import umlaut.kernel.wait.WaitQueue;

/** The kernel's ring buffer (dmesg, syslog(2)): lines with a time since boot and a level; a listener sees each as it comes. */
public final class KernelLog {
    /** @param level 0 (emergency) to 7 (debug) */
    public record Entry(long sequence, long sinceBootNs, int level, String text) {}

    private static final int CAPACITY = 4096;
    /** Woken for each line. */
    public final WaitQueue arrived = new WaitQueue();

    private final Clock clock;
    private final long bootNs;
    private final Consumer<Entry> listener;

    @GuardedBy("this") private final ArrayDeque<Entry> ring = new ArrayDeque<>();

    @GuardedBy("this") private final Set<String> said = new HashSet<>();

    @GuardedBy("this") private long sequence;

    public KernelLog(Clock clock, Consumer<Entry> listener) {
        this.clock = clock;
        this.bootNs = clock.monotonicNs();
        this.listener = listener;
    }

    public void info(String text) {
        log(6, text);
    }

    public void warn(String text) {
        log(4, text);
    }

    public void error(String text) {
        log(3, text);
    }

    /** Logs a text only the first time it comes. */
    public void once(int level, String text) {
        synchronized (this) {
            if (said.size() > 1000 || !said.add(text)) {
                return;
            }
        }
        log(level, text);
    }

    public void log(int level, String text) {
        Entry entry;
        synchronized (this) {
            entry = new Entry(sequence++, clock.monotonicNs() - bootNs, level, text);
            ring.add(entry);
            if (ring.size() > CAPACITY) {
                ring.remove();
            }
        }
        listener.accept(entry);
        arrived.wakeAll(Poll.POLLIN | Poll.POLLRDNORM);
    }

    public synchronized List<Entry> entries() {
        return List.copyOf(ring);
    }
}
