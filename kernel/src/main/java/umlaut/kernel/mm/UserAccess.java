package umlaut.kernel.mm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import umlaut.abi.Errno;
import umlaut.engine.UserMemory;
import umlaut.kernel.task.Task;

/**
 * A running task's access to its own guest memory (Linux: uaccess.h): every method throws EFAULT where Linux's would fail. Guest strings
 * become Latin-1 Strings, a char for each byte, so that any byte sequence survives.
 *
 * <p>Only the task itself may use it; to reach another task's memory use that task's {@code mm().space()}.
 */
public final class UserAccess {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    public static final int PATH_MAX = 4096;

    /** Of x86-64 with four levels of page tables. */
    private static final long USER_PTR_MAX = 0x7fff_ffff_f000L;

    private final Task task;
    /** Native, since the host copies from and to it; used by one call at a time. */
    private final MemorySegment scratch;

    /** @param scratch {@link #PATH_MAX} bytes */
    public UserAccess(Task task, MemorySegment scratch) {
        this.task = task;
        this.scratch = scratch;
    }

    private UserMemory user() {
        return task.mm().memoryOf(task);
    }

    /** access_ok. @throws umlaut.abi.ErrnoException EFAULT for a range that no guest can have */
    public static void requireRange(long address, long length) {
        long end = address + length;
        if (Long.compareUnsigned(end, USER_PTR_MAX) > 0 || Long.compareUnsigned(end, address) < 0) {
            throw Errno.EFAULT.exception();
        }
    }

    /** copy_from_user: all or EFAULT. */
    public void read(long address, MemorySegment to, long offset, long length) {
        long done = user().read(address, to, offset, length);
        while (done < length) {
            if (!MmFault.repair(task.mm(), task, address + done, false)) {
                throw Errno.EFAULT.exception();
            }
            done += user().read(address + done, to, offset + done, length - done);
        }
    }

    /** copy_to_user: all or EFAULT. */
    public void write(long address, MemorySegment from, long offset, long length) {
        long done = user().write(address, from, offset, length);
        while (done < length) {
            if (!MmFault.repair(task.mm(), task, address + done, true)) {
                throw Errno.EFAULT.exception();
            }
            done += user().write(address + done, from, offset + done, length - done);
        }
    }

    public void write(long address, MemorySegment from) {
        write(address, from, 0, from.byteSize());
    }

    /** For what may fail unheard of, such as the time left in a program's constant. */
    public void writeIfPossible(long address, MemorySegment from) {
        MemorySegment out = task.user().reserveOut(address, from.byteSize());
        if (out == null) {
            task.user().writeNow(address, from, 0, from.byteSize());
            return;
        }
        out.copyFrom(from);
        task.user().commitOutQuietly(from.byteSize());
    }

    /** A struct of {@code size} bytes, at most 4,096: valid until the next call of any method here that returns a segment. */
    public MemorySegment struct(long address, int size) {
        MemorySegment in = task.user().copiedIn(address, size);
        if (in != null) {
            return in;
        }
        read(address, scratch, 0, size);
        return scratch.asSlice(0, size);
    }

    /** Zeroed room to build a struct of {@code size} bytes, at most 4,096, to be written with {@link #write(long, MemorySegment)} next. */
    public MemorySegment build(int size) {
        return scratch.asSlice(0, size).fill((byte) 0);
    }

    public long getLong(long address) {
        return struct(address, 8).get(LONG, 0);
    }

    public int getInt(long address) {
        return struct(address, 4).get(INT, 0);
    }

    public short getShort(long address) {
        return struct(address, 2).get(SHORT, 0);
    }

    public byte getByte(long address) {
        return struct(address, 1).get(ValueLayout.JAVA_BYTE, 0);
    }

    public void putLong(long address, long value) {
        scratch.set(LONG, 0, value);
        write(address, scratch, 0, 8);
    }

    public void putInt(long address, int value) {
        scratch.set(INT, 0, value);
        write(address, scratch, 0, 4);
    }

    public void putShort(long address, int value) {
        scratch.set(SHORT, 0, (short) value);
        write(address, scratch, 0, 2);
    }

    public void putByte(long address, int value) {
        scratch.set(ValueLayout.JAVA_BYTE, 0, (byte) value);
        write(address, scratch, 0, 1);
    }

