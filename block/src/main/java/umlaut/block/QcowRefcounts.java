package umlaut.block;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import umlaut.abi.Errno;

/** How often each cluster of a qcow2 image is used, 16 bits each, in blocks found by a table. Used with the image's lock held exclusively. */
final class QcowRefcounts {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int SIZE = 2;

    private final ImageFile file;
    private final QcowHeader header;
    private final int cluster;
    private final MemorySegment room = Arena.ofAuto().allocate(8, 8);
    /** Where the next new cluster lies: behind all there are. */
    private long end;

    QcowRefcounts(ImageFile file, QcowHeader header) {
        this.file = file;
        this.header = header;
        cluster = 1 << header.clusterBits();
        end = file.size() + cluster - 1 & -(long) cluster;
    }

    private long perBlock() {
        return cluster / SIZE;
    }

    /** A new cluster, counted once. @throws umlaut.abi.ErrnoException ENOSPC when the table is full */
    long allocate() {
        long place = end;
        end += cluster;
        set(place >> header.clusterBits(), 1);
        return place;
    }

    /** Bytes of a compressed cluster are not used any more: each cluster they touch was counted for them. */
    void release(long at, long length) {
        for (long c = at >> header.clusterBits(); c <= at + length - 1 >> header.clusterBits(); c++) {
            long block = block(c / perBlock());
            if (block != 0) {
                long where = block + c % perBlock() * SIZE;
                file.read(room, 0, SIZE, where);
                int count = room.get(SHORT, 0) & 0xffff;
                if (count > 0) {
                    put(where, count - 1);
                }
            }
        }
    }

    private void put(long at, int count) {
        room.set(SHORT, 0, (short) count);
        file.write(room, 0, SIZE, at);
    }

    private long block(long index) {
        if (index >= (long) header.refcountClusters() * cluster / 8) {
            throw Errno.ENOSPC.exception();
        }
        file.read(room, 0, 8, header.refcountsAt() + index * 8);
        return room.get(QcowHeader.LONG, 0) & -512L;
    }

    private void set(long number, int count) {
        long index = number / perBlock();
        long block = block(index);
        if (block == 0) {
            block = end;
            end += cluster;
            file.zero(block, cluster);
            // A block may count itself; if not, another does.
            long own = block >> header.clusterBits();
            if (own / perBlock() == index) {
                put(block + own % perBlock() * SIZE, 1);
            }
            room.set(QcowHeader.LONG, 0, block);
            file.write(room, 0, 8, header.refcountsAt() + index * 8);
            if (own / perBlock() != index) {
                set(own, 1);
            }
        }
        put(block + number % perBlock() * SIZE, count);
    }
}
