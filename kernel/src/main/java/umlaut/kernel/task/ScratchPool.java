package umlaut.kernel.task;

import java.util.concurrent.ArrayBlockingQueue;
import umlaut.kernel.vfs.FileScratch;

/** Scratch memory that ended tasks have left for new ones: making it costs a good part of a fork. */
public final class ScratchPool {
    private static final int MOST = 8;

    private final ArrayBlockingQueue<FileScratch> free = new ArrayBlockingQueue<>(MOST);

    FileScratch take() {
        FileScratch scratch = free.poll();
        return scratch != null ? scratch : new FileScratch();
    }

    /** By a task that uses it no more, its last act. */
    void give(FileScratch scratch) {
        free.offer(scratch);
    }
}
