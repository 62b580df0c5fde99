package umlaut.fs.support;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import umlaut.abi.Errno;
import umlaut.abi.Seek;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/**
 * An open {@link TextInode}: the text is made at the first read and whenever reading starts over at 0 (Linux:
 * seq_file).
 */
public class TextFile extends File {
    private static final int MAX_WRITE = 64 << 10;
    private final TextInode inode;

    @GuardedBy("this") private MemorySegment content = MemorySegment.NULL;

    @GuardedBy("this") private boolean made;

    protected TextFile(TextInode inode, Path path, int flags, Credentials credentials) {
        super(path, flags, credentials);
        this.inode = inode;
    }

    @Override
    public final Inode inode() {
        return inode;
    }

    @Override
    public final boolean seekable() {
        return true;
    }

    @Override
    public synchronized long read(Task task, IovIter to, long offset) {
        if (!made || offset == 0) {
            byte[] bytes = inode.source.text(task).getBytes(StandardCharsets.ISO_8859_1);
            MemorySegment fresh = Arena.ofAuto().allocate(Math.max(bytes.length, 1));
            MemorySegment.copy(bytes, 0, fresh, ValueLayout.JAVA_BYTE, 0, bytes.length);
            content = fresh.asSlice(0, bytes.length);
            made = true;
        }
        long length = Math.min(to.remaining(), content.byteSize() - offset);
        long done = 0;
        while (done < length) {
            done += to.copyOut(content, offset + done, length - done);
            if (to.fault() && !to.repair(true)) {
                break;
            }
        }
        return to.result(done);
    }

    @Override
    public long write(Task task, IovIter from, long offset) {
        TextSink sink = inode.sink;
        if (sink == null) {
            return Errno.EIO.negative();
        }
        long length = Math.min(from.remaining(), MAX_WRITE);
        MemorySegment in = Arena.ofAuto().allocate(Math.max(length, 1));
        long got = 0;
        while (got < length) {
            got += from.copyIn(in, got, length - got);
            if (from.fault() && !from.repair(false)) {
                return Errno.EFAULT.negative();
            }
        }
        byte[] bytes = in.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        sink.write(task, new String(bytes, StandardCharsets.ISO_8859_1));
        return length;
    }

    @Override
    public long seek(long offset, int whence) {
        long to = switch (whence) {
            case Seek.SEEK_SET -> offset;
            case Seek.SEEK_CUR -> position() + offset;
            default -> throw Errno.EINVAL.exception();
        };
        if (to < 0) {
            throw Errno.EINVAL.exception();
        }
        setPosition(to);
        return to;
    }
}
