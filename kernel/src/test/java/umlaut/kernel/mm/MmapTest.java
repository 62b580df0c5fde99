package umlaut.kernel.mm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import umlaut.abi.Errno;
import umlaut.abi.MapFlags;
import umlaut.abi.Nr;
import umlaut.engine.scripted.Guest;
import umlaut.engine.scripted.Program;
import umlaut.kernel.task.TestMachine;

/** The VMA list and the results of calls; what the host does with memory is tested with real programs. */
class MmapTest {
    private static final long PAGE = 4096;
    private static final int RW = MapFlags.PROT_READ | MapFlags.PROT_WRITE;
    private static final int ANON = MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS;
    private static final int FIXED = ANON | MapFlags.MAP_FIXED;
    private static final long AT = 0x7000_0000L;

    private final TestMachine machine = new TestMachine();

    private void run(Program program) {
        assertThat(machine.run(g -> {
                    program.run(g);
                    g.syscall(Nr.EXIT_GROUP, 0);
                }))
                .as("notes: %s", machine.notes)
                .isZero();
    }

    private static long map(Guest g, long at, long pages, int prot, int flags) {
        return g.syscall(Nr.MMAP, at, pages * PAGE, prot, flags, -1, 0);
    }

    /** The VMAs of pid 1 from {@link #AT} on, as "first-end prot" in pages behind it. */
    private List<String> vmas() {
        Mm mm = Objects.requireNonNull(machine.kernel.tasks.task(1)).mm();
        List<String> out = new ArrayList<>();
        for (Vma v : mm.vmas()) {
            if (v.start() >= AT && v.start() < AT + (1 << 24)) {
                out.add((v.start() - AT) / PAGE + "-" + (v.end() - AT) / PAGE + " " + v.prot());
            }
        }
        return out;
    }

    @Test
    void joinsAndSplits() {
        run(g -> {
            assertThat(map(g, AT, 4, RW, FIXED)).isEqualTo(AT);
            assertThat(map(g, AT + 4 * PAGE, 4, RW, FIXED)).isEqualTo(AT + 4 * PAGE);
            assertThat(vmas()).containsExactly("0-8 3");
            assertThat(g.syscall(Nr.MPROTECT, AT + 2 * PAGE, PAGE, 1)).isZero();
            assertThat(vmas()).containsExactly("0-2 3", "2-3 1", "3-8 3");
            assertThat(g.syscall(Nr.MPROTECT, AT + 2 * PAGE, PAGE, RW)).isZero();
            assertThat(vmas()).containsExactly("0-8 3");
            assertThat(g.syscall(Nr.MUNMAP, AT + PAGE, PAGE)).isZero();
            assertThat(vmas()).containsExactly("0-1 3", "2-8 3");
            assertThat(map(g, AT, 8, 1, FIXED)).isEqualTo(AT);
            assertThat(vmas()).containsExactly("0-8 1");
        });
    }

    @Test
    void errorsOfMmap() {
        run(g -> {
            assertThat(g.syscall(Nr.MMAP, 0, 0, RW, ANON, -1, 0)).isEqualTo(Errno.EINVAL.negative());
            assertThat(g.syscall(Nr.MMAP, 0, PAGE, RW, ANON, -1, 1)).isEqualTo(Errno.EINVAL.negative());
            assertThat(g.syscall(Nr.MMAP, 0, -1L, RW, ANON, -1, 0)).isEqualTo(Errno.ENOMEM.negative());
            assertThat(g.syscall(Nr.MMAP, 0, 1L << 47, RW, ANON, -1, 0)).isEqualTo(Errno.ENOMEM.negative());
            assertThat(g.syscall(Nr.MMAP, 0, PAGE, RW, MapFlags.MAP_PRIVATE, 77, 0))
                    .isEqualTo(Errno.EBADF.negative());
            assertThat(map(g, AT + 1, 1, RW, FIXED)).isEqualTo(Errno.EINVAL.negative());
            assertThat(map(g, 0, 1, RW, FIXED)).isEqualTo(Errno.EPERM.negative());
            assertThat(map(g, 0, 1, RW, MapFlags.MAP_ANONYMOUS)).isEqualTo(Errno.EINVAL.negative());
            assertThat(map(g, AT, 1, RW, FIXED)).isEqualTo(AT);
            assertThat(map(g, AT, 1, RW, ANON | MapFlags.MAP_FIXED_NOREPLACE)).isEqualTo(Errno.EEXIST.negative());
            assertThat(map(g, 0, 1L << 24, RW, ANON)).as("more than all memory").isEqualTo(Errno.ENOMEM.negative());
            assertThat(map(g, 0, 1L << 24, 0, ANON)).as("nothing to commit").isPositive();
        });
    }

