package umlaut.fs.dev;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Poll;
import umlaut.abi.Seek;
import umlaut.kernel.Kernel;
import umlaut.kernel.KernelLog;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.PollTable;

/**
 * /dev/kmsg (Documentation/ABI/testing/dev-kmsg): one record of the kernel's log a read; each write is one line logged.
 */
final class KmsgFile extends DeviceFile {
    private static final int USER_FACILITY = 1 << 3;
    private static final int MAX_LINE = 1024 - 16;
    private final Kernel kernel;
    private long next;

    KmsgFile(Kernel kernel, @Nullable Task task, Path path, Inode inode, int flags) {
        super(task, path, inode, flags);
        this.kernel = kernel;
    }

    private KernelLog.@Nullable Entry entry() {
        List<KernelLog.Entry> all = kernel.log.entries();
        for (KernelLog.Entry entry : all) {
            if (entry.sequence() >= next) {
                return entry;
            }
        }
        return null;
    }

    @Override
    public synchronized long read(Task task, IovIter to, long offset) {
        KernelLog.Entry entry = entry();
        if (entry == null) {
            return nonBlocking() ? Errno.EAGAIN.negative() : BlockingOp.WOULD_BLOCK;
        }
        String line =
                entry.level() + "," + entry.sequence() + "," + entry.sinceBootNs() / 1000 + ",-;" + entry.text() + "\n";
        byte[] bytes = line.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length > to.remaining()) {
            return Errno.EINVAL.negative();
        }
        next = entry.sequence() + 1;
        MemorySegment out = Arena.ofAuto().allocate(bytes.length);
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, out, 0, bytes.length);
        return to.result(to.copyOut(out, 0, bytes.length));
    }

    @Override
    public long write(Task task, IovIter from, long offset) {
        long length = from.remaining();
        if (length > MAX_LINE) {
            return Errno.EINVAL.negative();
        }
        MemorySegment in = Arena.ofAuto().allocate(Math.max(length, 1));
        long got = from.copyIn(in, 0, length);
        if (got < length) {
            return Errno.EFAULT.negative();
        }
        String text = new String(
                in.asSlice(0, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
        int level = 4;
        int close = text.indexOf('>');
        if (text.startsWith("<")
                && close > 1
                && close < 6
                && text.substring(1, close).chars().allMatch(Character::isDigit)) {
            level = Integer.parseInt(text.substring(1, close)) & USER_FACILITY - 1;
            text = text.substring(close + 1);
        }
        kernel.log.log(level, text.stripTrailing());
        return length;
    }

    @Override
    public long seek(long offset, int whence) {
        if (offset != 0) {
            throw Errno.ESPIPE.exception();
        }
        List<KernelLog.Entry> all = kernel.log.entries();
        synchronized (this) {
            next = switch (whence) {
                case Seek.SEEK_SET -> 0;
                case Seek.SEEK_DATA, Seek.SEEK_END ->
                    all.isEmpty() ? 0 : all.getLast().sequence() + 1;
                default -> throw Errno.EINVAL.exception();
            };
        }
        return 0;
    }

    @Override
    public synchronized int poll(PollTable table) {
        table.add(kernel.log.arrived);
        return entry() == null ? 0 : Poll.POLLIN | Poll.POLLRDNORM;
    }

    @Override
    public boolean pollable() {
        return true;
    }
}
