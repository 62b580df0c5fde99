package umlaut.engine.process;

import static org.assertj.core.api.Assertions.assertThat;
import static umlaut.engine.process.GuestProgram.*;
import static umlaut.engine.x86.Gpr.*;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import umlaut.engine.Reg;
import umlaut.engine.Trap;
import umlaut.engine.UserThread;
import umlaut.engine.x86.Gpr;
import umlaut.engine.x86.Label;
import umlaut.engine.x86.Mem;

/** Guests that do their worst with what they can reach. Only they may suffer. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileTest {
    private NativeEngine engine;

    @BeforeAll
    void start() {
        engine = NativeEngine.start();
    }

    @AfterAll
    void close() {
        engine.close();
    }

    /** Runs the guest's next steps, for two seconds at most; then its address space is closed. @return the last trap */
    private Trap attack(UserThread t) throws Exception {
        CompletableFuture<Trap> end = CompletableFuture.supplyAsync(() -> {
            for (int i = 0; i < 50; i++) {
                Trap trap = t.resume();
                if (trap == Trap.DEAD || trap == Trap.FAULT) {
                    return trap;
                }
                t.failedOrder();
            }
            return Trap.SYSCALL;
        });
        Trap trap;
        try {
            trap = end.get(2, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            t.addressSpace().close();
            trap = end.get();
        }
        end(t);
        return trap;
    }

    private void stillWorks() {
        GuestProgram p = new GuestProgram(engine);
        p.a.mov(RDI, 5);
        p.call(500);
        UserThread t = p.start(engine);
        assertThat(t.resume()).isEqualTo(Trap.SYSCALL);
        assertThat(t.reg(Reg.RDI)).isEqualTo(5);
        end(t);
    }

    private List<Long> stubSystemCalls() {
        List<Long> places = new ArrayList<>();
        byte[] text = engine.image.bytes;
        for (int i = 0; i + 1 < engine.image.codeSize; i++) {
            if (text[i] == 0x0f && text[i + 1] == 0x05) {
                places.add(Layout.TEXT + i);
            }
        }
        return places;
    }

    /** Jumps to {@code place} with system call registers. */
    private UserThread jumper(long place, long nr, long... arguments) {
        Gpr[] registers = {RDI, RSI, RDX, R10, R8, R9};
        GuestProgram p = new GuestProgram(engine);
        for (int i = 0; i < arguments.length; i++) {
            p.a.mov(registers[i], arguments[i]);
        }
        p.a.mov(R11, place);
        p.a.mov(RAX, nr);
        p.a.jmp(R11);
        return p.start(engine);
    }

    @Test
    void forbiddenCallsFromStubTextKillTheGuest() throws Exception {
        Path made = Path.of("/tmp/umlaut-hostile-" + ProcessHandle.current().pid());
        long[][] calls = {
            {85, DATA, 0600}, // creat
            {2, DATA, 0102, 0600}, // open
            {257, -100, DATA, 0102, 0600}, // openat
            {41, 1, 1, 0}, // socket
            {62, ProcessHandle.current().pid(), 0}, // kill
            {234, ProcessHandle.current().pid(), ProcessHandle.current().pid(), 0}, // tgkill
            {57}, // fork
            {56, 17, 0, 0, 0, 0}, // clone
            {59, DATA, 0, 0}, // execve
            {101, 16, 1, 0, 0}, // ptrace
            {310, ProcessHandle.current().pid(), DATA, 1, DATA, 1, 0}, // process_vm_readv
            {9, 0x1000_0000, 4096, 1, 0x11, 0, 0}, // mmap of descriptor 0
            {9, Layout.TEXT, 4096, 7, 0x32, -1, 0}, // mmap over the stub
            {9, 0x7000_0000, 0x7ffd_a000_0000L, 0, 0x32, -1, 0}, // ... and up to it
            {11, Layout.TEXT, 4096},
            {11, 0x1000, 0x7fff_0000_0000L},
            {10, Layout.TEXT, 4096, 7},
            {10, Layout.ORDERS, 4096, 3},
            {25, DATA, 4096, 4096, 3, Layout.TEXT}, // mremap onto the stub
            {25, DATA, 4096, 8192, 0, 0}, // mremap making a mapping longer
            {25, Layout.ORDERS, 4096, 4096, 3, 0x1000_0000},
            {28, Layout.TEXT, 4096, 4},
            {28, DATA, 4096, 100}, // MADV_HWPOISON
            {157, 4, 1, 0, 0}, // prctl
            {158, 0x1001, DATA}, // arch_prctl SET_GS
            {131, DATA, 0}, // sigaltstack
            {14, 2, DATA, 0, 8}, // rt_sigprocmask
            {317, 0, 0, 0}, // seccomp
            {60, 0}, // exit
        };
        List<Long> places = stubSystemCalls();
        assertThat(places).hasSizeGreaterThan(10);
        for (int i = 0; i < calls.length; i++) {
            long[] arguments = java.util.Arrays.copyOfRange(calls[i], 1, calls[i].length);
            UserThread t = jumper(places.get(i % places.size()), calls[i][0], arguments);
            poke(t, DATA, (made + "\0").getBytes());
            assertThat(attack(t)).as("call %d", calls[i][0]).isEqualTo(Trap.DEAD);
        }
        assertThat(Files.exists(made)).isFalse();
        stillWorks();
    }

    @Test
    void everyByteOfStubTextIsJumpedTo() throws Exception {
        for (int at = 0; at < engine.image.codeSize; at += 53) {
            UserThread t = jumper(Layout.TEXT + at, 39, DATA, DATA, DATA, DATA, DATA, DATA);
            attack(t);
        }
        stillWorks();
    }

    @Test
    void otherWaysToTheHostTrap() {
        GuestProgram p = new GuestProgram(engine);
        p.a.mov(RAX, 20);
        p.a.bytes(0xcd, 0x80); // int $0x80: getpid of i386
        UserThread t = p.start(engine);
        assertThat(t.resume()).isEqualTo(Trap.FAULT);
        assertThat(t.faultSignal()).isEqualTo(11);
        end(t);
        p = new GuestProgram(engine);
        p.call(0x4000_0000 + 39); // x32
        t = p.start(engine);
        assertThat(t.resume()).isEqualTo(Trap.SYSCALL);
        assertThat(t.reg(Reg.RAX)).isEqualTo(0x4000_0000 + 39);
        end(t);
    }

    @Test
    void ordersCannotBeWritten() {
        GuestProgram p = new GuestProgram(engine);
        p.a.mov(RAX, Layout.ORDERS);
        p.a.mov(Mem.at(RAX, 0), RAX);
        UserThread t = p.start(engine);
        assertThat(t.resume()).isEqualTo(Trap.FAULT);
        assertThat(t.faultSignal()).isEqualTo(11);
        end(t);
    }

    @Test
    void scribblingOverAreaAndReplies() throws Exception {
        for (int pattern : new int[] {0, -1, 0x02020202, 0x01010101, 0x7ffe0000}) {
            GuestProgram p = new GuestProgram(engine);
            p.call(500);
            Label loop = p.a.here();
            p.a.mov(RDI, RBX); // the area
            p.a.mov(RCX, 0x1000);
            p.a.mov(RAX, pattern);
            Label fill = p.a.here();
            p.a.movl(Mem.at(RDI, 0), RAX);
            p.a.add(RDI, 4);
            p.a.sub(RCX, 1);
            p.a.j(umlaut.engine.x86.Cond.NE, fill);
            p.a.mov(RDI, Layout.REPLY);
            p.a.movl(Mem.at(RDI, 0), RAX);
            p.a.movl(Mem.at(RDI, 4), RAX);
            p.a.movl(Mem.at(RDI, 8), RAX);
            p.call(39);
            p.a.jmp(loop);
            UserThread t = p.start(engine);
            runTo(t, 500);
            t.setReg(Reg.RBX, Layout.areaAddress(((NativeThread) t).slot));
            attack(t);
        }
        stillWorks();
    }

    @Test
    void forgedSignalFrame() throws Exception {
        GuestProgram p = new GuestProgram(engine);
        p.a.mov(RSP, DATA + 0x1000); // zeros, or what is poked there
        p.a.mov(R11, restorer());
        p.a.jmp(R11);
        UserThread t = p.start(engine);
        byte[] frame = new byte[0x400];
        java.nio.ByteBuffer b = java.nio.ByteBuffer.wrap(frame).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        b.putLong(40 + 8 * 16, stubSystemCalls().get(3)); // RIP
        b.putLong(40 + 8 * 13, 59); // RAX: execve
        b.putLong(40 + 8 * 18, 0x002b_0000_0000_0033L);
        poke(t, DATA + 0x1000, frame);
        assertThat(attack(t)).isEqualTo(Trap.DEAD);
        stillWorks();
    }

    private long restorer() {
        byte[] text = engine.image.bytes;
        for (int i = 0; i < engine.image.codeSize; i++) {
            if (text[i] == (byte) 0xb8
                    && text[i + 1] == 15
                    && text[i + 2] == 0
                    && text[i + 5] == 0x0f
                    && text[i + 6] == 5) {
                return Layout.TEXT + i;
            }
        }
        throw new AssertionError("no rt_sigreturn in the stub");
    }
}