    @Test
    void choosesDownwardsAndTakesHints() {
        run(g -> {
            long a = map(g, 0, 1, RW, ANON);
            long b = map(g, 0, 2, RW, ANON);
            assertThat(b).isEqualTo(a - 2 * PAGE);
            assertThat(map(g, AT, 1, RW, ANON)).isEqualTo(AT);
            assertThat(map(g, AT, 1, RW, ANON)).isNotEqualTo(AT);
            assertThat(map(g, 0, 1, RW, ANON | MapFlags.MAP_32BIT)).isBetween(0x4000_0000L, 0x8000_0000L);
        });
    }

    @Test
    void errorsOfMunmapAndMprotect() {
        run(g -> {
            map(g, AT, 2, RW, FIXED);
            map(g, AT + 3 * PAGE, 1, RW, FIXED);
            assertThat(g.syscall(Nr.MUNMAP, AT + 1, PAGE)).isEqualTo(Errno.EINVAL.negative());
            assertThat(g.syscall(Nr.MUNMAP, AT, 0)).isEqualTo(Errno.EINVAL.negative());
            assertThat(g.syscall(Nr.MUNMAP, AT + (1 << 23), PAGE)).isZero();
            assertThat(g.syscall(Nr.MPROTECT, AT, 4 * PAGE, 1)).isEqualTo(Errno.ENOMEM.negative());
            assertThat(vmas()).as("changed up to the hole").containsExactly("0-2 1", "3-4 3");
            assertThat(g.syscall(Nr.MPROTECT, AT, PAGE, 0x80)).isEqualTo(Errno.EINVAL.negative());
            assertThat(g.syscall(Nr.MPROTECT, AT, 0, 1)).isZero();
        });
    }

    @Test
    void mremapGrowsMovesAndShrinks() {
        run(g -> {
            map(g, AT, 2, RW, FIXED);
            g.poke(AT, (byte) 42);
            assertThat(g.syscall(Nr.MREMAP, AT, 2 * PAGE, 4 * PAGE, 0)).isEqualTo(AT);
            assertThat(vmas()).containsExactly("0-4 3");
            map(g, AT + 4 * PAGE, 1, 1, FIXED);
            assertThat(g.syscall(Nr.MREMAP, AT, 4 * PAGE, 5 * PAGE, 0)).isEqualTo(Errno.ENOMEM.negative());
            long moved = g.syscall(Nr.MREMAP, AT, 4 * PAGE, 6 * PAGE, MapFlags.MREMAP_MAYMOVE);
            assertThat(moved).isPositive().isNotEqualTo(AT);
            assertThat(g.peek(moved, 1)).containsExactly(42);
            assertThat(vmas()).containsExactly("4-5 1");
            assertThat(g.syscall(Nr.MREMAP, moved, 6 * PAGE, PAGE, 0)).isEqualTo(moved);
            int fixed = MapFlags.MREMAP_MAYMOVE | MapFlags.MREMAP_FIXED;
            assertThat(g.syscall(Nr.MREMAP, moved, PAGE, PAGE, fixed, AT + 4 * PAGE))
                    .isEqualTo(AT + 4 * PAGE);
            assertThat(vmas()).containsExactly("4-5 3");
            assertThat(g.syscall(Nr.MREMAP, AT, PAGE, PAGE, 0)).isEqualTo(Errno.EFAULT.negative());
            assertThat(g.syscall(Nr.MREMAP, AT + 4 * PAGE, 0, PAGE, MapFlags.MREMAP_MAYMOVE))
                    .isEqualTo(Errno.EINVAL.negative());
        });
    }

    @Test
    void fewPagesAreTooMany() {
        run(g -> {
            for (int i = 0; i < 65530 + 10; i++) {
                long result = map(g, AT + i * PAGE, 1, i % 2 == 0 ? RW : 1, FIXED);
                if (result < 0) {
                    assertThat(result).isEqualTo(Errno.ENOMEM.negative());
                    assertThat(i).isGreaterThan(65000);
                    return;
                }
            }
            throw new AssertionError("no limit");
        });
    }

