package umlaut.fs.ext4;

import umlaut.abi.Errno;
import umlaut.fs.disk.Bytes;

/**
 * Which inodes are free (Linux: fs/ext4/ialloc.c). Files go to their directory's group, directories are spread over groups with room (the Orlov allocator's idea) at the top of the tree
 * and stay near their parent below. All under the allocator's lock.
 */
final class InodeAllocator {
    private final Ext4Fs fs;
    private final Super sb;
    private final Groups groups;
    private final Allocator blocks;
    private long free;

    InodeAllocator(Ext4Fs fs) {
        this.fs = fs;
        this.sb = fs.sb;
        this.groups = fs.groups;
        this.blocks = fs.blocks;
        for (int g = 0; g < sb.groupCount; g++) {
            free += groups.freeInodes(g);
        }
    }

    long free() {
        blocks.lock.lock();
        try {
            return free;
        } finally {
            blocks.lock.unlock();
        }
    }

    /** Takes an inode, within a transaction. @throws umlaut.abi.ErrnoException ENOSPC */
    long take(long parent, boolean directory, boolean top) {
        blocks.lock.lock();
        try {
            int from = (int) ((parent - 1) / sb.inodesPerGroup);
            int start = directory ? spread(from, top) : from;
            for (int i = 0; i < sb.groupCount; i++) {
                int g = (start + i) % sb.groupCount;
                if (groups.freeInodes(g) == 0) {
                    continue;
                }
                long ino = takeIn(g, directory);
                if (ino != 0) {
                    return ino;
                }
            }
            throw Errno.ENOSPC.exception();
        } finally {
            blocks.lock.unlock();
        }
    }

    /** A group for a directory: at the top one with more than the average free and the fewest directories, below its parent's unless that is full. */
    private int spread(int parent, boolean top) {
        long averageInodes = free / sb.groupCount;
        long averageBlocks = blocks.free() / sb.groupCount;
        int best = -1;
        for (int i = 0; i < sb.groupCount; i++) {
            int g = (parent + i) % sb.groupCount;
            boolean room = groups.freeInodes(g) > 0
                    && groups.freeInodes(g) >= averageInodes / (top ? 1 : 4)
                    && groups.freeBlocks(g) >= averageBlocks / (top ? 1 : 4);
            if (room && !top) {
                return g;
            }
            if (room && (best < 0 || groups.directories(g) < groups.directories(best))) {
                best = g;
            }
        }
        return best < 0 ? parent : best;
    }

    private Buffer bitmap(int g) {
        long block = groups.inodeBitmap(g);
        if (groups.has(g, Groups.INODE_UNINIT)) {
            Buffer fresh = fs.cache.fresh(block);
            for (int i = sb.inodesPerGroup; i < sb.blockSize * 8; i++) {
                Bytes.setBit(fresh.data, i);
            }
            return fresh;
        }
        Buffer buffer = fs.cache.get(block);
        if (!buffer.verified) {
            if (!groups.inodeBitmapFits(g, buffer.data)) {
                throw fs.corrupt(Errno.EBADMSG, "inode bitmap of group " + g + " has a bad checksum");
            }
            buffer.verified = true;
        }
        return buffer;
    }

    private long takeIn(int g, boolean directory) {
        Buffer bitmap = bitmap(g);
        int at = g == 0 ? sb.firstInode - 1 : 0;
        while (at < sb.inodesPerGroup && Bytes.bit(bitmap.data, at)) {
            at++;
        }
        if (at == sb.inodesPerGroup) {
            return 0;
        }
        Bytes.setBit(bitmap.data, at);
        groups.clear(g, Groups.INODE_UNINIT);
        groups.setFreeInodes(g, groups.freeInodes(g) - 1);
        free--;
        if (directory) {
            groups.setDirectories(g, groups.directories(g) + 1);
        }
        int unused = sb.inodesPerGroup - at - 1;
        if (unused < groups.unusedInodes(g)) {
            groups.setUnusedInodes(g, unused);
        }
        fs.journal().dirty(bitmap);
        blocks.changed(g);
        return (long) g * sb.inodesPerGroup + at + 1;
    }

    /** Gives an inode back, within a transaction. */
    void release(long ino, boolean directory) {
        blocks.lock.lock();
        try {
            int g = (int) ((ino - 1) / sb.inodesPerGroup);
            int at = (int) ((ino - 1) % sb.inodesPerGroup);
            Buffer bitmap = bitmap(g);
            if (!Bytes.bit(bitmap.data, at)) {
                throw fs.corrupt(Errno.EUCLEAN, "bit already cleared for inode " + ino);
            }
            Bytes.clearBit(bitmap.data, at);
            groups.setFreeInodes(g, groups.freeInodes(g) + 1);
            free++;
            if (directory) {
                groups.setDirectories(g, groups.directories(g) - 1);
            }
            fs.journal().dirty(bitmap);
            blocks.changed(g);
        } finally {
            blocks.lock.unlock();
        }
    }

    /** Is the inode in use, by the bitmap? */
    boolean isUsed(long ino) {
        blocks.lock.lock();
        try {
            int g = (int) ((ino - 1) / sb.inodesPerGroup);
            return !groups.has(g, Groups.INODE_UNINIT)
                    && Bytes.bit(bitmap(g).data, (int) ((ino - 1) % sb.inodesPerGroup));
        } finally {
            blocks.lock.unlock();
        }
    }
}
