package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import umlaut.abi.Errno;
import umlaut.abi.MapFlags;
import umlaut.kernel.task.Task;

/**
 * Maps the segments of an ELF file (Linux: elf_load, load_elf_interp). Runs behind the point of no return: what it throws kills the program.
 */
final class ElfLoader {
    private final Mm mm;
    private final Task task;
    private final List<Tail> tails = new ArrayList<>(2);

    /** @param task whose limits count */
    ElfLoader(Mm mm, Task task) {
        this.mm = mm;
        this.task = task;
    }

    /** Where an image came to lie: what is added to its addresses. */
    record Loaded(ElfImage image, long bias) {
        long entry() {
            return image.entry() + bias;
        }

        /** Address of the program headers in memory; as on Linux, where it all begins if no segment holds them. */
        long programHeaders() {
            for (ElfSegment s : image.segments()) {
                if (s.offset() <= image.headerOffset() && image.headerOffset() < s.offset() + s.fileSize()) {
                    return image.headerOffset() - s.offset() + s.address() + bias;
                }
            }
            return bias;
        }
    }

    /**
     * Checks every segment as Linux does before it maps it.
     *
     * @throws umlaut.abi.ErrnoException EINVAL, ENOMEM
     */
    private void check(ElfImage image, long bias) {
        long taskSize = mm.layout.taskSize;
        if (image.segments().isEmpty()) {
            throw Errno.EINVAL.exception();
        }
        for (ElfSegment s : image.segments()) {
            long at = s.address() + bias;
            boolean sane = Long.compareUnsigned(at, taskSize) < 0
                    && Long.compareUnsigned(s.fileSize(), s.memorySize()) <= 0
                    && Long.compareUnsigned(s.memorySize(), taskSize) <= 0
                    && taskSize - s.memorySize() >= at
                    && s.offset() >= 0
                    && s.offset() + s.fileSize() >= 0;
            if (!sane || s.fileSize() > 0 && (s.offset() - s.address() & MmArea.PAGE - 1) != 0) {
                throw Errno.EINVAL.exception();
            }
            if (at < MmArea.MIN_ADDRESS && s.memorySize() > 0) {
                throw Errno.EPERM.exception();
            }
        }
    }

    /** Maps an image that lies where its addresses plus {@code bias} say. @throws umlaut.abi.ErrnoException EINVAL, ENOMEM, EPERM, ... */
    @GuardedBy("mm.lock") Loaded map(ElfImage image, long bias) {
        check(image, bias);
        MappingSource source = image.file().mapping(false, false);
        for (ElfSegment s : image.segments()) {
            if (s.memorySize() > 0) {
                segment(image, source, s, bias);
            }
        }
        return new Loaded(image, bias);
    }

    /** Maps an image that may lie anywhere into the mmap area. */
    @GuardedBy("mm.lock") Loaded mapAnywhere(ElfImage image) {
        if (image.fixed()) {
            return map(image, 0);
        }
        if (image.segments().isEmpty()) {
            throw Errno.EINVAL.exception();
        }
        long first = image.firstPage();
        long length = MmArea.pageUp(image.endAddress() - first);
        long align = image.alignment();
        if (length <= 0 || length > mm.layout.taskSize || align > mm.layout.taskSize) {
            throw Errno.EINVAL.exception();
        }
        long at = MmArea.find(mm, 0, length + (align - MmArea.PAGE), 0);
        at = at + align - 1 & -align;
        return map(image, at - first);
    }

    @GuardedBy("mm.lock") private void segment(ElfImage image, MappingSource source, ElfSegment s, long bias) {
        long at = s.address() + bias;
        long start = at & -MmArea.PAGE;
        long fileEnd = at + s.fileSize();
        long memoryEnd = at + s.memorySize();
        long mappedEnd = start;
        if (s.fileSize() > 0) {
            mappedEnd = MmArea.pageUp(fileEnd);
            int flags = Mmap.MAY_ALL;
            MapRequest r = new MapRequest(
                    start, mappedEnd - start, s.prot(), flags, source, image.file(), s.offset() - (at - start), null);
            require(Mmap.map(mm, null, r));
            if (s.memorySize() > s.fileSize() && mappedEnd > fileEnd && (s.prot() & MapFlags.PROT_WRITE) != 0) {
                tails.add(new Tail(fileEnd, mappedEnd));
            }
        }
        long end = MmArea.pageUp(memoryEnd);
        if (end > mappedEnd) {
            int prot = s.prot() & MapFlags.PROT_EXEC | MapFlags.PROT_READ | MapFlags.PROT_WRITE;
            MmArea.checkExpand(mm, task, end - mappedEnd, end - mappedEnd, true);
            require(Mmap.map(mm, null, MapRequest.anonymous(mappedEnd, end - mappedEnd, prot, Mmap.MAY_ALL, null)));
        }
    }

    /** The rest of a segment's last page belongs to its bss. In a segment that can't be written it stays as the file has it. */
    private record Tail(long from, long to) {}

    /** Zeroes the ends of segments, once the host has them mapped. @throws umlaut.abi.ErrnoException EFAULT */
    void zeroTails() {
        MemorySegment zeros = mm.kernel().pages.zeros();
        for (Tail tail : tails) {
            long length = tail.to - tail.from;
            if (mm.space().write(tail.from, zeros, 0, length) != length) {
                throw Errno.EFAULT.exception();
            }
        }
    }

    private static void require(long result) {
        if (result < 0) {
            throw Errno.of((int) -result).exception();
        }
    }
}
