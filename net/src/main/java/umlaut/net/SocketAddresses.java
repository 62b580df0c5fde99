package umlaut.net;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import umlaut.abi.Errno;
import umlaut.kernel.task.Task;

/** Moves sockaddrs between guest memory and byte arrays (move_addr_to_kernel, move_addr_to_user). */
final class SocketAddresses {
    /** struct sockaddr_storage. */
    static final int MAX = 128;

    private SocketAddresses() {}

    /** @throws umlaut.abi.ErrnoException EINVAL, EFAULT */
    static byte[] read(Task task, long address, int length) {
        if (length < 0 || length > MAX) {
            throw Errno.EINVAL.exception();
        }
        byte[] bytes = new byte[length];
        if (length > 0) {
            MemorySegment.copy(task.memory.struct(address, length), ValueLayout.JAVA_BYTE, 0, bytes, 0, length);
        }
        return bytes;
    }

    /** Stores as much as the caller has room for, and the whole length. @throws umlaut.abi.ErrnoException EINVAL, EFAULT */
    static void write(Task task, byte[] sockaddr, long address, long lengthAddress) {
        int room = task.memory.getInt(lengthAddress);
        if (room < 0) {
            throw Errno.EINVAL.exception();
        }
        put(task, sockaddr, address, room);
        task.memory.putInt(lengthAddress, sockaddr.length);
    }

    static void put(Task task, byte[] sockaddr, long address, int room) {
        int copied = Math.min(room, sockaddr.length);
        if (copied > 0) {
            MemorySegment out = task.memory.build(copied);
            MemorySegment.copy(sockaddr, 0, out, ValueLayout.JAVA_BYTE, 0, copied);
            task.memory.write(address, out);
        }
    }
}
