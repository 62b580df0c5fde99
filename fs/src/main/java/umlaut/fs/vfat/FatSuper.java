package umlaut.fs.vfat;

import umlaut.abi.Errno;
import umlaut.fs.disk.Bytes;

/** The boot sector (struct fat_boot_sector): how the disk is divided. What kind of FAT it is follows from the number of clusters. */
final class FatSuper {
    static final int SIZE = 512;
    /** Numbers of clusters from which on they take 16 and 32 bits. */
    private static final int FAT16_FROM = 4085, FAT32_FROM = 65525;

    private static final int STATE_16 = 37, STATE_32 = 65, DIRTY = 1;

    final byte[] raw;
    final int clusterSize, tables, rootEntries, infoSector;
    /** Bits of an entry. */
    final int bits;
    /** Places and lengths on the disk, bytes. */
    final long tableStart, tableLength, rootStart, dataStart;

    final int clusters, rootCluster;

    /** @throws umlaut.abi.ErrnoException EINVAL for what is no FAT */
    FatSuper(byte[] raw, long deviceBytes) {
        this.raw = raw;
        int sector = Bytes.u16(raw, 11);
        int perCluster = Bytes.u8(raw, 13);
        int reserved = Bytes.u16(raw, 14);
        tables = Bytes.u8(raw, 16);
        rootEntries = Bytes.u16(raw, 17);
        long sectors = Bytes.u16(raw, 19) != 0 ? Bytes.u16(raw, 19) : Bytes.u32(raw, 32);
        long perTable = Bytes.u16(raw, 22) != 0 ? Bytes.u16(raw, 22) : Bytes.u32(raw, 36);
        int media = Bytes.u8(raw, 21);
        require(sector >= 512 && sector <= 4096 && Integer.bitCount(sector) == 1);
        require(Integer.bitCount(perCluster) == 1 && reserved > 0 && tables > 0 && perTable > 0);
        require(media >= 0xf8 || media == 0xf0);
        require(rootEntries * 32 % sector == 0 && sectors * sector <= deviceBytes);
        clusterSize = sector * perCluster;
        tableStart = (long) reserved * sector;
        tableLength = perTable * sector;
        rootStart = tableStart + tables * tableLength;
        dataStart = rootStart + rootEntries * 32L;
        long count = (sectors * sector - dataStart) / clusterSize;
        boolean wide = Bytes.u16(raw, 22) == 0;
        bits = wide ? 32 : count < FAT16_FROM ? 12 : 16;
        require(count > 0 && count < (wide ? 0x0fff_fff5L : FAT32_FROM));
        clusters = (int) Math.min(count, tableLength * 8 / bits - 2);
        rootCluster = wide ? Bytes.i32(raw, 44) : 0;
        infoSector = wide ? Bytes.u16(raw, 48) * sector : 0;
        require(clusters > 0 && (wide ? isCluster(rootCluster) : rootEntries > 0));
    }

    private static void require(boolean sane) {
        if (!sane) {
            throw Errno.EINVAL.exception();
        }
    }

    boolean isCluster(int n) {
        return n >= 2 && n < clusters + 2;
    }

    long place(int cluster) {
        return dataStart + (long) (cluster - 2) * clusterSize;
    }

    private int state() {
        return bits == 32 ? STATE_32 : STATE_16;
    }

    boolean isDirty() {
        return (raw[state()] & DIRTY) != 0;
    }

    void setDirty(boolean on) {
        raw[state()] = (byte) (on ? raw[state()] | DIRTY : raw[state()] & ~DIRTY);
    }
}