    /** All bytes of a guest range, for calls that are not hot. */
    public byte[] bytes(long address, int length) {
        byte[] out = new byte[length];
        for (int done = 0; done < length; ) {
            int n = Math.min(length - done, PATH_MAX);
            read(address + done, scratch, 0, n);
            MemorySegment.copy(scratch, ValueLayout.JAVA_BYTE, 0, out, done, n);
            done += n;
        }
        return out;
    }

    public void putBytes(long address, byte[] bytes) {
        for (int done = 0; done < bytes.length; ) {
            int n = Math.min(bytes.length - done, PATH_MAX);
            MemorySegment.copy(bytes, done, scratch, ValueLayout.JAVA_BYTE, 0, n);
            write(address + done, scratch, 0, n);
            done += n;
        }
    }

    /** A path as system calls take it. @throws ENAMETOOLONG at 4,096 bytes without a NUL; EFAULT. The empty path is the caller's business. */
    public String path(long address) {
        return string(address, PATH_MAX, Errno.ENAMETOOLONG);
    }

    /**
     * As {@link #path(long)}, without a String: into {@code to}, which has room for 4,096 bytes.
     *
     * @return the length without the NUL
     */
    public int path(long address, byte[] to) {
        MemorySegment in = task.user().copiedInFrom(address);
        if (in != null) {
            int end = copyToNul(in, to);
            if (end >= 0) {
                return end;
            }
        }
        int have = 0;
        while (have < PATH_MAX) {
            int n = (int) Math.min(PATH_MAX - have, 4096 - (address + have & 4095));
            if (have == 0) {
                n = Math.min(n, 256);
            }
            int got = (int) Math.max(0, user().read(address + have, scratch, have, n));
            MemorySegment.copy(scratch, ValueLayout.JAVA_BYTE, have, to, have, got);
            for (int i = have; i < have + got; i++) {
                if (to[i] == 0) {
                    return i;
                }
            }
            if (got < n) {
                throw Errno.EFAULT.exception();
            }
            have += got;
        }
        throw Errno.ENAMETOOLONG.exception();
    }

    /** @return the index of the NUL, or -1 if there is none */
    private static int copyToNul(MemorySegment from, byte[] to) {
        int n = (int) Math.min(from.byteSize(), to.length);
        MemorySegment.copy(from, ValueLayout.JAVA_BYTE, 0, to, 0, n);
        for (int i = 0; i < n; i++) {
            if (to[i] == 0) {
                return i;
            }
        }
        return -1;
    }

    /** A NUL-terminated string of at most {@code max} bytes, its NUL included. */
    public String string(long address, int max, Errno tooLong) {
        int limit = Math.min(max, PATH_MAX);
        MemorySegment whole = task.user().copiedInFrom(address);
        if (whole != null) {
            int n = (int) Math.min(whole.byteSize(), limit);
            MemorySegment.copy(whole, 0, scratch, 0, n);
            int end = indexOfNul(0, n);
            if (end >= 0) {
                byte[] raw = new byte[end];
                MemorySegment.copy(scratch, ValueLayout.JAVA_BYTE, 0, raw, 0, end);
                return new String(raw, StandardCharsets.ISO_8859_1);
            }
        }
        // A string may end just before an unmapped page: read up to each page's end, and no further than needed.
        int have = 0;
        while (have < limit) {
            int n = (int) Math.min(limit - have, 4096 - (address + have & 4095));
            MemorySegment in = have == 0 ? task.user().copiedIn(address, 1) : null;
            long got = in != null && n > 256 ? readUpTo(address, 256) : user().read(address + have, scratch, have, n);
            int end = indexOfNul(have, (int) got);
            if (end >= 0) {
                byte[] raw = new byte[end];
                MemorySegment.copy(scratch, ValueLayout.JAVA_BYTE, 0, raw, 0, end);
                return new String(raw, StandardCharsets.ISO_8859_1);
            }
            if (got <= 0 && !MmFault.repair(task.mm(), task, address + have, false)) {
                throw Errno.EFAULT.exception();
            }
            have += (int) Math.max(got, 0);
        }
        throw tooLong.exception();
    }

    private long readUpTo(long address, int n) {
        return user().read(address, scratch, 0, n);
    }

    private int indexOfNul(int from, int count) {
        for (int i = from; i < from + count; i++) {
            if (scratch.get(ValueLayout.JAVA_BYTE, i) == 0) {
                return i;
            }
        }
        return -1;
    }
}
