package umlaut.fs.hostfs;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import umlaut.abi.Dirent64;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Seek;
import umlaut.fs.support.DirectoryFile;
import umlaut.host.Files;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.DirectorySink;
import umlaut.kernel.vfs.Path;

/**
 * An open directory of a volume: streamed from the host as the guest lists it. Positions are the host's own cookies.
 */
final class HostDirectoryFile extends DirectoryFile {
    private static final int BUFFER_BYTES = 32 << 10;
    private final HostInode inode;
    private final int fd;

    @GuardedBy("this") private final MemorySegment buffer = Arena.ofAuto().allocate(BUFFER_BYTES, 8);

    /** What of the buffer is not listed yet, and the cookie of its first entry; -1 = nothing. */
    @GuardedBy("this") private long start;

    @GuardedBy("this") private long end;

    @GuardedBy("this") private long cookie = -1;

    HostDirectoryFile(HostInode inode, Path path, int flags, Credentials credentials) {
        super(inode, path, flags, credentials);
        this.inode = inode;
        this.fd = inode.openForListing();
    }

    @Override
    public synchronized void readDirectory(Task task, DirectorySink sink) {
        long position = sink.position();
        if (position != cookie) {
            HostErrors.check(Files.lseek(fd, position, Seek.SEEK_SET));
            start = 0;
            end = 0;
            cookie = position;
        }
        while (true) {
            if (start >= end) {
                end = HostErrors.check(Files.getdents64(fd, buffer, BUFFER_BYTES));
                start = 0;
                if (end == 0) {
                    return;
                }
            }
            long next = Le.getLong(buffer, start + Dirent64.D_OFF);
            long ino = Le.getLong(buffer, start + Dirent64.D_INO) ^ inode.inoBits();
            int type = Le.getUnsignedByte(buffer, start + Dirent64.D_TYPE);
            if (!sink.add(HostListing.name(buffer, start), ino, type, next)) {
                return;
            }
            start += Le.getUnsignedShort(buffer, start + Dirent64.D_RECLEN);
            cookie = next;
        }
    }

    @Override
    public void sync(boolean dataOnly) {
        if (inode.fs.options.readOnly()) {
            return;
        }
        long result = Files.fsync(fd);
        if (result < 0 && result != Errno.EINVAL.negative()) {
            throw HostErrors.of(result).exception();
        }
    }

    @Override
    protected void onRelease() {
        Files.close(fd);
    }
}
