package umlaut.engine;

/**
 * What a guest thread may change of its address space by itself, without the kernel: what it has done it notes ({@link MemoryChanges}), and the kernel has it told whenever the thread
 * comes in or {@link UserThread#takeChanges} asks. For threads that share their address space with nobody.
 *
 * <p>[low, top) is free, [top, end) private anonymous memory without a hole. An mmap of private anonymous memory anywhere goes right below {@code top}, which moves there, if it is
 * larger than {@code hole} and no whole number of huge pages; an munmap right above {@code top} moves it up. Protection may be changed in [top, end) and [from, to), which is such memory
 * too.
 *
 * @param hole the largest free range above, where a smaller mapping would have its place
 */
public record MemoryLease(long low, long top, long end, long hole, long from, long to, Heap heap) {
    /** What brk(2) may do: tell the break, and move it up as far as {@code end}, to where there is memory already. */
    public record Heap(long start, long brk, long end) {
        /** No break is told, none moves. */
        public static final Heap NONE = new Heap(0, Long.MAX_VALUE, 0);
    }

    private static final long PAGE_MASK = 4095;

    /** Whether a change could be one that this allows. */
    public boolean covers(int kind, long address, long length) {
        if (kind == MemoryChanges.BREAK) {
            return address >= heap.brk && address <= heap.end;
        }
        if (((address | length) & PAGE_MASK) != 0 || length <= 0 || address < 0 || address > Long.MAX_VALUE - length) {
            return false;
        }
        return address >= low && address + length <= end
                || kind == MemoryChanges.PROTECT && address >= from && address + length <= to;
    }
}
