package umlaut.kernel;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import umlaut.abi.Poll;
import umlaut.kernel.time.Clock;
import umlaut.kernel.wait.WaitQueue;

/** The kernel's ring buffer (dmesg, syslog(2)): lines with a time since boot and a level; a listener sees each as it comes. */
public final class KernelLog {
    /** @param level 0 (emergency) to 7 (debug) */
    public record Entry(long sequence, long sinceBootNs, int level, String text) {}

    private static final int CAPACITY = 4096, DEFAULT_LEVEL = 7;
    /** Woken for each line. */
    public final WaitQueue arrived = new WaitQueue();

    /** Lines of lower levels are shown on the console (console_loglevel, syslog(2)). */
    public volatile int consoleLevel = DEFAULT_LEVEL;

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

    /** Those from a number on, as far as they are still there. */
    public synchronized List<Entry> entriesFrom(long first) {
        List<Entry> found = new ArrayList<>();
        for (var newest = ring.descendingIterator(); newest.hasNext(); ) {
            Entry entry = newest.next();
            if (entry.sequence() < first) {
                break;
            }
            found.add(entry);
        }
        return found.reversed();
    }

    /** "[    0.123456] ": how a line begins where people read it. */
    public static String stamp(Entry entry) {
        long us = entry.sinceBootNs() / 1000;
        return String.format(Locale.ROOT, "[%5d.%06d] ", us / 1_000_000, us % 1_000_000);
    }
}
