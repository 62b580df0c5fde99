package umlaut.kernel.ipc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.EventFlags;
import umlaut.abi.OpenFlags;
import umlaut.abi.Poll;
import umlaut.abi.SigConst;
import umlaut.abi.Signal;
import umlaut.abi.SignalfdSiginfo;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.AnonInode;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.PollTable;

/** Signals as bytes to read: signalfd(2), fs/signalfd.c. What is read and polled is whatever the caller has pending, not who made it. */
final class SignalFd extends File {
    private static final long NEVER = Signal.bit(Signal.SIGKILL) | Signal.bit(Signal.SIGSTOP);

    private final Inode inode;
    private final Task creator;
    private volatile long mask;

    private SignalFd(Task creator, long mask, int flags) {
        super(null, OpenFlags.O_RDWR | flags, creator.credentials());
        this.inode = AnonInode.of(creator.kernel, AnonInode.Kind.SHARED, creator.credentials());
        this.creator = creator;
        this.mask = mask;
    }

    /** signalfd4(2). */
    static long create(Task task, int fd, long maskAddress, long maskSize, int flags) {
        if (maskSize != SigConst.SIGSET_SIZE) {
            return Errno.EINVAL.negative();
        }
        long mask = task.memory.getLong(maskAddress) & ~NEVER;
        if ((flags & ~(EventFlags.SFD_CLOEXEC | EventFlags.SFD_NONBLOCK)) != 0) {
            return Errno.EINVAL.negative();
        }
        if (fd == -1) {
            SignalFd file = new SignalFd(task, mask, flags & EventFlags.SFD_NONBLOCK);
            return Descriptors.install(task, file, (flags & EventFlags.SFD_CLOEXEC) != 0);
        }
        File file = task.files().holdOpen(fd);
        try {
            if (!(file instanceof SignalFd signals)) {
                return Errno.EINVAL.negative();
            }
            signals.mask = mask;
            task.group.signalEvents.wakeAll(Poll.POLLIN);
            return fd;
        } finally {
            file.release();
        }
    }

    @Override
    public long read(Task task, IovIter to, long offset) {
        if (to.remaining() < SignalfdSiginfo.SIZE) {
            throw Errno.EINVAL.exception();
        }
        MemorySegment room = Arena.ofAuto().allocate(SignalfdSiginfo.SIZE, 8);
        long moved = 0;
        while (to.remaining() >= SignalfdSiginfo.SIZE) {
            SigInfo info = Signals.dequeue(task, mask);
            if (info == null) {
                break;
            }
            room.fill((byte) 0);
            SignalFdLayout.write(room, info);
            if (to.copyOut(room, 0, SignalfdSiginfo.SIZE) < SignalfdSiginfo.SIZE) {
                return moved > 0 ? moved : Errno.EFAULT.negative();
            }
            moved += SignalfdSiginfo.SIZE;
        }
        return moved > 0 ? moved : BlockingOp.WOULD_BLOCK;
    }

    @Override
    public boolean hasData(boolean writing) {
        return !writing;
    }

    @Override
    public int poll(PollTable table) {
        @Nullable Task current = creator.kernel.current();
        Task task = current == null ? creator : current;
        table.add(task.group.signalEvents);
        return (Signals.pending(task) & mask) != 0 ? Poll.POLLIN : 0;
    }

    @Override
    public boolean pollable() {
        return true;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public String anonymousName() {
        return "anon_inode:[signalfd]";
    }

    @Override
    public String fdInfo() {
        return String.format("sigmask:\t%016x%n", mask);
    }
}
