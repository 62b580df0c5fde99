package umlaut.kernel.vfs;

import java.lang.foreign.MemorySegment;
import umlaut.abi.FileHandle;
import umlaut.abi.Le;

/** What a file's handle says: the file system and the inode's number in it, name_to_handle_at(2). */
public record FileId(long device, long ino) {
    /** Type and length of this kernel's handles: generation and number, as shmem's. */
    public static final int TYPE = 1;

    public static final int LENGTH = 12;

    public static FileId of(Inode inode) {
        inode.superBlock.exported(inode);
        return new FileId(inode.superBlock.device, inode.ino);
    }

    /** Stores struct file_handle at {@code at}: head and {@link #LENGTH} bytes. */
    public static void putHandle(MemorySegment out, long at, long ino) {
        Le.putInt(out, at + FileHandle.HANDLE_BYTES, LENGTH);
        Le.putInt(out, at + FileHandle.HANDLE_TYPE, TYPE);
        Le.putInt(out, at + FileHandle.F_HANDLE, 0);
        Le.putInt(out, at + FileHandle.F_HANDLE + 4, (int) ino);
        Le.putInt(out, at + FileHandle.F_HANDLE + 8, (int) (ino >>> 32));
    }

    /** Of a handle with as many bytes as ours: the inode's number. */
    public static long ino(MemorySegment handle) {
        return Le.getUnsignedInt(handle, FileHandle.F_HANDLE + 4)
                | Le.getUnsignedInt(handle, FileHandle.F_HANDLE + 8) << 32;
    }
}
