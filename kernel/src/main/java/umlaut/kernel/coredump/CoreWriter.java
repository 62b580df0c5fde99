package umlaut.kernel.coredump;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import umlaut.abi.ElfEhdr;
import umlaut.abi.ElfPhdr;
import umlaut.abi.Le;
import umlaut.abi.MapFlags;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.mm.PokedMemory;
import umlaut.kernel.mm.Vma;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.task.Task;

/**
 * The ELF core file: header, program headers, notes, and the memory that /proc/PID/coredump_filter chooses (Linux: elf_core_dump). Which pages of a private file mapping
 * were written the host alone knows: those that hold data are dumped whole.
 */
final class CoreWriter {
    private static final int PAGE = 4096;
    private static final int CHUNK = 64 << 10;
    private static final String VVAR = "[vvar]";
    private static final int PN_XNUM = 0xffff;

    /** Bits of coredump_filter. */
    private static final int ANONYMOUS_PRIVATE = 1,
            ANONYMOUS_SHARED = 2,
            FILE_PRIVATE = 4,
            FILE_SHARED = 8,
            ELF_HEADERS = 16;

    private final Task task;
    private final Mm mm;
    private final SigInfo info;
    private final CoreOutput out;

    CoreWriter(Task task, SigInfo info, CoreOutput out) {
        this.task = task;
        this.mm = task.mm();
        this.info = info;
        this.out = out;
    }

    /** @return whether the whole core was written */
    boolean write() {
        List<Vma> vmas = mm.vmas().stream()
                .filter(v ->
                        !VVAR.equals(v.name()) && (v.name() == null || !v.name().startsWith("[vvar")))
                .toList();
        if (vmas.size() + 1 >= PN_XNUM) {
            return false;
        }
        byte[] notes = new CoreNotes(task, info).build(vmas);
        long[] sizes = new long[vmas.size()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = dumped(vmas.get(i));
        }
        byte[] head = headers(vmas, sizes, notes.length);
        long before = head.length + notes.length;
        long padding = -before & PAGE - 1;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(CHUNK, 64);
            MemorySegment zeros = arena.allocate(CHUNK, 64);
            boolean good = out.write(MemorySegment.ofArray(head), head.length)
                    && out.write(MemorySegment.ofArray(notes), notes.length)
                    && out.skip(zeros, padding);
            for (int i = 0; good && i < sizes.length; i++) {
                good = memory(vmas.get(i).start(), sizes[i], buffer, zeros);
            }
            return good && out.finish();
        }
    }

    private byte[] headers(List<Vma> vmas, long[] sizes, long notesLength) {
        int count = vmas.size() + 1;
        byte[] raw = new byte[ElfEhdr.SIZE + count * ElfPhdr.SIZE];
        MemorySegment m = MemorySegment.ofArray(raw);
        Le.putInt(m, ElfEhdr.E_IDENT, ElfEhdr.ELFMAG);
        Le.putByte(m, ElfEhdr.EI_CLASS, (byte) ElfEhdr.ELFCLASS64);
        Le.putByte(m, ElfEhdr.EI_DATA, (byte) ElfEhdr.ELFDATA2LSB);
        Le.putByte(m, ElfEhdr.EI_VERSION, (byte) ElfEhdr.EV_CURRENT);
        Le.putShort(m, ElfEhdr.E_TYPE, ElfEhdr.ET_CORE);
        Le.putShort(m, ElfEhdr.E_MACHINE, ElfEhdr.EM_X86_64);
        Le.putInt(m, ElfEhdr.E_VERSION, ElfEhdr.EV_CURRENT);
        Le.putLong(m, ElfEhdr.E_PHOFF, ElfEhdr.SIZE);
        Le.putShort(m, ElfEhdr.E_EHSIZE, ElfEhdr.SIZE);
        Le.putShort(m, ElfEhdr.E_PHENTSIZE, ElfPhdr.SIZE);
        Le.putShort(m, ElfEhdr.E_PHNUM, count);
        long offset = raw.length;
        segment(m, 0, ElfPhdr.PT_NOTE, 0, offset, 0, notesLength, 0, 4);
        offset = offset + notesLength + PAGE - 1 & -PAGE;
        for (int i = 0; i < sizes.length; i++) {
            Vma v = vmas.get(i);
            int flags = (v.readable() ? ElfPhdr.PF_R : 0)
                    | (v.writable() ? ElfPhdr.PF_W : 0)
                    | (v.executable() ? ElfPhdr.PF_X : 0);
            segment(m, i + 1, ElfPhdr.PT_LOAD, flags, offset, v.start(), sizes[i], v.length(), PAGE);
            offset += sizes[i];
        }
        return raw;
    }

    private static void segment(
            MemorySegment m,
            int index,
            int type,
            int flags,
            long offset,
            long address,
            long fileSize,
            long memorySize,
            long align) {
        long at = ElfEhdr.SIZE + (long) index * ElfPhdr.SIZE;
        Le.putInt(m, at + ElfPhdr.P_TYPE, type);
        Le.putInt(m, at + ElfPhdr.P_FLAGS, flags);
        Le.putLong(m, at + ElfPhdr.P_OFFSET, offset);
        Le.putLong(m, at + ElfPhdr.P_VADDR, address);
        Le.putLong(m, at + ElfPhdr.P_FILESZ, fileSize);
        Le.putLong(m, at + ElfPhdr.P_MEMSZ, memorySize);
        Le.putLong(m, at + ElfPhdr.P_ALIGN, align);
    }

    /** How much of a VMA is dumped (Linux: vma_dump_size). */
    private long dumped(Vma vma) {
        int filter = mm.coredumpFilter;
        if (vma.has(Vma.SPECIAL)) {
            return vma.length();
        }
        if (vma.has(Vma.DONTDUMP) || vma.prot() == MapFlags.PROT_NONE) {
            return 0;
        }
        if (vma.isShared()) {
            return (filter & (vma.file() == null ? ANONYMOUS_SHARED : FILE_SHARED)) != 0 ? vma.length() : 0;
        }
        if (vma.isAnonymous()) {
            return (filter & ANONYMOUS_PRIVATE) != 0 ? vma.length() : 0;
        }
        if ((filter & FILE_PRIVATE) != 0) {
            return vma.length();
        }
        boolean data = vma.writable() || !vma.executable() && vma.fileOffset() != 0;
        if (data && (filter & ANONYMOUS_PRIVATE) != 0) {
            return vma.length();
        }
        return (filter & ELF_HEADERS) != 0 && vma.fileOffset() == 0 && isElf(vma.start()) ? PAGE : 0;
    }

    private boolean isElf(long address) {
        MemorySegment word = MemorySegment.ofArray(new long[1]);
        return PokedMemory.read(mm, address, word, 0, 4) == 4 && Le.getInt(word, 0) == ElfEhdr.ELFMAG;
    }

    private boolean memory(long start, long length, MemorySegment buffer, MemorySegment zeros) {
        for (long done = 0; done < length; ) {
            long n = Math.min(CHUNK, length - done);
            long got = PokedMemory.read(mm, start + done, buffer, 0, n);
            if (got < n) {
                buffer.asSlice(got, n - got).fill((byte) 0); // behind the end of a file
            }
            boolean empty = MemorySegment.mismatch(buffer, 0, n, zeros, 0, n) < 0;
            if (!(empty ? out.skip(zeros, n) : out.write(buffer, n))) {
                return false;
            }
            done += n;
        }
        return true;
    }
}
