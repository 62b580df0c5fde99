package umlaut.kernel.mm;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.host.Scratch;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;

/** The part of a task's last read that was left to its guest thread ({@link FileWindows}), to be done by the kernel if the window has gone meanwhile. Only the task itself uses it. */
public final class WindowCopy {
    private @Nullable File file;
    private long offset;
    private long address;
    private long length;

    void set(File of, long at, long to, long bytes) {
        file = of;
        offset = at;
        address = to;
        length = bytes;
    }

    /** Was the last read of this file, and from a window? */
    boolean isOf(File read) {
        return file == read;
    }

    /** What the file has lost since reads as zero, as it may for a read(2) that a truncation overtakes; memory that the guest has taken away since stays as it is. */
    public void redo(Task task) {
        File from = file;
        file = null;
        if (from == null) {
            return;
        }
        IovIter to = new IovIter().user(task.mm().space(), address, length);
        if (from.tryAcquire()) {
            try {
                long moved = 1;
                while (to.remaining() > 0 && moved > 0) {
                    moved = from.read(task, to, offset + to.moved());
                }
            } finally {
                from.release();
            }
        }
        MemorySegment zeros = Scratch.buffer().fill((byte) 0);
        while (to.remaining() > 0 && !to.fault()) {
            to.copyOut(zeros, 0, zeros.byteSize());
        }
    }
}
