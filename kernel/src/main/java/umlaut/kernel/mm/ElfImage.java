package umlaut.kernel.mm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;

/**
 * The headers of an ELF program or interpreter (elf(5); the checks of Linux's load_elf_binary that come before the point of no return).
 *
 * @param fixed ET_EXEC: it must lie where it says; else it may lie anywhere
 * @param headerOffset place of the program headers in the file
 * @param interpreter path of PT_INTERP, Latin-1, or null
 * @param executableStack PT_GNU_STACK asks for one
 */
record ElfImage(
        File file,
        boolean fixed,
        long entry,
        long headerOffset,
        int headerCount,
        List<ElfSegment> segments,
        @Nullable String interpreter,
        boolean executableStack) {
    static final int HEADER = 64;
    static final int PROGRAM_HEADER = 56;
    /** Bytes read of a file at first: the headers of nearly every program lie in them. */
    static final int HEAD = 4096;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final int MAGIC = 0x464c457f;
    private static final int EM_X86_64 = 62;

    static boolean isElf(MemorySegment head, int length) {
        return length >= 4 && head.get(INT, 0) == MAGIC;
    }

    /**
     * @param head the file's first bytes
     * @param bad what a broken file is: ENOEXEC for a program, ELIBBAD for an interpreter
     * @throws umlaut.abi.ErrnoException {@code bad}, EIO
     */
    static ElfImage parse(Task task, File file, MemorySegment head, int length, Errno bad) {
        if (length < HEADER || !isElf(head, length)) {
            throw bad.exception();
        }
        int type = head.get(ValueLayout.JAVA_SHORT_UNALIGNED, 16);
        int machine = head.get(ValueLayout.JAVA_SHORT_UNALIGNED, 18);
        int entrySize = head.get(ValueLayout.JAVA_SHORT_UNALIGNED, 54) & 0xffff;
        int count = head.get(ValueLayout.JAVA_SHORT_UNALIGNED, 56) & 0xffff;
        long table = head.get(LONG, 32);
        // The class is not looked at, as Linux does not.
        if (type != 2 && type != 3 || machine != EM_X86_64 || entrySize != PROGRAM_HEADER) {
            throw bad.exception();
        }
        long bytes = (long) count * PROGRAM_HEADER;
        if (count == 0 || bytes > 65536 || table < 0) {
            throw bad.exception();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment headers;
            if (table <= length - bytes) {
                headers = head.asSlice(table, bytes);
            } else {
                headers = arena.allocate(bytes, 8);
                readFully(task, file, headers, table, bytes, bad);
            }
            return build(task, file, head, headers, count, type == 2, table);
        }
    }

    private static ElfImage build(
            Task task, File file, MemorySegment head, MemorySegment headers, int count, boolean fixed, long table) {
        List<ElfSegment> segments = new ArrayList<>(count);
        String interpreter = null;
        boolean executableStack = false;
        for (int i = 0; i < count; i++) {
            long at = (long) i * PROGRAM_HEADER;
            ElfSegment s = new ElfSegment(
                    headers.get(INT, at),
                    headers.get(INT, at + 4),
                    headers.get(LONG, at + 8),
                    headers.get(LONG, at + 16),
                    headers.get(LONG, at + 32),
                    headers.get(LONG, at + 40),
                    headers.get(LONG, at + 48));
            switch (s.type()) {
                case ElfSegment.PT_LOAD -> segments.add(s);
                case ElfSegment.PT_INTERP ->
                    interpreter = interpreter == null ? readInterpreter(task, file, s) : interpreter;
                case ElfSegment.PT_GNU_STACK -> executableStack = (s.flags() & ElfSegment.PF_X) != 0;
                default -> {}
            }
        }
        return new ElfImage(file, fixed, head.get(LONG, 24), table, count, segments, interpreter, executableStack);
    }

    private static String readInterpreter(Task task, File file, ElfSegment s) {
        if (s.fileSize() < 2 || s.fileSize() > 4096 || s.offset() < 0) {
            throw Errno.ENOEXEC.exception();
        }
        int length = (int) s.fileSize();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(length);
            readFully(task, file, text, s.offset(), length, Errno.EIO);
            if (text.get(ValueLayout.JAVA_BYTE, length - 1) != 0) {
                throw Errno.ENOEXEC.exception();
            }
            String all = new String(text.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
            return all.substring(0, all.indexOf('\0'));
        }
    }

    /** @param missing thrown at the end of the file */
    private static void readFully(Task task, File file, MemorySegment to, long offset, long length, Errno missing) {
        long done = 0;
        while (done < length) {
            long n = file.read(task, new IovIter().kernel(to, done, length - done), offset + done);
            if (n <= 0) {
                throw missing.exception();
            }
            done += n;
        }
    }

    /** Reads the first {@link #HEAD} bytes. @return how many there were */
    static int readHead(Task task, File file, MemorySegment to) {
        int done = 0;
        while (done < HEAD) {
            long n = file.read(task, new IovIter().kernel(to, done, HEAD - done), done);
            if (n <= 0) {
                break;
            }
            done += (int) n;
        }
        return done;
    }

    /** Greatest p_align that is a power of two: where a movable image may lie. */
    long alignment() {
        long most = MmArea.PAGE;
        for (ElfSegment s : segments) {
            if (s.align() > most && Long.bitCount(s.align()) == 1) {
                most = s.align();
            }
        }
        return most;
    }

    /** First page of the first segment and end of the last. */
    long firstPage() {
        long least = Long.MAX_VALUE;
        for (ElfSegment s : segments) {
            least = Math.min(least, s.address() & -MmArea.PAGE);
        }
        return least;
    }

    long endAddress() {
        long most = 0;
        for (ElfSegment s : segments) {
            most = Math.max(most, s.address() + s.memorySize());
        }
        return most;
    }
}
