package umlaut.kernel.aio;

import java.util.concurrent.atomic.AtomicLong;

/** What all contexts of a machine together may hold: fs.aio-nr and fs.aio-max-nr (Documentation/admin-guide/sysctl/fs.rst). */
public final class Aio {
    /** Requests that there is room for in all contexts. */
    public final AtomicLong inUse = new AtomicLong();

    /** Their limit. */
    public final AtomicLong most = new AtomicLong(65536);

    /** @return false when there would be too many */
    boolean reserve(long requests) {
        if (inUse.addAndGet(requests) > most.get()) {
            inUse.addAndGet(-requests);
            return false;
        }
        return true;
    }
}
