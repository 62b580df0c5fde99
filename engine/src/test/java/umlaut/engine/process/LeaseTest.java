package umlaut.engine.process;

import static org.assertj.core.api.Assertions.assertThat;
import static umlaut.engine.process.GuestProgram.*;
import static umlaut.engine.x86.Gpr.*;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import umlaut.engine.MaskLoan;
import umlaut.engine.MemoryChanges;
import umlaut.engine.MemoryLease;
import umlaut.engine.Reg;
import umlaut.engine.UserThread;
import umlaut.engine.x86.Label;
import umlaut.host.Layouts;
import umlaut.host.Syscall;

/** Memory that a guest thread maps, unmaps and protects by itself, and what the kernel hears of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LeaseTest {
    private static final long LOW = 0x1000_0000L, TOP = 0x2000_0000L, PAGE = 4096;
    private static final int RESULT = 0x6000, ARGUMENTS = 0x6100;

    private NativeEngine engine;

    @BeforeAll
    void start() {
        engine = NativeEngine.start();
    }

    @AfterAll
    void close() {
        engine.close();
    }

    /** Calls 500, then mmap, munmap, mprotect or brk with what it finds at ARGUMENTS, and so on; patched. */
    private UserThread program() throws InterruptedException {
        GuestProgram p = new GuestProgram(engine);
        Label loop = p.a.here();
        p.call(500);
        for (int nr : new int[] {Syscall.MMAP, Syscall.MUNMAP, Syscall.MPROTECT, Syscall.BRK}) {
            Label skip = new Label();
            p.a.mov(RAX, absolute(ARGUMENTS));
            p.a.cmpl(RAX, nr);
            p.a.j(umlaut.engine.x86.Cond.NE, skip);
            p.a.mov(RDI, absolute(ARGUMENTS + 8));
            p.a.mov(RSI, absolute(ARGUMENTS + 16));
            p.a.mov(RDX, absolute(ARGUMENTS + 24));
            p.a.mov(R10, absolute(ARGUMENTS + 32));
            p.a.mov(R8, -1);
            p.a.xorl(R9, R9);
            p.call(nr);
            p.a.mov(absolute(RESULT), RAX);
            p.a.bind(skip);
        }
        p.a.jmp(loop);
        UserThread t = p.start(engine);
        Texts texts = ((NativeAddressSpace) t.addressSpace()).texts;
        for (int i = 0; i < 30; i++) {
            runTo(t, 500);
        }
        while (texts.at(CODE + 1).patched == null) {
            Thread.sleep(1);
            runTo(t, 500);
        }
        return t;
    }

    /** One call. @return its result, or 1 if it came to the kernel */
    private static long call(UserThread t, int nr, long a, long b, long c, long d) {
        byte[] bytes = new byte[40];
        java.nio.ByteBuffer.wrap(bytes)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .putLong(nr)
                .putLong(a)
                .putLong(b)
                .putLong(c)
                .putLong(d);
        poke(t, DATA + ARGUMENTS, bytes);
        t.resume();
        boolean cameIn = t.systemCall() != 500;
        if (cameIn) {
            t.setReg(Reg.RAX, 1);
            runTo(t, 500);
        }
        t.setReg(Reg.RAX, 0);
        return peekLong(t, DATA + RESULT);
    }

    private static long map(UserThread t, long length, int prot) {
        return call(t, Syscall.MMAP, 0, length, prot, 0x22);
    }

    private static String changes(UserThread t, boolean end) {
        MemoryChanges changes = new MemoryChanges();
        t.takeChanges(changes, end);
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < changes.count(); i++) {
            String place = Long.toHexString(changes.address(i)) + "+" + Long.toHexString(changes.length(i));
            out.append(changes.kind(i))
                    .append(' ')
                    .append(place)
                    .append(' ')
                    .append(changes.prot(i))
                    .append(';');
        }
        return out.toString();
    }

    @Test
    void mapsBelowTheTopAndSaysSo() throws InterruptedException {
        UserThread t = program();
        assertThat(map(t, PAGE, 3)).isEqualTo(1);
        assertThat(t.lease(new MemoryLease(LOW, TOP, TOP, PAGE, 0, 0, MemoryLease.Heap.NONE)))
                .isTrue();
        assertThat(map(t, PAGE, 3)).as("no larger than the hole").isEqualTo(1);
        assertThat(map(t, 2 << 20, 3)).as("huge pages").isEqualTo(1);
        assertThat(t.hasChanges()).isFalse();
        long first = TOP - 3 * PAGE;
        assertThat(map(t, 2 * PAGE + 1, 3)).isEqualTo(first);
        assertThat(t.hasChanges()).isTrue();
        poke(t, first, new byte[(int) (3 * PAGE)]);
        assertThat(map(t, 2 * PAGE, 0)).isEqualTo(first - 2 * PAGE);
        assertThat(call(t, Syscall.MPROTECT, first - 2 * PAGE, 3 * PAGE, 1, 0)).isZero();
        assertThat(call(t, Syscall.MPROTECT, first - 2 * PAGE, 3 * PAGE, 3, 0)).isZero();
        assertThat(call(t, Syscall.MPROTECT, first - 3 * PAGE, 3 * PAGE, 3, 0)).isEqualTo(1);
        assertThat(call(t, Syscall.MUNMAP, first, PAGE, 0, 0))
                .as("not at the top")
                .isEqualTo(1);
        assertThat(call(t, Syscall.MUNMAP, first - 2 * PAGE, 3 * PAGE, 0, 0)).isZero();
        assertThat(changes(t, false))
                .isEqualTo("1 1fffd000+3000 3;1 1fffb000+2000 0;3 1fffb000+3000 3;2 1fffb000+3000 0;");
        assertThat(map(t, 2 * PAGE, 3)).isEqualTo(first - PAGE);
        assertThat(call(t, Syscall.MUNMAP, first - PAGE, 2 * PAGE, 0, 0)).isZero();
        assertThat(t.hasChanges()).as("undone").isFalse();
        assertThat(changes(t, true)).isEmpty();
        assertThat(map(t, 2 * PAGE, 3)).as("over").isEqualTo(1);
        end(t);
    }

    @Test
    void notesRunOut() throws InterruptedException {
        UserThread t = program();
        assertThat(t.lease(new MemoryLease(LOW, TOP, TOP, 0, DATA, DATA + PAGE, MemoryLease.Heap.NONE)))
                .isTrue();
        for (int i = 1; i <= MemoryChanges.MOST; i++) {
            assertThat(map(t, PAGE, 3)).isEqualTo(TOP - i * PAGE);
        }
        assertThat(map(t, PAGE, 3)).isEqualTo(1);
        assertThat(changes(t, false)).hasSize(MemoryChanges.MOST * "1 1ffff000+1000 3;".length());
        assertThat(map(t, PAGE, 3)).isEqualTo(TOP - (MemoryChanges.MOST + 1) * PAGE);
        assertThat(call(t, Syscall.MPROTECT, DATA, PAGE, 3, 0)).isZero();
        assertThat(call(t, Syscall.MPROTECT, DATA, 2 * PAGE, 3, 0)).isEqualTo(1);
        assertThat(call(t, Syscall.MPROTECT, -PAGE, DATA, 3, 0)).isEqualTo(1);
        end(t);
    }

    @Test
    void movesTheBreakUp() throws InterruptedException {
        UserThread t = program();
        MemoryLease.Heap heap = new MemoryLease.Heap(LOW, LOW + 100, LOW + 3 * PAGE);
        assertThat(t.lease(new MemoryLease(0, 0, 0, 0, 0, 0, heap))).isTrue();
        assertThat(call(t, Syscall.BRK, 0, 0, 0, 0)).isEqualTo(LOW + 100);
        assertThat(call(t, Syscall.BRK, LOW - 1, 0, 0, 0)).isEqualTo(LOW + 100);
        assertThat(t.hasChanges()).isFalse();
        assertThat(call(t, Syscall.BRK, LOW + 200, 0, 0, 0)).isEqualTo(LOW + 200);
        assertThat(t.hasChanges()).isTrue();
        assertThat(call(t, Syscall.BRK, LOW + 3 * PAGE, 0, 0, 0)).isEqualTo(LOW + 3 * PAGE);
        assertThat(call(t, Syscall.BRK, LOW + 3 * PAGE + 1, 0, 0, 0)).isEqualTo(1);
        assertThat(call(t, Syscall.BRK, LOW + 200, 0, 0, 0)).as("down").isEqualTo(1);
        assertThat(map(t, PAGE, 3)).isEqualTo(1);
        assertThat(call(t, Syscall.MUNMAP, 0, PAGE, 0, 0)).isEqualTo(1);
        assertThat(call(t, Syscall.MPROTECT, 0, PAGE, 0, 0)).isEqualTo(1);
        assertThat(changes(t, true)).as("the last place only").isEqualTo("4 10003000+0 0;");
        assertThat(call(t, Syscall.BRK, 0, 0, 0, 0)).as("over").isEqualTo(1);
        end(t);
    }

    /** The guest writes its own lease: it gets what the filter lets it have, and no lie goes beyond the lease. */
    @Test
    void forgedNotes() throws InterruptedException {
        UserThread t = program();
        assertThat(t.lease(new MemoryLease(LOW, TOP, TOP, 0, 0, 0, MemoryLease.Heap.NONE)))
                .isTrue();
        java.lang.foreign.MemorySegment area = ((NativeThread) t).area;
        area.set(umlaut.host.Layouts.LONG, Area.LEASE_TOP, Layout.TEXT);
        area.set(umlaut.host.Layouts.LONG, Area.LEASE_END, -1);
        area.set(umlaut.host.Layouts.LONG, Area.LEASE_LOWEST, 0);
        area.set(umlaut.host.Layouts.INT, Area.CHANGE_COUNT, 3);
        long[] notes = {MemoryChanges.MAP, Layout.TEXT, PAGE, 0, MemoryChanges.UNMAP, CODE, PAGE, 0};
        for (int i = 0; i < notes.length; i++) {
            area.set(umlaut.host.Layouts.LONG, Area.CHANGE + 8L * i, notes[i]);
        }
        area.set(umlaut.host.Layouts.LONG, Area.CHANGE + 64L, MemoryChanges.MAP);
        area.set(umlaut.host.Layouts.LONG, Area.CHANGE + 72L, TOP - PAGE);
        area.set(umlaut.host.Layouts.LONG, Area.CHANGE + 80L, PAGE);
        assertThat(changes(t, false)).isEqualTo("1 1ffff000+1000 0;");
        assertThat(((NativeAddressSpace) t.addressSpace()).texts.at(CODE + 1)).isNotNull();
        area.set(umlaut.host.Layouts.INT, Area.CHANGE_COUNT, -1);
        assertThat(changes(t, false)).isEmpty();
        poke(t, DATA + ARGUMENTS, new byte[] {Syscall.MMAP});
        poke(t, DATA + ARGUMENTS + 16, new byte[] {0, 16});
        poke(t, DATA + ARGUMENTS + 32, new byte[] {0x22});
        assertThat(t.resume()).as("over the stub").isEqualTo(umlaut.engine.Trap.DEAD);
        end(t);
    }

    /** A stub that is not done when its mask is taken back tells the mask with the next trap. */
    @Test
    void aMaskThatIsLateIsNotLost() throws Exception {
        UserThread t = program();
        MemorySegment area = ((NativeThread) t).area;
        MaskLoan loan = t.maskLoan();
        assertThat(loan.take(3, false)).as("not lent").isEqualTo(3);
        assertThat(loan.lend(3)).isTrue();
        area.set(Layouts.INT, Area.LENT, StubLease.LEASED | StubLease.BUSY);
        assertThat(loan.take(3, true)).as("the stub is at it").isEqualTo(3);
        area.set(Layouts.LONG, Area.MASK, 5);
        area.set(Layouts.INT, Area.LENT, 0);
        assertThat(loan.take(3, true)).isEqualTo(5);
        assertThat(loan.take(7, true)).as("told once").isEqualTo(7);
        end(t);
    }
}
