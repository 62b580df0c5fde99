package umlaut.block;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Fcntl;
import umlaut.abi.OpenFlags;
import umlaut.host.Scratch;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.FileRead;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.mm.MappingSource;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.vfs.Seeking;

/**
 * An open block device (Linux: block/fops.c). Reads end at the device's end, writes there fail with ENOSPC. O_DIRECT asks for aligned places and lengths and then is as any
 * other transfer, since there is no cache but the host's.
 */
final class BlockFile extends File implements MappingSource {
    private final BlockDevices devices;
    private final BlockDevice device;
    private final Inode inode;

    private BlockFile(BlockDevices devices, BlockDevice device, Path path, Inode inode, int flags, Credentials who) {
        super(path, flags, who);
        this.devices = devices;
        this.device = device;
        this.inode = inode;
    }

    static BlockFile open(
            BlockDevices devices, BlockDevice device, @Nullable Task task, Path path, Inode inode, int flags) {
        if (OpenFlags.mayWrite(flags) && device.readOnly()) {
            throw Errno.EACCES.exception();
        }
        Credentials who = task == null ? Credentials.ROOT : task.credentials();
        BlockFile file = new BlockFile(devices, device, path, inode, flags & ~OpenFlags.O_EXCL, who);
        if ((flags & OpenFlags.O_EXCL) != 0) {
            device.claim(file);
        }
        device.opened();
        return file;
    }

    BlockDevice device() {
        return device;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public boolean seekable() {
        return true;
    }

    @Override
    public long seek(long offset, int whence) {
        return Seeking.generic(this, offset, whence, device.size);
    }

    private void requireAligned(long offset, IovIter iter) {
        if ((flags() & OpenFlags.O_DIRECT) != 0 && ((offset | iter.remaining()) & BlockDevice.SECTOR - 1) != 0) {
            throw Errno.EINVAL.exception();
        }
    }

    @Override
    public long read(Task task, IovIter to, long offset) {
        requireAligned(offset, to);
        return FileRead.perform(this::read, to, offset);
    }

    private long read(MemorySegment to, long most, long position) {
        long n = Math.clamp(device.size - position, 0, most);
        device.read(to, 0, n, position);
        return n;
    }

    @Override
    public long write(Task task, IovIter from, long offset) {
        requireAligned(offset, from);
        if (offset >= device.size && from.remaining() > 0) {
            throw Errno.ENOSPC.exception();
        }
        MemorySegment buffer = Scratch.buffer();
        long done = 0;
        while (from.remaining() > 0 && offset + done < device.size) {
            long most = Math.min(Math.min(Scratch.BUFFER, from.remaining()), device.size - offset - done);
            long got = from.copyIn(buffer, 0, most);
            if (got > 0) {
                device.write(buffer, 0, got, offset + done);
                done += got;
            }
            if (got < most && !from.repair(false)) {
                break;
            }
        }
        return from.result(done);
    }

    @Override
    public void sync(boolean dataOnly) {
        device.flush();
    }

    @Override
    public void allocate(int mode, long offset, long length) {
        int kind = mode & ~Fcntl.FALLOC_FL_KEEP_SIZE;
        if (kind != Fcntl.FALLOC_FL_PUNCH_HOLE && kind != Fcntl.FALLOC_FL_ZERO_RANGE) {
            throw Errno.EOPNOTSUPP.exception();
        }
        if (offset >= device.size || ((offset | length) & BlockDevice.SECTOR - 1) != 0) {
            throw Errno.EINVAL.exception();
        }
        device.discard(offset, Math.min(length, device.size - offset));
    }

    @Override
    public long ioctl(Task task, int command, long argument) {
        return BlockIoctl.perform(devices, this, task, command, argument);
    }

    @Override
    public MappingSource mapping(boolean shared, boolean writable) {
        return this;
    }

    @Override
    public void extent(long offset, long length, boolean writable, Extent into) {
        device.locate(offset, length, writable, into);
    }

    @Override
    protected void onRelease() {
        device.unclaim(this);
        device.closed();
    }
}
