package umlaut.oci;

import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** What long work shows of itself on standard error: a line that changes on a terminal, else one line a step. */
public final class Progress {
    private static final long INTERVAL_NS = 200_000_000;

    private final @Nullable PrintStream out;
    private final boolean terminal;
    private String step = "";
    private long total;
    private long shownNs;
    private boolean shown;

    /** @param terminal whether {@code out} is one */
    public Progress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    private Progress() {
        out = null;
        terminal = false;
    }

    static Progress none() {
        return new Progress();
    }

    /** @param total bytes to come; 0: not known */
    void step(String what, long total) {
        done();
        step = what;
        this.total = total;
        if (out != null && !terminal) {
            out.println("umlaut: " + what);
        }
    }

    void at(long bytes) {
        long now = System.nanoTime();
        if (out == null || !terminal || now - shownNs < INTERVAL_NS) {
            return;
        }
        shownNs = now;
        shown = true;
        String share = total > 0 ? " (" + Math.min(100, 100 * bytes / total) + " %)" : "";
        out.print("\r\033[Kumlaut: " + step + ": " + size(bytes) + share);
        out.flush();
    }

    /** The line that changes goes. */
    public void done() {
        if (shown && out != null) {
            out.print("\r\033[K");
            out.flush();
            shown = false;
        }
    }

    /** As people read it. */
    public static String size(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        double n = bytes;
        int unit = 0;
        while (n >= 1000 && unit < units.length - 1) {
            n /= 1024;
            unit++;
        }
        return unit == 0
                ? bytes + " B"
                : String.format(java.util.Locale.ROOT, n < 10 ? "%.1f %s" : "%.0f %s", n, units[unit]);
    }
}
