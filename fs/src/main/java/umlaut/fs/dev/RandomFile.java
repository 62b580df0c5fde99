package umlaut.fs.dev;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.host.HostCalls;
import umlaut.host.Syscall;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/**
 * /dev/random and /dev/urandom, random(4): the host's own generator. What is written is taken and forgotten: the host
 * needs no help.
 */
final class RandomFile extends NullFile {
    private static final int RNDGETENTCNT = 0x80045200;
    private static final int ENTROPY_BITS = 256;
    private static final long CHUNK = 64 << 10;

    RandomFile(@Nullable Task task, Path path, Inode inode, int flags) {
        super(task, path, inode, flags);
    }

    @Override
    public long read(Task task, IovIter to, long offset) {
        MemorySegment own = null;
        long done = 0;
        while (to.remaining() > 0) {
            MemorySegment room = to.reserve();
            MemorySegment buffer = room;
            if (buffer == null) {
                own = own == null ? Arena.ofAuto().allocate(CHUNK) : own;
                buffer = own;
            }
            long want = Math.min(Math.min(buffer.byteSize(), CHUNK), to.remaining());
            long n = HostCalls.call(Syscall.GETRANDOM, buffer.address(), want, 0);
            if (n <= 0) {
                return done > 0 ? done : Errno.EIO.negative();
            }
            if (room != null) {
                to.commit(n);
                done += n;
                continue;
            }
            done += to.copyOut(buffer, 0, n);
            if (to.fault() && !to.repair(true)) {
                break;
            }
        }
        return to.result(done);
    }

    @Override
    public boolean pollable() {
        return true;
    }

    @Override
    public long ioctl(Task task, int command, long argument) {
        if (command == RNDGETENTCNT) {
            task.memory.putInt(argument, ENTROPY_BITS);
            return 0;
        }
        throw Errno.EINVAL.exception();
    }
}
