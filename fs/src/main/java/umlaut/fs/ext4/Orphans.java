package umlaut.fs.ext4;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.ErrnoException;
import umlaut.fs.disk.Bytes;

/**
 * Objects that are to go but have not gone yet: nameless ones still open, and files that are being cut. They are chained from the superblock through their deletion times, so that a mount
 * after a crash finishes the work (Linux: fs/ext4/orphan.c).
 */
final class Orphans {
    private final Ext4Fs fs;

    /** By inode number, the newest first in the chain last here. */
    @GuardedBy("this") private final Map<Long, Ext4Inode> chain = new LinkedHashMap<>();

    Orphans(Ext4Fs fs) {
        this.fs = fs;
    }

    /** Within a transaction. */
    synchronized void add(Ext4Inode inode) {
        if (chain.containsKey(inode.ino)) {
            return;
        }
        byte[] sb = fs.sb.raw;
        Bytes.put32(inode.raw, Ext4Inode.DTIME, Bytes.i32(sb, Super.LAST_ORPHAN));
        Bytes.put32(sb, Super.LAST_ORPHAN, inode.ino);
        chain.put(inode.ino, inode);
        inode.markDirty();
        fs.superChanged();
    }

    /** Within a transaction. */
    synchronized void remove(Ext4Inode inode) {
        if (!chain.containsKey(inode.ino)) {
            return;
        }
        Ext4Inode newer = newerThan(inode);
        int next = Bytes.i32(inode.raw, Ext4Inode.DTIME);
        if (newer == null) {
            Bytes.put32(fs.sb.raw, Super.LAST_ORPHAN, next);
            fs.superChanged();
        } else {
            Bytes.put32(newer.raw, Ext4Inode.DTIME, next);
            newer.markDirty();
        }
        Bytes.put32(inode.raw, Ext4Inode.DTIME, 0);
        chain.remove(inode.ino);
        inode.markDirty();
    }

    @GuardedBy("this") private @Nullable Ext4Inode newerThan(Ext4Inode inode) {
        boolean found = false;
        for (Ext4Inode other : chain.values()) {
            if (found) {
                return other;
            }
            found = other == inode;
        }
        return null;
    }

    /** Frees an object without a name that nobody uses: its blocks in as many transactions as that takes, in the last one itself. */
    void evict(Ext4Inode inode) {
        boolean done = false;
        while (!done) {
            fs.begin();
            try {
                add(inode);
                done = inode.releaseBlocks();
                if (done) {
                    free(inode);
                }
            } finally {
                fs.end();
            }
        }
    }

    private void free(Ext4Inode inode) {
        inode.xattrs().release();
        remove(inode);
        inode.size = 0;
        Bytes.put32(inode.raw, Ext4Inode.DTIME, fs.nowNs() / 1_000_000_000L);
        fs.storeNow(inode);
        fs.inodes.release(inode.ino, inode.isDirectory());
        fs.forget(inode);
    }

    /** After a crash: what the chain on disk names is cut to its size, or freed. */
    void recover() {
        long ino = Bytes.u32(fs.sb.raw, Super.LAST_ORPHAN);
        int count = 0;
        while (ino != 0 && count++ < 1_000_000) {
            Ext4Inode inode;
            try {
                inode = fs.inode(ino);
            } catch (ErrnoException e) {
                fs.warn("orphan " + ino + " is no inode: the rest of the list is lost");
                break;
            }
            long next = Bytes.u32(inode.raw, Ext4Inode.DTIME);
            fs.begin();
            try {
                Bytes.put32(fs.sb.raw, Super.LAST_ORPHAN, next);
                Bytes.put32(inode.raw, Ext4Inode.DTIME, 0);
                inode.markDirty();
                fs.superChanged();
            } finally {
                fs.end();
            }
            if (inode.nlink == 0) {
                evict(inode);
            } else if (inode instanceof Ext4Regular file) {
                file.cutToSize();
            }
            ino = next;
        }
        if (ino != 0) {
            fs.begin();
            Bytes.put32(fs.sb.raw, Super.LAST_ORPHAN, 0);
            fs.superChanged();
            fs.end();
        }
        if (count > 0) {
            fs.info(count + " orphan inode" + (count == 1 ? "" : "s") + " finished");
        }
    }
}
