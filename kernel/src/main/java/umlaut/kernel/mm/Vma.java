package umlaut.kernel.mm;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import umlaut.abi.MapFlags;
import umlaut.kernel.vfs.File;

/**
 * One mapped range of a guest address space (Linux: struct vm_area_struct, proc_pid_maps(5)). Fields change only under the {@link Mm}'s lock; others may
 * read a {@link Mm#vmas() snapshot}.
 */
public final class Vma {
    public static final int SHARED = 1,
            GROWSDOWN = 2,
            LOCKED = 4,
            NORESERVE = 8,
            DONTFORK = 16,
            WIPEONFORK = 32,
            DONTDUMP = 64;
    public static final int MAYREAD = 128,
            MAYWRITE = 256,
            MAYEXEC = 512,
            ACCOUNT = 1024,
            STACK = 2048,
            LOCKONFAULT = 4096;
    public static final int SEQUENTIAL = 1 << 13,
            RANDOM = 1 << 14,
            HUGEPAGE = 1 << 15,
            NOHUGEPAGE = 1 << 16,
            MERGEABLE = 1 << 17;
    /** Holds guest addresses that are not the guest's own: vDSO and vvar. Never unmapped on the host. */
    public static final int SPECIAL = 1 << 18;
    /** mseal(2): its mapping and protection can't change any more. */
    public static final int SEALED = 1 << 19;

    /** The host may have guard pages in it, MADV_GUARD_INSTALL, where accesses fault whatever its protection says. */
    public static final int GUARDED = 1 << 20;
    /** memfd_secret(2): nobody but the program itself may read it. */
    public static final int SECRET = 1 << 21;

    public static final String HEAP = "[heap]";
    public static final String STACK_NAME = "[stack]";

    long start;
    long end;
    int prot;
    int flags;
    /** What is mapped; null for private anonymous memory. */
    final @Nullable MappingSource source;
    /** The open file behind {@link #source}; null for shared anonymous memory and SysV segments. The VMA holds a reference. */
    final @Nullable File file;
    /** Byte offset in the source of {@link #start}; the address itself for anonymous memory. */
    long offset;
    /** The host has mapped [start, mappedEnd); what is behind lies past the end of the file, or did so when last looked at. */
    long mappedEnd;
    /** What /proc/PID/maps calls it where no file does: "[heap]", "[stack]", "/dev/zero (deleted)", "/SYSV00000000 (deleted)", or null. */
    final @Nullable String name;

    /** mbind(2)'s; null = the task's. */
    @Nullable Mempolicy policy;

    private final Mm mm;

    Vma(
            Mm mm,
            long start,
            long end,
            int prot,
            int flags,
            @Nullable MappingSource source,
            @Nullable File file,
            long offset,
            @Nullable String name) {
        this.mm = mm;
        this.start = start;
        this.end = end;
        this.prot = prot;
        this.flags = flags;
        this.source = source;
        this.file = file;
        this.offset = offset;
        this.name = name;
        this.mappedEnd = end;
    }

    /** A VMA with the same properties elsewhere in it, or in another address space. */
    Vma copy(Mm to, long from, long until) {
        long at = source == null ? from : offset + (from - start);
        Vma copy = new Vma(to, from, until, prot, flags, source, file, at, name);
        copy.policy = policy;
        copy.mappedEnd = Math.max(from, Math.min(mappedEnd, until));
        return copy;
    }

    /** mbind(2)'s; null = the task's. */
    public @Nullable Mempolicy policy() {
        return policy;
    }

    public Mm mm() {
        return mm;
    }

    /** First address. */
    public long start() {
        return start;
    }

    /** First address behind it. */
    public long end() {
        return end;
    }

    public long length() {
        return end - start;
    }

    public long pages() {
        return end - start >> 12;
    }

    /** PROT_* bits. */
    public int prot() {
        return prot;
    }

    public boolean readable() {
        return (prot & MapFlags.PROT_READ) != 0;
    }

    public boolean writable() {
        return (prot & MapFlags.PROT_WRITE) != 0;
    }

    public boolean executable() {
        return (prot & MapFlags.PROT_EXEC) != 0;
    }

    public int flags() {
        return flags;
    }

    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    public boolean isShared() {
        return has(SHARED);
    }

    /** mprotect(2) may make it writable, or it is. */
    public boolean mayWrite() {
        return has(MAYWRITE);
    }

    public boolean isAnonymous() {
        return source == null;
    }

    public boolean isStack() {
        return has(STACK);
    }

    public @Nullable File file() {
        return file;
    }

    public @Nullable MappingSource source() {
        return source;
    }

    /** Byte offset in the file of {@link #start()}, as /proc/PID/maps shows it; 0 for anonymous memory. */
    public long fileOffset() {
        return source == null ? 0 : offset;
    }

    public @Nullable String name() {
        return name;
    }

    /** Counts in VmData: private, writable, not the stack. */
    boolean isData() {
        return (prot & MapFlags.PROT_WRITE) != 0 && (flags & (SHARED | STACK | SPECIAL)) == 0;
    }

    /** One VMA could stand for both. */
    boolean joins(Vma next) {
        return end == next.start
                && prot == next.prot
                && (flags & ~GUARDED) == (next.flags & ~GUARDED)
                && Objects.equals(source, next.source)
                && file == next.file
                && name == next.name
                && Objects.equals(policy, next.policy)
                && (flags & (SPECIAL | STACK | GROWSDOWN)) == 0
                && mappedEnd == end
                && (source == null || offset + (end - start) == next.offset);
    }

    @Override
    public String toString() {
        return Long.toHexString(start) + "-" + Long.toHexString(end) + " prot " + prot + " flags " + flags;
    }
}
