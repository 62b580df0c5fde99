package umlaut.kernel.vfs;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.IdentityHashMap;
import java.util.Map;

/** Who waits for whose traditional record lock, to tell a deadlock from a wait (Linux: posix_locks_deadlock). One a kernel; a leaf lock. */
final class LockGraph {
    @GuardedBy("this") private final Map<Object, Object> waitsFor = new IdentityHashMap<>();

    /**
     * {@code owner} is about to wait for {@code holder}.
     *
     * @return false if that would never end: EDEADLK
     */
    synchronized boolean await(Object owner, Object holder) {
        int steps = 0;
        for (Object next = holder; next != null && steps < 1000; next = waitsFor.get(next)) {
            if (next == owner) {
                return false;
            }
            steps++;
        }
        waitsFor.put(owner, holder);
        return true;
    }

    synchronized void done(Object owner) {
        waitsFor.remove(owner);
    }
}
