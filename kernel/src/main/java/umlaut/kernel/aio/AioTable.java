package umlaut.kernel.aio;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import umlaut.abi.Errno;

/** The contexts of an address space, by the address of their ring, which is what a program knows them by (Linux: kioctx_table). */
public final class AioTable {
    @GuardedBy("this") private final TreeMap<Long, AioContext> contexts = new TreeMap<>();

    synchronized void add(AioContext context) {
        contexts.put(context.address, context);
    }

    /** @throws umlaut.abi.ErrnoException EINVAL */
    synchronized AioContext find(long id) {
        AioContext found = contexts.get(id);
        if (found == null) {
            throw Errno.EINVAL.exception();
        }
        return found;
    }

    /** @throws umlaut.abi.ErrnoException EINVAL when another has been quicker */
    synchronized void remove(AioContext context) {
        if (!contexts.remove(context.address, context)) {
            throw Errno.EINVAL.exception();
        }
    }

    /** The address space ends: nobody waits for what is still under way. */
    public void end() {
        List<AioContext> all;
        synchronized (this) {
            all = new ArrayList<>(contexts.values());
            contexts.clear();
        }
        all.forEach(AioContext::end);
    }
}
