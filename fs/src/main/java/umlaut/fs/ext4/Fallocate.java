package umlaut.fs.ext4;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import umlaut.abi.Errno;
import umlaut.abi.Fcntl;
import umlaut.kernel.mm.PageStore;

/**
 * fallocate(2) on a regular file (Linux: ext4_fallocate, ext4_punch_hole, ext4_zero_range, ext4_collapse_range, ext4_insert_range): blocks that read as zero, ranges that become so, and
 * ranges taken out or put in between. The latter move whole blocks only, in one transaction.
 */
final class Fallocate {
    private static final int PAGE = PageStore.PAGE;
    /** Blocks given to a file in a transaction. */
    private static final int STEP = 1 << 14;

    private final Ext4Regular file;
    private final Ext4Fs fs;

    Fallocate(Ext4Regular file) {
        this.file = file;
        this.fs = file.fs;
    }

    /** @throws umlaut.abi.ErrnoException EOPNOTSUPP, EFBIG, EINVAL, ENOSPC */
    void perform(int mode, long offset, long length) {
        int kind = mode & ~Fcntl.FALLOC_FL_KEEP_SIZE;
        if (file.isInline()) {
            leaveInode();
        }
        if (kind != Fcntl.FALLOC_FL_PUNCH_HOLE && !file.map().knowsUnwritten()) {
            throw Errno.EOPNOTSUPP.exception();
        }
        if (kind != Fcntl.FALLOC_FL_PUNCH_HOLE && offset + length > file.map().limit() << file.shift) {
            throw Errno.EFBIG.exception();
        }
        file.ioLock.lock();
        try {
            switch (kind) {
                case 0 -> allocate(mode, offset, length);
                case Fcntl.FALLOC_FL_PUNCH_HOLE -> {
                    long end = file.size + file.blockMask & ~(long) file.blockMask;
                    punch(offset, Math.min(length, Math.max(0, end - offset)));
                }
                case Fcntl.FALLOC_FL_ZERO_RANGE -> {
                    punch(offset, length);
                    allocate(mode, offset, length);
                }
                case Fcntl.FALLOC_FL_COLLAPSE_RANGE -> collapse(offset, length);
                case Fcntl.FALLOC_FL_INSERT_RANGE -> insert(offset, length);
                default -> throw Errno.EOPNOTSUPP.exception();
            }
        } finally {
            file.ioLock.unlock();
        }
        if (kind == 0) {
            file.remap(offset);
        }
    }

    private void leaveInode() {
        file.ioLock.lock();
        try {
            fs.changing(() -> {
                file.mapLock.writeLock().lock();
                try {
                    file.leaveInlineData();
                } finally {
                    file.mapLock.writeLock().unlock();
                }
            });
        } finally {
            file.ioLock.unlock();
        }
    }

    @GuardedBy("file.ioLock") private void allocate(int mode, long offset, long length) {
        preallocate(offset, length);
        grow(mode, offset + length);
    }

    private void grow(int mode, long end) {
        if ((mode & Fcntl.FALLOC_FL_KEEP_SIZE) == 0 && end > file.size) {
            fs.begin();
            file.mapLock.writeLock().lock();
            try {
                file.zeroTail(file.size);
                setSize(end);
            } finally {
                file.mapLock.writeLock().unlock();
                fs.end();
            }
        }
    }

    private void setSize(long size) {
        file.size = size;
        file.resizeCopy(size);
        file.markDirty();
    }

    private void preallocate(long offset, long length) {
        long[] next = {offset >> file.shift};
        long end = offset + length + file.blockMask >> file.shift;
        while (next[0] < end) {
            fs.changing(() -> {
                file.mapLock.writeLock().lock();
                try {
                    BlockMap.Piece piece = new BlockMap.Piece();
                    file.map().find(next[0], piece);
                    if (piece.physical == 0) {
                        file.allocate(next[0], (int) Math.min(Math.min(piece.count, end - next[0]), STEP), true, piece);
                    }
                    next[0] += piece.count;
                } finally {
                    file.mapLock.writeLock().unlock();
                }
            });
        }
    }

    // --- ranges without data ---

    /** Whole blocks go, parts of blocks are zeroed. */
    @GuardedBy("file.ioLock") private void punch(long offset, long length) {
        long end = offset + length;
        long from = offset + file.blockMask >> file.shift;
        long to = end >> file.shift;
        boolean[] first = {true};
        boolean[] done = {false};
        while (!done[0]) {
            unmapping(offset, () -> {
                if (first[0]) {
                    zeroInBlock(offset, Math.min(end, from << file.shift));
                    zeroInBlock(Math.max(offset, to << file.shift), end);
                    first[0] = false;
                }
                done[0] = from >= to || file.map().remove(from, to);
                file.zeroCopy(offset, length);
                file.markDirty();
            });
        }
    }

    /** Does {@code body} in a transaction with the map locked, and then takes the pages from {@code offset} on from all mappings: what their blocks hold next is not this file's. */
    private void unmapping(long offset, Runnable body) {
        fs.journal().commitLock.lock();
        try {
            fs.begin();
            file.mapLock.writeLock().lock();
            try {
                body.run();
            } finally {
                file.mapLock.writeLock().unlock();
                fs.end();
            }
            file.unmap(offset & -(long) PAGE);
        } finally {
            fs.journal().commitLock.unlock();
        }
    }

    private void zeroInBlock(long from, long to) {
        if (from >= to) {
            return;
        }
        BlockMap.Piece piece = new BlockMap.Piece();
        file.map().find(from >> file.shift, piece);
        if (piece.isData()) {
            file.zero((piece.physical << file.shift) + (from & file.blockMask), to - from);
        }
    }

    // --- moving what is behind ---

    private void requireBlocks(long offset, long length) {
        if (((offset | length) & file.blockMask) != 0) {
            throw Errno.EINVAL.exception();
        }
    }

    @GuardedBy("file.ioLock") private void collapse(long offset, long length) {
        requireBlocks(offset, length);
        if (offset + length >= file.size) {
            throw Errno.EINVAL.exception();
        }
        file.writeBack();
        file.dropReservationLocked();
        punch(offset, length);
        unmapping(offset, () -> {
            file.map().shift(offset + length >> file.shift, -(length >> file.shift));
            setSize(file.size - length);
            file.refillCopy(offset);
        });
    }

    @GuardedBy("file.ioLock") private void insert(long offset, long length) {
        requireBlocks(offset, length);
        if (offset >= file.size) {
            throw Errno.EINVAL.exception();
        }
        if (file.size + length > file.map().limit() << file.shift) {
            throw Errno.EFBIG.exception();
        }
        file.writeBack();
        file.dropReservationLocked();
        unmapping(offset, () -> {
            file.map().shift(offset >> file.shift, length >> file.shift);
            setSize(file.size + length);
            file.refillCopy(offset);
        });
    }
}
