package umlaut.engine.process;

import static org.assertj.core.api.Assertions.assertThat;
import static umlaut.engine.process.GuestProgram.*;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import umlaut.engine.AddressSpace;
import umlaut.engine.Reg;
import umlaut.engine.Trap;
import umlaut.engine.UserThread;
import umlaut.engine.x86.Gpr;
import umlaut.engine.x86.Label;
import umlaut.host.Files;
import umlaut.host.Layouts;
import umlaut.host.Memory;

/** Windows into files of the host: where they lie, what is copied from them, and what happens when one has gone. */
class WindowsTest {
    private static final int LENGTH = 1 << 20, TO = 0x1000;

    @Test
    void addressesLieAsTheFileDoesAndServeAgainWhenNobodyCopies() {
        Windows windows = new Windows();
        long first = windows.allocate(0x12_3000, LENGTH, false);
        assertThat(first & 0x1f_ffff).isEqualTo(0x12_3000);
        windows.close(first);
        long half = Layout.WINDOWS_END - Layout.WINDOWS >> 1;
        long second = windows.allocate(0, half, true);
        assertThat(second).isGreaterThanOrEqualTo(first + LENGTH);
        assertThat(windows.allocate(0, half, true))
                .as("a thread may copy from the first")
                .isZero();
        windows.close(second);
        assertThat(windows.allocate(0, half, true)).as("and from the second").isZero();
        assertThat(windows.allocate(0, half, false)).isGreaterThanOrEqualTo(Layout.WINDOWS);
        assertThat(windows.allocate(0, 1L << 40, false)).isZero();
    }

    @Test
    void theGuestThreadCopiesAsItReturns() {
        NativeEngine engine = NativeEngine.start();
        int fd = Memory.memfd("test", (long) LENGTH);
        MemorySegment file = Memory.map(fd, 0, LENGTH, 3);
        for (int i = 0; i < LENGTH; i += 8) {
            file.set(Layouts.LONG, i, i * 5L);
        }
        GuestProgram p = new GuestProgram(engine);
        Label loop = p.a.here();
        p.call(500);
        p.a.mov(absolute(0), Gpr.RAX);
        p.a.jmp(loop);
        UserThread t = p.start(engine);
        AddressSpace space = t.addressSpace();
        runTo(t, 500);
        long window = space.openWindow(fd, 8192, LENGTH - 8192);
        assertThat(window).isGreaterThanOrEqualTo(Layout.WINDOWS);
        assertThat(space.read(window, MemorySegment.ofArray(new byte[8]), 0, 8))
                .as("no memory of the guest's")
                .isZero();

        copy(t, window + 4096, 7);
        assertThat(peekLong(t, DATA + TO)).isEqualTo(5 * 12288);
        assertThat(peekLong(t, DATA + TO + 8184)).isEqualTo(5 * (12288 + 8184));
        assertThat(peekLong(t, DATA)).as("the result").isEqualTo(7);

        // What is to be copied is seen, and not overtaken, by what the kernel does meanwhile.
        assertThat(t.copyWindow(window, DATA + TO, 4096)).isTrue();
        byte[] seen = new byte[8];
        t.read(DATA + TO + 8, MemorySegment.ofArray(seen), 0, 8);
        assertThat(MemorySegment.ofArray(seen).get(Layouts.LONG, 0)).isEqualTo(5 * 8200);
        t.write(DATA + TO + 8, MemorySegment.ofArray(new byte[] {1, 0, 0, 0, 0, 0, 0, 0}), 0, 8);
        runTo(t, 500);
        assertThat(peekLong(t, DATA + TO + 8)).isEqualTo(1);
        assertThat(peekLong(t, DATA + TO + 16)).isEqualTo(5 * 8208);

        // A child does not have it.
        UserThread child = space.fork(t, c -> {}, false);
        child.setReg(Reg.RAX, 0);
        assertThat(child.copyWindow(window, DATA + TO, 4096))
                .as("not in a call of its own")
                .isFalse();
        end(child);

        // A window that has gone, or memory that has.
        assertThat(t.copyWindow(window, DATA + TO, 4096)).isTrue();
        space.closeWindow(window, LENGTH - 8192);
        t.setReg(Reg.RAX, 8);
        assertThat(t.resume()).isEqualTo(Trap.COPY_FAILED);
        runTo(t, 500);
        assertThat(peekLong(t, DATA)).as("the result").isEqualTo(8);
        window = space.openWindow(fd, 0, LENGTH);
        assertThat(t.copyWindow(window, DATA - 4096, 8192)).isTrue();
        assertThat(t.resume()).isEqualTo(Trap.COPY_FAILED);
        runTo(t, 500);
        assertThat(t.copyWindow(window, Layout.TASK_SIZE - 4096, 8192)).isFalse();
        assertThat(space.openWindow(12345, 0, LENGTH)).isZero();
        end(t);
        Memory.munmap(file);
        Files.close(fd);
        engine.close();
    }

    private static void copy(UserThread t, long from, long result) {
        assertThat(t.copyWindow(from, DATA + TO, 8192)).isTrue();
        t.setReg(Reg.RAX, result);
        runTo(t, 500);
    }
}
