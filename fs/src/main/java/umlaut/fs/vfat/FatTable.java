package umlaut.fs.vfat;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import umlaut.abi.Errno;
import umlaut.fs.disk.Bytes;

/** The table that says of each cluster which one follows it (Linux: fs/fat/fatent.c). Changes go to all copies at once. */
final class FatTable {
    static final int FREE = 0;
    /** What stands for "no more", whatever the width; any value from there on means it. */
    static final int END = 0x0fff_ffff;

    private static final int BLOCK = 4096, CACHED = 256;
    private static final int UNKNOWN = -1;

    private final FatFs fs;
    private final FatSuper sb;
    private final Map<Long, byte[]> blocks = new LinkedHashMap<>(CACHED, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, byte[]> eldest) {
            return size() > CACHED;
        }
    };

    @GuardedBy("fs.lock") private int free = UNKNOWN;

    /** Where the search for a free one goes on. */
    @GuardedBy("fs.lock") private int next = 2;

    FatTable(FatFs fs) {
        this.fs = fs;
        this.sb = fs.sb;
    }

    // --- bytes ---

    private byte[] block(long number) {
        byte[] known = blocks.get(number);
        if (known == null) {
            long at = number * BLOCK;
            known = fs.read(sb.tableStart + at, (int) Math.min(BLOCK, sb.tableLength - at));
            blocks.put(number, known);
        }
        return known;
    }

    private int get8(long at) {
        return Bytes.u8(block(at / BLOCK), (int) (at % BLOCK));
    }

    private void put(long at, int value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            block((at + i) / BLOCK)[(int) ((at + i) % BLOCK)] = (byte) (value >>> 8 * i);
        }
        long first = at & -(long) FatSuper.SIZE;
        for (long sector = first; sector < at + bytes; sector += FatSuper.SIZE) {
            byte[] b = block(sector / BLOCK);
            for (int copy = 0; copy < sb.tables; copy++) {
                fs.write(b, (int) (sector % BLOCK), FatSuper.SIZE, sb.tableStart + copy * sb.tableLength + sector);
            }
        }
    }

    // --- entries ---

    /** What follows a cluster: another, {@link #FREE}, {@link #END}, or something that cannot be. */
    int next(int cluster) {
        int raw;
        int end;
        switch (sb.bits) {
            case 12 -> {
                long at = cluster + (cluster >> 1);
                int pair = get8(at) | get8(at + 1) << 8;
                raw = (cluster & 1) != 0 ? pair >> 4 : pair & 0xfff;
                end = 0xff8;
            }
            case 16 -> {
                raw = get8(2L * cluster) | get8(2L * cluster + 1) << 8;
                end = 0xfff8;
            }
            default -> {
                raw = Bytes.i32(block(4L * cluster / BLOCK), (int) (4L * cluster % BLOCK)) & 0x0fff_ffff;
                end = 0x0fff_fff8;
            }
        }
        return raw >= end ? END : raw;
    }

    void set(int cluster, int value) {
        switch (sb.bits) {
            case 12 -> {
                long at = cluster + (cluster >> 1);
                int pair = get8(at) | get8(at + 1) << 8;
                int fresh = value & 0xfff;
                put(at, (cluster & 1) != 0 ? pair & 0xf | fresh << 4 : pair & 0xf000 | fresh, 2);
            }
            case 16 -> put(2L * cluster, value & 0xffff, 2);
            default -> {
                int old = Bytes.i32(block(4L * cluster / BLOCK), (int) (4L * cluster % BLOCK));
                put(4L * cluster, old & 0xf000_0000 | value & 0x0fff_ffff, 4);
            }
        }
    }

    // --- chains ---

    /** The clusters of a file, in order. @throws umlaut.abi.ErrnoException EIO for a chain that leads nowhere or round */
    int[] chain(int first) {
        int[] chain = new int[16];
        int n = 0;
        for (int cluster = first; cluster != END; cluster = next(cluster)) {
            if (!sb.isCluster(cluster) || n > sb.clusters) {
                throw fs.damaged("invalid cluster chain from " + first);
            }
            if (n == chain.length) {
                chain = Arrays.copyOf(chain, 2 * n);
            }
            chain[n++] = cluster;
        }
        return Arrays.copyOf(chain, n);
    }

    @GuardedBy("fs.lock") int free() {
        if (free == UNKNOWN) {
            int count = 0;
            for (int cluster = 2; cluster < sb.clusters + 2; cluster++) {
                count += next(cluster) == FREE ? 1 : 0;
            }
            free = count;
        }
        return free;
    }

    /** Takes a free cluster, which ends a chain, and hangs it behind another, if that is not 0. @throws umlaut.abi.ErrnoException ENOSPC */
    @GuardedBy("fs.lock") int take(int behind) {
        if (free() == 0) {
            throw Errno.ENOSPC.exception();
        }
        if (behind != 0 && sb.isCluster(behind + 1)) {
            next = behind + 1;
        }
        for (int tried = 0; tried < sb.clusters; tried++) {
            int cluster = next;
            next = next + 1 == sb.clusters + 2 ? 2 : next + 1;
            if (next(cluster) == FREE) {
                set(cluster, END);
                if (behind != 0) {
                    set(behind, cluster);
                }
                free--;
                return cluster;
            }
        }
        throw Errno.ENOSPC.exception();
    }

    /** Gives clusters back, the first {@code keep} apart, the last of which ends the chain then. */
    @GuardedBy("fs.lock")
    void cut(int[] chain, int keep) {
        if (keep > 0 && keep < chain.length) {
            set(chain[keep - 1], END);
        }
        int before = free();
        for (int i = keep; i < chain.length; i++) {
            set(chain[i], FREE);
        }
        free = before + Math.max(0, chain.length - keep);
    }

    @GuardedBy("fs.lock") int hint() {
        return next;
    }
}
