package umlaut.block;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import umlaut.abi.ErrnoException;
import umlaut.abi.Le;

/**
 * Partition tables: GPT (UEFI specification, chapter 5) where a protective MBR says so, else MBR with its chain of logical partitions (Linux: block/partitions/). Entries that make no
 * sense are left out; a disk without a table has no partitions.
 */
final class Partitions {
    /** Most that a disk's minor numbers have room for, and their distance from disk to disk. */
    static final int MOST = 15;

    private static final int SECTOR = BlockDevice.SECTOR;
    private static final int TABLE = 446, ENTRY = 16, SIGNATURE = 510;
    private static final int TYPE = 4, FIRST = 8, COUNT = 12;
    private static final int PROTECTIVE = 0xee;
    private static final long GPT_SIGNATURE = 0x5452415020494645L; // "EFI PART"
    private static final int FIRST_LOGICAL = 5;

    private final BlockDevice disk;
    private final List<BlockDevice> found = new ArrayList<>();

    private Partitions(BlockDevice disk) {
        this.disk = disk;
    }

    static List<BlockDevice> of(BlockDevice disk) {
        Partitions scan = new Partitions(disk);
        try (Arena arena = Arena.ofConfined()) {
            scan.scan(arena.allocate(SECTOR, 8), arena);
        } catch (ErrnoException e) {
            return scan.found; // what could be read
        }
        return scan.found;
    }

    private boolean readTable(MemorySegment sector, long at) {
        if (at < 0 || at + SECTOR > disk.size) {
            return false;
        }
        disk.read(sector, 0, SECTOR, at);
        return Le.getUnsignedShort(sector, SIGNATURE) == 0xaa55;
    }

    private void scan(MemorySegment sector, Arena arena) {
        if (!readTable(sector, 0) || !plausible(sector)) {
            return;
        }
        for (int i = 0; i < 4; i++) {
            if (Le.getUnsignedByte(sector, TABLE + i * ENTRY + TYPE) == PROTECTIVE) {
                gpt(arena);
                return;
            }
        }
        long extended = 0;
        for (int i = 0; i < 4; i++) {
            int at = TABLE + i * ENTRY;
            int type = Le.getUnsignedByte(sector, at + TYPE);
            long first = Le.getUnsignedInt(sector, at + FIRST);
            if (isExtended(type)) {
                extended = first;
                add(i + 1, first, 2);
            } else if (type != 0) {
                add(i + 1, first, Le.getUnsignedInt(sector, at + COUNT));
            }
        }
        if (extended != 0) {
            logical(sector, extended);
        }
    }

    /** A boot sector of a file system has the same signature: a table has only 0 and 0x80 as boot indicators. */
    private static boolean plausible(MemorySegment sector) {
        for (int i = 0; i < 4; i++) {
            if ((Le.getUnsignedByte(sector, TABLE + i * ENTRY) & 0x7f) != 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isExtended(int type) {
        return type == 0x05 || type == 0x0f || type == 0x85;
    }

    private void logical(MemorySegment sector, long extended) {
        long table = extended;
        for (int number = FIRST_LOGICAL; number <= MOST && readTable(sector, table * SECTOR); number++) {
            long next = 0;
            boolean data = false;
            for (int i = 0; i < 4; i++) {
                int at = TABLE + i * ENTRY;
                int type = Le.getUnsignedByte(sector, at + TYPE);
                long first = Le.getUnsignedInt(sector, at + FIRST);
                if (isExtended(type)) {
                    next = extended + first;
                } else if (type != 0 && !data) {
                    data = true;
                    add(number, table + first, Le.getUnsignedInt(sector, at + COUNT));
                }
            }
            if (next == 0 || next == table) {
                return;
            }
            table = next;
        }
    }

    private void gpt(Arena arena) {
        MemorySegment header = arena.allocate(SECTOR, 8);
        disk.read(header, 0, SECTOR, SECTOR);
        if (Le.getLong(header, 0) != GPT_SIGNATURE) {
            return;
        }
        long at = Le.getLong(header, 72) * SECTOR;
        long count = Math.min(MOST, Le.getUnsignedInt(header, 80));
        long size = Le.getUnsignedInt(header, 84);
        if (size < 128 || size > SECTOR) {
            return;
        }
        MemorySegment entry = arena.allocate(SECTOR, 8);
        for (int i = 0; i < count; i++) {
            disk.read(entry, 0, size, at + i * size);
            boolean used = (Le.getLong(entry, 0) | Le.getLong(entry, 8)) != 0;
            if (used) {
                long first = Le.getLong(entry, 32);
                add(i + 1, first, Le.getLong(entry, 40) - first + 1);
            }
        }
    }

    private void add(int number, long first, long count) {
        long sectors = disk.size / SECTOR;
        if (first > 0 && count > 0 && first < sectors && count <= sectors - first) {
            found.add(disk.partition(number, first * SECTOR, count * SECTOR));
        }
    }
}
