package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import umlaut.host.Layouts;
import umlaut.host.Memory;
import umlaut.host.Scratch;
import umlaut.host.Syscall;

/** Longer jobs of a service thread, whose batch is empty. The callers hold the address space's lock. */
final class ServiceWork {
    private static final int EFAULT = 14;
    private static final int CHUNK_PAGES = 2048;
    private static final int VECTOR = 2048;

    private ServiceWork() {}

    /** mincore(2), in parts that fit the reply page. @return 0 or -errno */
    static long residency(Service service, MemorySegment slot, long address, long length, MemorySegment vec) {
        for (long page = 0, pages = (length + 4095) / 4096; page < pages; page += CHUNK_PAGES) {
            long n = Math.min(CHUNK_PAGES, pages - page);
            service.add(Syscall.MINCORE, address + page * 4096, n * 4096, Layout.REPLY + VECTOR, 0, 0, 0);
            long result = service.run();
            if (result < 0) {
                return result;
            }
            MemorySegment.copy(slot, Layout.ORDERS_SIZE + VECTOR, vec, page, n);
        }
        return 0;
    }

    /** A fault in the service thread would end the process, so it looks first. @return the old value, or -errno */
    static long compareAndExchange(Service service, int pid, long address, int expected, int value) {
        MemorySegment word = Scratch.inner();
        if (Memory.processRead(pid, address, word, 0, 4) != 4) {
            return -EFAULT;
        }
        int seen = word.get(Layouts.INT, 0);
        if (seen != expected) {
            return seen & 0xffffffffL;
        }
        if (!ProcFiles.isWritable(pid, address)) {
            return -EFAULT;
        }
        service.add(Order.SERVICE_CAS, address, expected, value, 0, 0, 0);
        long result = service.run();
        return result < 0 ? result : service.result(0);
    }
}
