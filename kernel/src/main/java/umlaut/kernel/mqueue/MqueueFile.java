package umlaut.kernel.mqueue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.wait.PollTable;

/** An open queue, by mq_open(3) or by its name in the file system. read(2) tells about it; messages pass by calls of their own. */
final class MqueueFile extends File {
    final Mqueue queue;
    private final @Nullable String name;

    MqueueFile(Mqueue queue, Path path, int flags, Credentials credentials) {
        super(path, flags, credentials);
        this.queue = queue;
        this.name = null;
    }

    /** By mq_open(3), which walks no tree: the file holds the inode itself. */
    MqueueFile(Mqueue queue, String name, int flags, Credentials credentials) {
        super(null, flags, credentials);
        this.queue = queue;
        this.name = "/" + name;
        queue.hold();
    }

    @Override
    public Inode inode() {
        return queue;
    }

    @Override
    public boolean seekable() {
        return true;
    }

    @Override
    public boolean pollable() {
        return true;
    }

    @Override
    public long read(Task task, IovIter to, long offset) {
        byte[] text = queue.text().getBytes(StandardCharsets.ISO_8859_1);
        if (offset >= text.length) {
            return 0;
        }
        MemorySegment room = Arena.ofAuto().allocate(text.length);
        MemorySegment.copy(text, 0, room, ValueLayout.JAVA_BYTE, 0, text.length);
        long n = Math.min(to.remaining(), text.length - offset);
        return to.result(to.copyOut(room, offset, n));
    }

    @Override
    public int poll(PollTable table) {
        table.add(queue.readers);
        table.add(queue.writers);
        return queue.pollState();
    }

    @Override
    public void flush(Task task) {
        queue.unwatch(task.group);
    }

    @Override
    protected void onRelease() {
        if (name != null) {
            queue.unhold();
        }
    }

    @Override
    public @Nullable String anonymousName() {
        return name;
    }
}
