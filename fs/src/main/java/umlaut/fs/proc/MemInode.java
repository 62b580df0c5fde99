package umlaut.fs.proc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.abi.Seek;
import umlaut.fs.support.TreeInode;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.mm.PokedMemory;
import umlaut.kernel.mm.Vma;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/**
 * proc_pid_mem(5): another process's memory, offsets being its addresses; and proc_pid_pagemap(5), which tells which pages
 * are there, but as to all who may not know it, not where: that is the host's secret.
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
        private static final long PAGE = 4096;
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

        private static long readPagemap(Mm mm, IovIter to, long offset) {
            if ((offset | to.remaining()) % Long.BYTES != 0) {
                return Errno.EINVAL.negative();
            }
            long end = Math.min(offset + to.remaining(), mm.layout.taskSize / PAGE * Long.BYTES);
            MemorySegment buffer = Arena.ofAuto().allocate(CHUNK, Long.BYTES);
            long done = 0;
            while (offset + done < end) {
                long length = Math.min(CHUNK, end - offset - done);
                entries(mm, (offset + done) / Long.BYTES * PAGE, buffer.asSlice(0, length));
                long moved = to.copyOut(buffer, 0, length);
                done += moved;
                if (moved < length) {
                    break;
                }
            }
            return to.result(done);
        }

        /** The entries from {@code start} on. What else is in the process than the guest's mappings is not shown. */
        private static void entries(Mm mm, long start, MemorySegment into) {
            into.fill((byte) 0);
            long end = start + into.byteSize() / Long.BYTES * PAGE;
            for (Vma vma : mm.vmas()) {
                long from = Math.max(start, vma.start());
                long to = Math.min(end, vma.end());
                if (from < to) {
                    long[] known = HostProcess.pagemap(mm.space(), from, (int) ((to - from) / PAGE));
                    MemorySegment.copy(
                            known, 0, into, ValueLayout.JAVA_LONG, (from - start) / PAGE * Long.BYTES, known.length);
                }
            }
        }

        private long read(Mm mm, IovIter to, long offset) {
            if (inode.pagemap) {
                return readPagemap(mm, to, offset);
            }
            long length = to.remaining();
            MemorySegment buffer = Arena.ofAuto().allocate(Math.max(1, Math.min(CHUNK, length)));
            long done = 0;
            while (done < length) {
                long want = Math.min(buffer.byteSize(), length - done);
                long got = PokedMemory.read(mm, offset + done, buffer, 0, want);
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
