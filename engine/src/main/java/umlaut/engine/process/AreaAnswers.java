package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.engine.OwnAnswers;
import umlaut.engine.RseqArea;
import umlaut.host.Layouts;

/** The JVM's end of {@link StubOwn}. What the thread has done by itself stands in its area, so it is hearsay. */
final class AreaAnswers implements OwnAnswers {
    private final MemorySegment area;
    private final AreaFiles files;

    /** @param area of a new thread, its host thread may have served another before */
    AreaAnswers(MemorySegment area) {
        this.area = area;
        this.files = new AreaFiles(area);
        forgetResults();
        defaultActions(0, 0);
        takeSetActions();
        limits(null);
        knownPaths(false);
        knownOpens(false);
        area.set(Layouts.INT, Area.FS_SET, 0);
        area.set(Layouts.INT, Area.RANDOM_LEFT, 0);
        area.set(Layouts.INT, Area.RSEQ_ALLOWED, 0);
        area.set(Layouts.LONG, Area.RSEQ_ADDRESS, 0);
    }

    @Override
    public AreaFiles files() {
        return files;
    }

    void keepResult(int nr, long result) {
        int kept = CopyTable.kept(nr);
        if (kept >= 0) {
            area.set(Layouts.LONG, Area.KEPT + 8L * kept, result);
        }
    }

    void forgetResults() {
        for (int i = 0; i < CopyTable.keptCalls(); i++) {
            area.set(Layouts.LONG, Area.KEPT + 8L * i, Area.UNKNOWN);
        }
    }

    @Override
    public void defaultActions(long signals, long settable) {
        Layouts.QUAD.setVolatile(area, (long) Area.SETTABLE_ACTIONS, settable);
        Layouts.QUAD.setVolatile(area, (long) Area.DEFAULT_ACTIONS, signals);
    }

    @Override
    public long takeSetActions() {
        long set = area.get(Layouts.LONG, Area.SET_ACTIONS);
        area.set(Layouts.LONG, Area.SET_ACTIONS, 0);
        area.set(Layouts.BYTE, Area.ACTIONS_CHANGED, (byte) 0);
        return set;
    }

    @Override
    public long setRestorer() {
        return area.get(Layouts.LONG, Area.SET_RESTORER);
    }

    @Override
    public void limits(long @Nullable [] softAndHard) {
        if (softAndHard != null) {
            MemorySegment.copy(softAndHard, 0, area, Layouts.LONG, Area.LIMITS, softAndHard.length);
        }
        Layouts.WORD.setVolatile(area, (long) Area.LIMITS_KNOWN, softAndHard == null ? 0 : 1);
    }

    @Override
    public void knownPaths(boolean on) {
        Layouts.WORD.setVolatile(area, (long) Area.KNOWN_PATHS, on ? 1 : 0);
    }

    @Override
    public void knownOpens(boolean on) {
        Layouts.WORD.setVolatile(area, (long) Area.KNOWN_OPENS, on ? 1 : 0);
    }

    @Override
    public void giveRandom(long[] words) {
        MemorySegment.copy(words, 0, area, Layouts.LONG, Area.RANDOM, RANDOM_SIZE / 8);
        area.set(Layouts.INT, Area.RANDOM_LEFT, RANDOM_SIZE);
    }

    @Override
    public void allowRseq() {
        area.set(Layouts.INT, Area.RSEQ_ALLOWED, 1);
    }

    /** Guest code does that no more: there is an area, or the kernel is asked. */
    void forbidRseq() {
        area.set(Layouts.INT, Area.RSEQ_ALLOWED, 0);
    }

    /** What the thread has registered by itself since this was last asked, or null. */
    @Nullable RseqArea takeRseq() {
        long address = area.get(Layouts.LONG, Area.RSEQ_ADDRESS);
        if (address == 0) {
            return null;
        }
        area.set(Layouts.LONG, Area.RSEQ_ADDRESS, 0);
        int length = area.get(Layouts.INT, Area.RSEQ_LENGTH);
        return new RseqArea(address, length, area.get(Layouts.INT, Area.RSEQ_SIGNATURE));
    }

    /** @param known the FS base as far as the kernel knows. @return what it is; the host refuses a forged one, or it harms only its thread */
    long fsBase(long known) {
        if (area.get(Layouts.INT, Area.FS_SET) == 0) {
            return known;
        }
        area.set(Layouts.INT, Area.FS_SET, 0);
        long told = area.get(Layouts.LONG, Area.FS_BASE);
        return told >= 0 && told < Layout.TASK_SIZE ? told : 0;
    }

    /** The kernel has set it. */
    void forgetFsBase() {
        area.set(Layouts.INT, Area.FS_SET, 0);
    }
}
