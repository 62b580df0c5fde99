package umlaut.block;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.LoopInfo64;
import umlaut.kernel.task.Task;

/**
 * What a loop device is told about itself and tells: struct loop_info64, and the older struct loop_info (Linux: include/uapi/linux/loop.h, loop(4)).
 *
 * @param offset where the disk begins in its file, bytes
 * @param limit bytes at most, 0: all there are; not in the old struct
 * @param flags LO_FLAGS_*
 * @param name at most 63 characters, for people
 */
record LoopStatus(long offset, long limit, int flags, String name) {
    static final LoopStatus NONE = new LoopStatus(0, 0, 0, "");
    static final int READ_ONLY = 1, AUTOCLEAR = 4, PARTSCAN = 8, DIRECT_IO = 16;
    private static final int NAME_SIZE = 64, KEY_SIZE = 32;

    /** struct loop_info. */
    private static final int OLD_DEVICE = 8,
            OLD_INODE = 16,
            OLD_OFFSET = 32,
            OLD_FLAGS = 44,
            OLD_NAME = 48,
            OLD_SIZE = 168;

    /** @throws umlaut.abi.ErrnoException EINVAL for encryption, EOVERFLOW */
    static LoopStatus read(Task task, long address) {
        MemorySegment in = MemorySegment.ofArray(task.memory.bytes(address, LoopInfo64.SIZE));
        int keySize = Le.getInt(in, LoopInfo64.LO_ENCRYPT_KEY_SIZE);
        if (Le.getInt(in, LoopInfo64.LO_ENCRYPT_TYPE) != 0 || keySize < 0 || keySize > KEY_SIZE) {
            throw Errno.EINVAL.exception();
        }
        long offset = Le.getLong(in, LoopInfo64.LO_OFFSET);
        long limit = Le.getLong(in, LoopInfo64.LO_SIZELIMIT);
        if (offset < 0 || limit < 0) {
            throw Errno.EOVERFLOW.exception();
        }
        return new LoopStatus(offset, limit, Le.getInt(in, LoopInfo64.LO_FLAGS), text(in, LoopInfo64.LO_FILE_NAME));
    }

    /** Its encryption was never looked at. @throws umlaut.abi.ErrnoException EOVERFLOW */
    static LoopStatus readOld(Task task, long address) {
        MemorySegment in = MemorySegment.ofArray(task.memory.bytes(address, OLD_SIZE));
        int offset = Le.getInt(in, OLD_OFFSET);
        if (offset < 0) {
            throw Errno.EOVERFLOW.exception();
        }
        return new LoopStatus(offset, 0, Le.getInt(in, OLD_FLAGS), text(in, OLD_NAME));
    }

    private static String text(MemorySegment in, int at) {
        byte[] bytes = in.asSlice(at, NAME_SIZE - 1).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int end = text.indexOf(0);
        return end < 0 ? text : text.substring(0, end);
    }

    /** @param minor of the loop device; device and inode are its file's */
    void write(Task task, long address, int minor, long device, long inode) {
        MemorySegment out = task.memory.build(LoopInfo64.SIZE);
        Le.clear(out, 0, LoopInfo64.SIZE);
        Le.putLong(out, LoopInfo64.LO_DEVICE, device);
        Le.putLong(out, LoopInfo64.LO_INODE, inode);
        Le.putLong(out, LoopInfo64.LO_OFFSET, offset);
        Le.putLong(out, LoopInfo64.LO_SIZELIMIT, limit);
        Le.putInt(out, LoopInfo64.LO_NUMBER, minor);
        Le.putInt(out, LoopInfo64.LO_FLAGS, flags);
        Le.putText(out, LoopInfo64.LO_FILE_NAME, NAME_SIZE, name);
        task.memory.write(address, out, 0, LoopInfo64.SIZE);
    }

    /** As {@link #write}. @throws umlaut.abi.ErrnoException EOVERFLOW if the offset does not fit */
    void writeOld(Task task, long address, int minor, long device, long inode) {
        if (offset != (int) offset) {
            throw Errno.EOVERFLOW.exception();
        }
        MemorySegment out = task.memory.build(OLD_SIZE);
        Le.clear(out, 0, OLD_SIZE);
        Le.putInt(out, 0, minor);
        Le.putLong(out, OLD_DEVICE, device);
        Le.putLong(out, OLD_INODE, inode);
        Le.putInt(out, OLD_OFFSET, (int) offset);
        Le.putInt(out, OLD_FLAGS, flags);
        Le.putText(out, OLD_NAME, NAME_SIZE, name);
        task.memory.write(address, out, 0, OLD_SIZE);
    }

    /** After LOOP_SET_STATUS: of the flags, only AUTOCLEAR can be taken back and only AUTOCLEAR and PARTSCAN set. */
    LoopStatus changedTo(LoopStatus wanted) {
        int kept = flags & ~AUTOCLEAR | wanted.flags & (AUTOCLEAR | PARTSCAN);
        return new LoopStatus(wanted.offset, wanted.limit, kept, wanted.name);
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    LoopStatus with(int flag, boolean on) {
        return new LoopStatus(offset, limit, on ? flags | flag : flags & ~flag, name);
    }
}
