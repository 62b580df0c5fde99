package umlaut.kernel.coredump;

import java.lang.foreign.MemorySegment;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.ReadWrite;

/** Where a core goes: a file, in which what is zero may be left out, or a pipe. Stops at RLIMIT_CORE. */
final class CoreOutput {
    private final Task task;
    private final File file;
    private final long limit;
    private final boolean sparse;
    private long position;
    private boolean broken;
    private boolean holeAtEnd;

    /** @param limit bytes, as an unsigned number */
    CoreOutput(Task task, File file, long limit, boolean sparse) {
        this.task = task;
        this.file = file;
        this.limit = limit;
        this.sparse = sparse;
    }

    /** @return false if no more can be written */
    boolean write(MemorySegment bytes, long length) {
        long done = 0;
        while (!broken && done < length) {
            if (Long.compareUnsigned(position + (length - done), limit) > 0) {
                broken = true;
                break;
            }
            IovIter from = new IovIter().kernel(bytes, done, length - done);
            long n = ReadWrite.perform(task, file, from, true, sparse ? position : -1, 0);
            if (n <= 0) {
                broken = true;
                break;
            }
            done += n;
            position += n;
        }
        holeAtEnd = false;
        return !broken;
    }

    /** So many zeros. */
    boolean skip(MemorySegment zeros, long length) {
        if (!sparse) {
            return write(zeros, length);
        }
        position += length;
        holeAtEnd = true;
        return !broken;
    }

    /** The file is as long as it says. */
    boolean finish() {
        if (holeAtEnd && !broken) {
            position--;
            return write(MemorySegment.ofArray(new byte[1]), 1);
        }
        return !broken;
    }
}
