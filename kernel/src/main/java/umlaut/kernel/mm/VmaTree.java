package umlaut.kernel.mm;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The VMAs of one address space in order of address, never overlapping (Linux: the maple tree of mm_struct). An array: look-ups are a binary search over
 * neighbouring memory, and even at the limit of 65,530 VMAs an insertion moves no more than a host page fault costs. Guarded by the {@link Mm}'s lock.
 */
final class VmaTree {
    private @Nullable Vma[] vmas = new @Nullable Vma[32];
    private int count;
    /** Written under the lock, read by anybody. */
    private volatile int version;

    /** Another number after every change that may take something from the guest. */
    int version() {
        return version;
    }

    /** A VMA's protection, or how much of it is mapped, has changed. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    void touched() {
        version++;
    }

    int size() {
        return count;
    }

    Vma get(int index) {
        return Objects.requireNonNull(vmas[index]);
    }

    /** Index of the first VMA that ends above {@code address}; {@link #size()} if there is none. */
    int indexAbove(long address) {
        int low = 0;
        int high = count;
        while (low < high) {
            int mid = low + high >>> 1;
            if (get(mid).end <= address) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        return low;
    }

    /** The first VMA that ends above {@code address}: it holds the address or lies behind it (Linux: find_vma). */
    @Nullable Vma find(long address) {
        int i = indexAbove(address);
        return i < count ? vmas[i] : null;
    }

    /** A VMA that overlaps the range, the lowest; or null. */
    @Nullable Vma firstIn(long start, long end) {
        Vma vma = find(start);
        return vma != null && vma.start < end ? vma : null;
    }

    /** Puts a VMA into a free place. */
    void insert(Vma vma) {
        int at = indexAbove(vma.start);
        if (count == vmas.length) {
            vmas = Arrays.copyOf(vmas, count * 2);
        }
        System.arraycopy(vmas, at, vmas, at + 1, count - at);
        vmas[at] = vma;
        count++;
        touched();
    }

    /** Puts a VMA behind all others. */
    void append(Vma vma) {
        if (count == vmas.length) {
            vmas = Arrays.copyOf(vmas, count * 2);
        }
        vmas[count++] = vma;
    }

    void remove(int from, int to) {
        System.arraycopy(vmas, to, vmas, from, count - to);
        Arrays.fill(vmas, count - (to - from), count, null);
        count -= to - from;
        touched();
    }
}
