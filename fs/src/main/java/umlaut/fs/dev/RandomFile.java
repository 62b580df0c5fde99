package umlaut.fs.dev;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Le;
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
    private static final int RNDGETENTCNT = 0x80045200, RNDADDTOENTCNT = 0x40045201, RNDADDENTROPY = 0x40085203;
    private static final int RNDZAPENTCNT = 0x5204, RNDCLEARPOOL = 0x5206, RNDRESEEDCRNG = 0x5207;
    private static final int ENTROPY_BITS = 256;
    private static final long CHUNK = 64 << 10;

    RandomFile(@Nullable Task task, Path path, Inode inode, int flags) {
        super(task, path, inode, flags);
    }

    @Override
    public int knownTransfers() {
        return 0;
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
        return switch (command) {
            case RNDGETENTCNT -> {
                task.memory.putInt(argument, ENTROPY_BITS);
                yield 0;
            }
            case RNDADDTOENTCNT -> {
                requireAdmin(task);
                yield task.memory.getInt(argument) < 0 ? Errno.EINVAL.negative() : 0;
            }
            case RNDADDENTROPY -> {
                requireAdmin(task);
                MemorySegment head = task.memory.struct(argument, 8);
                int size = Le.getInt(head, 4);
                if (Le.getInt(head, 0) < 0 || size < 0) {
                    yield Errno.EINVAL.negative();
                }
                task.memory.bytes(argument + 8, Math.min(size, ENTROPY_BITS));
                yield 0;
            }
            case RNDZAPENTCNT, RNDCLEARPOOL, RNDRESEEDCRNG -> {
                requireAdmin(task);
                yield 0;
            }
            default -> Errno.EINVAL.negative();
        };
    }

    private static void requireAdmin(Task task) {
        if (!task.credentials().capable(Capability.CAP_SYS_ADMIN)) {
            throw Errno.EPERM.exception();
        }
    }
}
