package umlaut.kernel.mm;

/** Sizes of an address space in pages, kept as VMAs come and go (proc_pid_status(5)). Written under the {@link Mm}'s lock. */
public final class MmCounters {
    private volatile long total;
    private volatile long peak;
    private volatile long data;
    private volatile long stack;
    private volatile long executable;
    private volatile long locked;

    /** VmSize. */
    public long totalPages() {
        return total;
    }

    /** VmPeak. */
    public long peakPages() {
        return peak;
    }

    /** VmData: private writable memory without the stack. */
    public long dataPages() {
        return data;
    }

    /** VmStk. */
    public long stackPages() {
        return stack;
    }

    /** Executable file mappings: VmExe and VmLib together. */
    public long executablePages() {
        return executable;
    }

    /** VmLck. */
    public long lockedPages() {
        return locked;
    }

    void add(Vma vma) {
        count(vma, vma.pages());
    }

    void remove(Vma vma) {
        count(vma, -vma.pages());
    }

    /** For a time there were so many pages more. */
    void reached(long more) {
        peak = Math.max(peak, total + more);
    }

    /** A VMA's share grows by {@code pages} (or shrinks, negative). */
    void count(Vma vma, long pages) {
        total += pages;
        if (total > peak) {
            peak = total;
        }
        if (vma.isData()) {
            data += pages;
        }
        if (vma.has(Vma.STACK)) {
            stack += pages;
        }
        if (vma.executable() && !vma.writable() && !vma.isStack()) {
            executable += pages;
        }
        if (vma.has(Vma.LOCKED)) {
            locked += pages;
        }
    }
}
