package umlaut.fs.ext4;

import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.block.BlockDevice;
import umlaut.fs.disk.Bytes;
import umlaut.kernel.Kernel;

/** What happens before a file system is there: features are checked, the journal is carried out (Linux: ext4_fill_super, ext4_load_journal). */
final class Ext4Mount {
    private final Kernel kernel;
    private final BlockDevice disk;
    private final boolean readOnly;

    Ext4Mount(Kernel kernel, BlockDevice disk, boolean readOnly) {
        this.kernel = kernel;
        this.disk = disk;
        this.readOnly = readOnly;
    }

    ErrnoException refuse(Errno errno, String why) {
        kernel.log.warn("EXT4-fs (" + disk.name + "): " + why);
        return errno.exception();
    }

    /** @return the superblock of a file system that needs no recovery. @throws ErrnoException EINVAL, EUCLEAN, EROFS, EIO */
    Super prepare(String options) {
        Super sb;
        try {
            sb = Ext4Fs.readSuper(disk);
        } catch (ErrnoException e) {
            boolean sum = e.errno() == Errno.EBADMSG;
            throw refuse(e.errno(), sum ? "superblock has a bad checksum" : "no ext2, ext3 or ext4 that makes sense");
        }
        if (sb.incompat(Feature.INCOMPAT_JOURNAL_DEV)) {
            throw refuse(Errno.EINVAL, "is a journal of another file system");
        }
        String problem = sb.problem(readOnly);
        if (problem != null) {
            throw refuse(Errno.EINVAL, problem);
        }
        boolean wanted = Ext4Options.of(sb).with(options).replay();
        if (!sb.incompat(Feature.INCOMPAT_RECOVER) || !wanted) {
            if (!wanted && !readOnly) {
                throw refuse(Errno.EROFS, "norecovery needs ro");
            }
            return sb;
        }
        if (disk.readOnly()) {
            throw refuse(
                    Errno.EROFS, "write access unavailable, cannot recover the journal (try mounting with noload)");
        }
        recover(sb);
        return Ext4Fs.readSuper(disk);
    }

    private void recover(Super sb) {
        BufferCache cache = new BufferCache(disk, sb.blockSize);
        long[] ring = journalBlocks(sb, cache);
        JournalFormat format;
        try {
            format = new JournalFormat(superOf(cache, ring), sb.blockSize);
        } catch (ErrnoException e) {
            throw refuse(e.errno(), "journal superblock makes no sense");
        }
        if (ring.length < format.end()) {
            throw refuse(Errno.EUCLEAN, "journal too short");
        }
        JournalReplay replay = new JournalReplay(cache, ring, format, sb.blocks);
        int next;
        try {
            next = replay.run();
        } catch (ErrnoException e) {
            throw refuse(e.errno(), "error loading journal");
        }
        if (replay.hasFastCommits(next)) {
            throw refuse(Errno.EOPNOTSUPP, "the journal has fast commits, which are not known here: run e2fsck");
        }
        Bytes.putBe32(format.superblock, JournalFormat.S_START, 0);
        Bytes.putBe32(format.superblock, JournalFormat.S_SEQUENCE, next);
        format.sealSuper();
        cache.write(ring[0], format.superblock);
        Super fresh = Ext4Fs.readSuper(disk);
        Bytes.put32(fresh.raw, Super.INCOMPAT, Bytes.i32(fresh.raw, Super.INCOMPAT) & ~Feature.INCOMPAT_RECOVER);
        fresh.seal();
        byte[] block = cache.read(Super.OFFSET >> sb.blockShift);
        System.arraycopy(fresh.raw, 0, block, Super.OFFSET & sb.blockSize - 1, Super.SIZE);
        cache.write(Super.OFFSET >> sb.blockShift, block);
        disk.flush();
        kernel.log.info("EXT4-fs (" + disk.name + "): recovery complete");
    }

    private static byte[] superOf(BufferCache cache, long[] ring) {
        if (ring.length == 0) {
            throw Errno.EUCLEAN.exception();
        }
        return cache.read(ring[0]);
    }

    /** Where the journal's blocks lie: its inode is read with nothing else there yet. */
    private long[] journalBlocks(Super sb, BufferCache cache) {
        try {
            return JournalInode.blocks(sb, cache);
        } catch (ErrnoException e) {
            throw refuse(e.errno(), "journal inode makes no sense");
        }
    }

    /** The journal of a file system that is about to be written. */
    static Journal openJournal(Ext4Fs fs, boolean barrier) {
        if (!fs.sb.compat(Feature.COMPAT_HAS_JOURNAL)) {
            return new Journal(fs.cache, fs, null, new long[0], 0, barrier);
        }
        if (fs.sb.journalInode == 0) {
            fs.warn("an external journal is not known here");
            throw Errno.EINVAL.exception();
        }
        long[] ring = JournalInode.blocks(fs.sb, fs.cache);
        JournalFormat format = new JournalFormat(superOf(fs.cache, ring), fs.sb.blockSize);
        if (ring.length < format.end() || Bytes.be32(format.superblock, JournalFormat.S_START) != 0) {
            fs.warn("journal makes no sense");
            throw Errno.EUCLEAN.exception();
        }
        format.setFeatures(fs.sb.checksums, fs.sb.wide);
        int sequence = Bytes.be32(format.superblock, JournalFormat.S_SEQUENCE);
        return new Journal(fs.cache, fs, format, ring, sequence, barrier);
    }

    /** Blocks that can never hold data: what statfs(2) leaves out (ext4_calculate_overhead). */
    static long overhead(Ext4Fs fs) {
        Super sb = fs.sb;
        long tables = (long) sb.inodesPerGroup * sb.inodeSize + sb.blockSize - 1 >> sb.blockShift;
        long sum = sb.firstDataBlock + (tables + 2) * sb.groupCount;
        long descriptors = (sb.groupCount + sb.descsPerBlock() - 1) / sb.descsPerBlock();
        for (int g = 0; g < sb.groupCount; g++) {
            sum += sb.hasSuper(g) ? 1 + descriptors + sb.reservedGdt : 0;
        }
        long journal = sb.compat(Feature.COMPAT_HAS_JOURNAL) ? JournalInode.count(sb, fs.cache) : 0;
        return sum + journal;
    }
}
