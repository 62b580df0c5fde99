package umlaut.kernel;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;

/**
 * What parts of the kernel show as files in /proc or /sys, for the file systems to pick up: those are above the kernel
 * and the network. A path given again replaces what was there. Thread-safe.
 */
public final class KernelFiles {
    /** Makes a file's text when it is read; Latin-1. */
    @FunctionalInterface
    public interface Source {
        /** @throws umlaut.abi.ErrnoException what read(2) is to answer */
        String text(Task reader);
    }

    /** Takes what is written to a file. */
    @FunctionalInterface
    public interface Sink {
        /** @throws umlaut.abi.ErrnoException what write(2) is to answer */
        void write(Task writer, String text);
    }

    /**
     * One file.
     *
     * @param permissions mode bits, 0444 and the like
     * @param source null for a symbolic link
     * @param sink null for what can't be written
     * @param target of a symbolic link
     * @param owners who may do what its owner may, beside that one; null: nobody
     */
    public record Entry(
            int permissions,
            @Nullable Source source,
            @Nullable Sink sink,
            @Nullable String target,
            @Nullable Predicate<Credentials> owners) {}

    /** Hears of each change: the file system. */
    public interface Listener {
        /** @param entry null: the path has gone */
        void changed(String path, @Nullable Entry entry);
    }

    @GuardedBy("this") private final Map<String, Entry> entries = new LinkedHashMap<>();

    @GuardedBy("this") private @Nullable Listener listener;

    /** A read-only file for all. @param path relative to the file system's root: "net/tcp" */
    public void text(String path, Source source) {
        put(path, new Entry(0444, source, null, null, null));
    }

    public void setting(String path, Source source, Sink sink) {
        put(path, new Entry(0644, source, sink, null, null));
    }

    /** @param owners who may write it beside root (Linux: ctl_table_root.permissions) */
    public void setting(String path, Source source, Sink sink, Predicate<Credentials> owners) {
        put(path, new Entry(0644, source, sink, null, owners));
    }

    /** One that is only written, by root. */
    public void control(String path, Sink sink) {
        put(path, new Entry(0200, t -> "", sink, null, null));
    }

    public void link(String path, String target) {
        put(path, new Entry(0777, null, null, target, null));
    }

    /** Also takes away all below it. */
    public synchronized void remove(String path) {
        entries.keySet().removeIf(known -> known.equals(path) || known.startsWith(path + "/"));
        if (listener != null) {
            listener.changed(path, null);
        }
    }

    private synchronized void put(String path, Entry entry) {
        entries.put(path, entry);
        if (listener != null) {
            listener.changed(path, entry);
        }
    }

    /** The file system is there: tells it of all so far, and of all to come. */
    public synchronized void listen(Listener fileSystem) {
        listener = fileSystem;
        entries.forEach(fileSystem::changed);
    }
}
