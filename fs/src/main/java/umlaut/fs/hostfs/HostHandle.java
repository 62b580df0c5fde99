package umlaut.fs.hostfs;

import java.util.concurrent.atomic.AtomicInteger;
import umlaut.host.Files;

/**
 * A host descriptor of one object, counted: the cache holds a reference, and so does everyone who uses it just now. It
 * is closed by the last one, so that a descriptor number is never reused under a reader's hands.
 */
final class HostHandle {
    static final int PATH = 0, READ = 1, WRITE = 2;

    final int fd;
    /** READ and WRITE bits; PATH for a descriptor that only names the object. */
    final int access;
    /** Used since the cache's hand last passed (second-chance replacement). */
    volatile boolean used = true;

    private final AtomicInteger references = new AtomicInteger(1);

    /** The caller has the first reference. */
    HostHandle(int fd, int access) {
        this.fd = fd;
        this.access = access;
    }

    boolean covers(int need) {
        return (access & need) == need;
    }

    /** @return false when it is closed already */
    boolean tryAcquire() {
        while (true) {
            int n = references.get();
            if (n == 0) {
                return false;
            }
            if (references.compareAndSet(n, n + 1)) {
                if (!used) {
                    used = true;
                }
                return true;
            }
        }
    }

    void release() {
        if (references.decrementAndGet() == 0) {
            Files.close(fd);
        }
    }
}