    @Test
    void advice() {
        run(g -> {
            map(g, AT, 2, RW, FIXED);
            g.poke(AT, (byte) 1);
            assertThat(g.syscall(Nr.MADVISE, AT, PAGE, MapFlags.MADV_DONTNEED)).isZero();
            assertThat(g.peek(AT, 1)).containsExactly(0);
            assertThat(g.syscall(Nr.MADVISE, AT, 4 * PAGE, MapFlags.MADV_NORMAL))
                    .isEqualTo(Errno.ENOMEM.negative());
            assertThat(g.syscall(Nr.MADVISE, AT, PAGE, 77)).isEqualTo(Errno.EINVAL.negative());
            assertThat(g.syscall(Nr.MADVISE, AT, PAGE, MapFlags.MADV_REMOVE)).isEqualTo(Errno.EINVAL.negative());
            assertThat(g.syscall(Nr.MADVISE, AT, PAGE, MapFlags.MADV_DONTFORK)).isZero();
            assertThat(vmas()).containsExactly("0-1 3", "1-2 3");
            assertThat(g.syscall(Nr.MADVISE, AT, PAGE, MapFlags.MADV_DOFORK)).isZero();
            assertThat(vmas()).containsExactly("0-2 3");
        });
    }

    @Test
    void locking() {
        run(g -> {
            map(g, AT, 4, RW, FIXED);
            Mm mm = Objects.requireNonNull(machine.kernel.tasks.task(1)).mm();
            assertThat(g.syscall(Nr.MLOCK, AT + 1, PAGE)).isZero();
            assertThat(mm.counters.lockedPages()).isEqualTo(2);
            assertThat(g.syscall(Nr.MUNLOCK, AT, PAGE)).isZero();
            assertThat(mm.counters.lockedPages()).isEqualTo(1);
            assertThat(g.syscall(Nr.MLOCK, AT, 8 * PAGE)).isEqualTo(Errno.ENOMEM.negative());
            assertThat(g.syscall(Nr.MUNLOCKALL)).isZero();
            assertThat(mm.counters.lockedPages()).isZero();
            assertThat(g.syscall(Nr.MLOCKALL, 0)).isEqualTo(Errno.EINVAL.negative());
        });
    }

    @Test
    void sealedMemoryStays() {
        run(g -> {
            map(g, AT, 2, RW, FIXED);
            assertThat(g.syscall(Nr.MSEAL, AT, PAGE, 0)).isZero();
            assertThat(g.syscall(Nr.MUNMAP, AT, 2 * PAGE)).isEqualTo(Errno.EPERM.negative());
            assertThat(g.syscall(Nr.MPROTECT, AT, PAGE, 1)).isEqualTo(Errno.EPERM.negative());
            assertThat(map(g, AT, 1, RW, FIXED)).isEqualTo(Errno.EPERM.negative());
            assertThat(g.syscall(Nr.MUNMAP, AT + PAGE, PAGE)).isZero();
        });
    }

    @Test
    void protectionKeysAndPolicies() {
        run(g -> {
            map(g, AT, 2, RW, FIXED);
            // A CPU without protection keys (X86_FEATURE_OSPKE), as a host without them answers.
            assertThat(g.syscall(Nr.PKEY_ALLOC, 0, 0)).isEqualTo(Errno.EINVAL.negative());
            assertThat(g.syscall(Nr.PKEY_ALLOC, 1, 0)).isEqualTo(Errno.EINVAL.negative());
            assertThat(g.syscall(Nr.PKEY_MPROTECT, AT, PAGE, 1, -1)).isZero();
            assertThat(g.syscall(Nr.PKEY_MPROTECT, AT, PAGE, 1, 5)).isEqualTo(Errno.EINVAL.negative());
            assertThat(g.syscall(Nr.SET_MEMPOLICY, 0, 0, 0)).isZero();
            g.pokeLong(AT + PAGE, 2);
            assertThat(g.syscall(Nr.SET_MEMPOLICY, 2, AT + PAGE, 64)).isEqualTo(Errno.EINVAL.negative());
            g.pokeLong(AT + PAGE, 1);
            assertThat(g.syscall(Nr.SET_MEMPOLICY, 2, AT + PAGE, 64)).isZero();
        });
    }
}
