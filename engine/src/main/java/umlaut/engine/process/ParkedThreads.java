package umlaut.engine.process;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An address space's host threads that have no guest thread, and areas ready for more. Guarded by its lock. */
final class ParkedThreads {
    /** @param started whether it has reported, as another guest thread; {@code cpu} the processor it is confined to, or -1 */
    record Host(int slot, int tid, boolean started, int cpu) {}

    private final AreaFile areas;
    private final ArrayDeque<Host> threads = new ArrayDeque<>();

    /** Areas of threads that the host refused: mapped in the process or not, so for nobody else. */
    private final ArrayDeque<Integer> refused = new ArrayDeque<>();

    ParkedThreads(AreaFile areas) {
        this.areas = areas;
    }

    /** The one that was parked last. */
    @Nullable Host take() {
        return threads.poll();
    }

    void add(int slot, int tid, boolean started, int cpu) {
        threads.push(new Host(slot, tid, started, cpu));
    }

    void forEach(Consumer<Host> action) {
        threads.forEach(action);
    }

    /** A slot for another thread's area. @throws umlaut.engine.EngineException when all are in use */
    int newArea() {
        Integer again = refused.poll();
        return again != null ? again : areas.allocate();
    }

    void refused(int slot) {
        refused.push(slot);
    }

    /** Gives all slots back. The process is gone. */
    void release() {
        threads.forEach(host -> areas.release(host.slot));
        threads.clear();
        refused.forEach(areas::release);
        refused.clear();
    }
}
