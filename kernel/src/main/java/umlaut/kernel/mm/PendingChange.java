package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.engine.Reg;
import umlaut.engine.UserThread;
import umlaut.kernel.task.Task;

/**
 * A change of the VMAs whose host call the calling thread runs as it returns, and how to take it back should the host refuse (too many mappings, no
 * memory). At most one a task: what else a system call does to the host is done at once.
 *
 * <p>What the change took out of the list is let go of only when it is done, since until then the guest can still reach the pages.
 */
public final class PendingChange {
    private final Mm mm;
    private final long start;
    private final long end;
    /** What was taken out of the list. */
    private final List<Vma> gone;
    /** Protection before the change, as unregistered copies; empty unless it changed protection. */
    private final List<Vma> protections;
    /** The program break before, or -1. */
    private final long oldBreak;
    /** A move that can still be made in pieces; or null. */
    private final @Nullable Move move;

    /** A host mremap. */
    record Move(long from, long oldLength, long to, long newLength) {}

    private PendingChange(
            Mm mm, long start, long end, List<Vma> gone, List<Vma> protections, long oldBreak, @Nullable Move move) {
        this.mm = mm;
        this.start = start;
        this.end = end;
        this.gone = gone;
        this.protections = protections;
        this.oldBreak = oldBreak;
        this.move = move;
    }

    /** The range was mapped or unmapped; {@code gone} was there before. */
    static PendingChange replaced(Mm mm, long start, long end, List<Vma> gone) {
        return new PendingChange(mm, start, end, gone, List.of(), -1, null);
    }

    static PendingChange protectionChanged(Mm mm, long start, long end, List<Vma> before) {
        return new PendingChange(mm, start, end, List.of(), before, -1, null);
    }

    static PendingChange heapGrown(Mm mm, long start, long end, long oldBreak) {
        return new PendingChange(mm, start, end, List.of(), List.of(), oldBreak, null);
    }

    static PendingChange moved(Mm mm, long start, long end, List<Vma> gone, Move move) {
        return new PendingChange(mm, start, end, gone, List.of(), -1, move);
    }

    /** The thread to leave a change to, or null when it has one already or the change is another's: then it is made at once. */
    static @Nullable UserThread self(Mm mm, @Nullable Task task) {
        return task != null && task.pendingChange == null && task.mmOrNull() == mm ? task.user() : null;
    }

    /**
     * After the host call, with the lock held.
     *
     * @param task whose call it is
     * @param self what the host call was given
     * @return the host call's result: 0, or -errno after everything was taken back
     */
    @GuardedBy("mm.lock") long begin(@Nullable Task task, @Nullable UserThread self, long hostResult) {
        if (hostResult < 0) {
            rollBack();
        } else if (self != null && task != null) {
            task.pendingChange = this;
        } else {
            mm.dropLater(gone);
        }
        return hostResult;
    }

    void done() {
        VmaEditor.drop(gone);
    }

    void failed(Task task, long negativeErrno) {
        mm.lock.lock();
        try {
            if (move != null && Mremap.moveInPieces(mm, move) == 0) {
                mm.dropLater(gone);
                return;
            }
            rollBack();
        } finally {
            mm.lock.unlock();
            mm.collect();
        }
        task.user().setReg(Reg.RAX, oldBreak != -1 ? oldBreak : negativeErrno);
    }

    @GuardedBy("mm.lock") private void rollBack() {
        if (!protections.isEmpty()) {
            for (Vma old : protections) {
                Mprotect.set(mm, old.start, old.end, old.prot);
            }
            return;
        }
        mm.dropLater(VmaEditor.detach(mm, start, end));
        VmaEditor.putBack(mm, gone);
        if (oldBreak != -1) {
            mm.layout.brk = oldBreak;
            mm.layout.heapGranted = start;
            mm.space().unmap(null, start, end - start);
        }
    }
}
