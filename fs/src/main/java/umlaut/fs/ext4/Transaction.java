package umlaut.fs.ext4;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What changes together: all of it is there after a crash, or nothing (Linux: transaction_t). Thread-safe. */
final class Transaction {
    /** Blocks given back; they serve again when this is committed, since until then the old files may come back. */
    record Extent(long block, int count) {}

    @GuardedBy("this") private final Map<Long, Buffer> dirty = new LinkedHashMap<>();

    @GuardedBy("this") private final Set<Long> revoked = new HashSet<>();

    @GuardedBy("this") private final List<Extent> freed = new ArrayList<>();

    synchronized void add(Buffer buffer) {
        buffer.dirty = true;
        dirty.put(buffer.block, buffer);
        revoked.remove(buffer.block);
    }

    /** The block holds no metadata any more: older versions of it in the journal must not come back. */
    synchronized void forget(long block) {
        dirty.remove(block);
        revoked.add(block);
    }

    synchronized void free(long block, int count) {
        freed.add(new Extent(block, count));
    }

    synchronized int size() {
        return dirty.size() + revoked.size() / 256;
    }

    synchronized boolean isEmpty() {
        return dirty.isEmpty() && freed.isEmpty();
    }

    synchronized List<Buffer> buffers() {
        return new ArrayList<>(dirty.values());
    }

    synchronized List<Long> revoked() {
        return new ArrayList<>(revoked);
    }

    synchronized List<Extent> freed() {
        return new ArrayList<>(freed);
    }
}
