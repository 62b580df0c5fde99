package umlaut.fs.proc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.abi.Seek;
import umlaut.fs.support.TreeInode;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.mm.PokedMemory;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/**
 * proc_pid_mem(5): another process's memory, offsets being its addresses; and proc_pid_pagemap(5), which tells nothing:
 * where pages lie is the host's secret.
 */
final class MemInode extends TreeInode {
    private final Subject subject;
    private final boolean pagemap;

    MemInode(Subject subject, long ino, boolean pagemap) {
        super(subject.fs(), ino, Mode.S_IFREG | (pagemap ? 0400 : 0600));
        this.subject = subject;
        this.pagemap = pagemap;
        refresh();
    }

    @Override
    public boolean stale() {
        return !subject.exists();
    }

    @Override
    public void refresh() {
        Ownership.update(this, subject, false);
    }

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        PtraceAccess.require(task, subject.task());
        Mm mm = subject.task().mmOrNull();
        Credentials who = task == null ? Credentials.ROOT : task.credentials();
        return new MemFile(this, mm, path, flags, who);
    }

    /**
     * Means the address space as it was at opening, without keeping it alive: after an execve or exit it reads as
     * empty.
     */
    private static final class MemFile extends File {
        private static final int CHUNK = 64 << 10;
        private final MemInode inode;
        private final @Nullable Mm mm;

        MemFile(MemInode inode, @Nullable Mm mm, Path path, int flags, Credentials credentials) {
            super(path, flags, credentials);
            this.inode = inode;
            this.mm = mm;
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
        public long read(Task task, IovIter to, long offset) {
            Mm alive = mm == null ? null : mm.tryAcquire();
            if (alive == null) {
                return 0;
            }
            try {
                return read(alive, to, offset);
            } finally {
                alive.release();
            }
        }

        private long read(Mm mm, IovIter to, long offset) {
            long length = inode.pagemap ? Math.min(to.remaining(), (mm.layout.taskSize >> 9) - offset) : to.remaining();
            MemorySegment buffer = Arena.ofAuto().allocate(Math.max(1, Math.min(CHUNK, length)));
            long done = 0;
            while (done < length) {
                long want = Math.min(buffer.byteSize(), length - done);
                long got = inode.pagemap ? want : PokedMemory.read(mm, offset + done, buffer, 0, want);
                if (got <= 0) {
                    return done > 0 ? done : Errno.EIO.negative();
                }
                long moved = to.copyOut(buffer, 0, got);
                done += moved;
                if (moved < want) {
                    break;
                }
            }
            return to.result(done);
        }

        @Override
        public long write(Task task, IovIter from, long offset) {
            if (inode.pagemap) {
                return Errno.EINVAL.negative();
            }
            Mm alive = mm == null ? null : mm.tryAcquire();
            if (alive == null) {
                return 0;
            }
            try {
                return write(alive, from, offset);
            } finally {
                alive.release();
            }
        }

        private static long write(Mm mm, IovIter from, long offset) {
            MemorySegment buffer = Arena.ofAuto().allocate(Math.max(1, Math.min(CHUNK, from.remaining())));
            long done = 0;
            while (from.remaining() > 0) {
                long got = from.copyIn(buffer, 0, Math.min(buffer.byteSize(), from.remaining()));
                if (got == 0) {
                    break;
                }
                long moved = PokedMemory.write(mm, offset + done, buffer, 0, got);
                done += moved;
                if (moved < got) {
                    from.revert(got - moved);
                    return done > 0 ? done : Errno.EIO.negative();
                }
            }
            return from.result(done);
        }

        @Override
        public long seek(long offset, int whence) {
            long to = switch (whence) {
                case Seek.SEEK_SET -> offset;
                case Seek.SEEK_CUR -> position() + offset;
                default -> throw Errno.EINVAL.exception();
            };
            setPosition(to);
            return to;
        }
    }
}
