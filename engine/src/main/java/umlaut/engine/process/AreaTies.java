package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import umlaut.engine.ThreadTies;
import umlaut.host.Layouts;

/** A thread's ties, in its area, where the stub writes them too ({@link CopyTable#KEPT}). */
final class AreaTies implements ThreadTies {
    private final MemorySegment area;

    /** @param area of a new thread, its host thread may have served another before */
    AreaTies(MemorySegment area) {
        this.area = area;
        setRobustList(0);
        setClearChildTid(0);
    }

    @Override
    public long robustList() {
        return area.get(Layouts.LONG, Area.ROBUST_LIST);
    }

    @Override
    public void setRobustList(long head) {
        area.set(Layouts.LONG, Area.ROBUST_LIST, head);
    }

    @Override
    public long clearChildTid() {
        return area.get(Layouts.LONG, Area.CLEAR_CHILD_TID);
    }

    @Override
    public void setClearChildTid(long address) {
        area.set(Layouts.LONG, Area.CLEAR_CHILD_TID, address);
    }
}
