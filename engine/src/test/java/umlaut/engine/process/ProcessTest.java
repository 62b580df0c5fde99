package umlaut.engine.process;

import static org.assertj.core.api.Assertions.assertThat;
import static umlaut.engine.process.GuestProgram.*;
import static umlaut.engine.x86.Gpr.*;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import umlaut.engine.AddressSpace;
import umlaut.engine.Reg;
import umlaut.engine.Trap;
import umlaut.engine.UserThread;
import umlaut.engine.x86.Cond;
import umlaut.engine.x86.Label;
import umlaut.engine.x86.Mem;
import umlaut.host.Files;
import umlaut.host.Layouts;
import umlaut.host.Memory;

/** Address spaces, forks, threads, interrupts and futexes of the native engine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProcessTest {
    private NativeEngine engine;

    @BeforeAll
    void start() {
        engine = NativeEngine.start();
    }

    @AfterAll
    void close() {
        engine.close();
    }

    private static long children() {
        return ProcessHandle.current().children().count();
    }

    /** Without those of {@link CompilerThreads}, which an engine opens once, when the host is first crowded. */
    private static int descriptors() {
        int n = 0;
        for (File fd : new File("/proc/self/fd").listFiles()) {
            try {
                n += java.nio.file.Files.readSymbolicLink(fd.toPath())
                                .toString()
                                .matches("/proc/\\d+/task/\\d+/stat")
                        ? 0
                        : 1;
            } catch (IOException e) {
                // the one that the directory was read by
            }
        }
        return n;
    }

    @Test
    void forkCopiesMemoryAndState() {
        GuestProgram p = new GuestProgram(engine);
        p.loadVectors();
        p.loadGeneral();
        p.call(57);
        p.a.mov(absolute(0), RAX);
        p.dumpGeneral();
        p.dumpVectors();
        p.call(501);
        UserThread t = p.start(engine);
        poke(t, DATA + IMAGE, image(engine, 1));
        t.setReg(Reg.FS_BASE, DATA + 0x700);
        runTo(t, 57);
        UserThread child = t.addressSpace().fork(t);
        assertThat(child.reg(Reg.FS_BASE)).isEqualTo(DATA + 0x700);
        t.setReg(Reg.RAX, 11);
        child.setReg(Reg.RAX, 0);
        runTo(t, 501);
        runTo(child, 501);
        assertThat(peekLong(t, DATA)).isEqualTo(11);
        assertThat(peekLong(child, DATA)).isZero();
        for (UserThread each : new UserThread[] {t, child}) {
            assertThat(peekLong(each, DATA + REGISTERS + 8 * R15.ordinal())).isEqualTo(value(R15));
            assertThat(peekLong(each, DATA + REGISTERS + 8 * RBX.ordinal())).isEqualTo(value(RBX));
            assertThat(sameVectors(
                            image(engine, 1),
                            peek(each, DATA + DUMP, engine.cpu().xsaveSize())))
                    .isTrue();
        }
        assertThat(child.hostTid()).isNotEqualTo(t.hostTid());
        end(t);
        end(child);
    }

    /** FS base is loaded, and each thread has its own. */
    @Test
    void threadsHaveTheirOwnRegistersAndTls() throws Exception {
        GuestProgram p = new GuestProgram(engine);
        Label loop = p.a.here();
        p.call(500);
        p.a.bytes(0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0); // mov %fs:0,%rax
        p.a.mov(RBX, RAX);
        p.call(501);
        p.a.jmp(loop);
        UserThread first = p.start(engine);
        poke(first, DATA + 0x100, new byte[] {1});
        poke(first, DATA + 0x200, new byte[] {2});
        first.setReg(Reg.FS_BASE, DATA + 0x100);
        runTo(first, 500);
        for (int round = 0; round < 3; round++) {
            UserThread second = first.addressSpace().newThread(first);
            second.setReg(Reg.FS_BASE, DATA + 0x200);
            second.setReg(Reg.RSP, STACK - 0x2000);
            CompletableFuture<Long> value = CompletableFuture.supplyAsync(() -> {
                for (int i = 0; i < 1000; i++) {
                    runTo(second, 501);
                }
                return second.reg(Reg.RBX);
            });
            for (int i = 0; i < 1000; i++) {
                runTo(first, 501);
            }
            assertThat(first.reg(Reg.RBX)).isEqualTo(1);
            assertThat(value.get()).isEqualTo(2);
            second.close(); // its host thread serves the next round
        }
        assertThat(new File("/proc/" + first.addressSpace().hostPid() + "/task").list())
                .hasSize(3);
        end(first);
    }

    @Test
    void memoryCallsTakeEffectAtOnceOrOnReturn() {
        GuestProgram p = new GuestProgram(engine);
        Label loop = p.a.here();
        p.call(500);
        p.a.mov(RAX, Mem.at(RDI, 0));
        p.a.mov(Mem.at(RDI, 0), RAX);
        p.a.jmp(loop);
        UserThread t = p.start(engine);
        AddressSpace space = t.addressSpace();
        long at = 0x1000_0000;
        for (UserThread self : new UserThread[] {null, t}) {
            runTo(t, 500);
            t.setReg(Reg.RDI, at);
            assertThat(space.mapAnonymous(self, at, 0x3000, 3, false)).isZero();
            runTo(t, 500);
            assertThat(space.protect(self, at, 0x1000, AddressSpace.READ)).isZero();
            assertThat(t.resume()).isEqualTo(Trap.FAULT);
            assertThat(t.faultCode()).isEqualTo(2);
            assertThat(space.protect(self, at, 0x1000, 3)).isZero();
            runTo(t, 500);
            poke(t, at, new byte[] {77});
            assertThat(space.remap(self, at, 0x3000, at + 0x10_0000, 0x5000)).isZero();
            t.setReg(Reg.RDI, at + 0x10_0000 + 0x4ff8);
            runTo(t, 500);
            assertThat(peek(t, at + 0x10_0000, 1)).containsExactly(77);
            assertThat(space.advise(self, at + 0x10_0000, 0x5000, 4)).isZero();
            assertThat(peek(t, at + 0x10_0000, 1)).containsExactly(0);
            assertThat(space.unmap(self, at + 0x10_0000, 0x5000)).isZero();
            assertThat(t.resume()).isEqualTo(Trap.FAULT);
            assertThat(space.read(at + 0x10_0000, MemorySegment.ofArray(new byte[1]), 0, 1))
                    .isZero();
            t.setReg(Reg.RDI, DATA);
            runTo(t, 500);
        }
        assertThat(space.mapAnonymous(t, Layout.TASK_SIZE - 4096, 8192, 3, false))
                .isEqualTo(-22);
        assertThat(space.unmap(t, Layout.TEXT, 4096)).isEqualTo(-22);
        end(t);
    }

    @Test
    void aFailedOrderIsReported() {
        GuestProgram p = new GuestProgram(engine);
        Label loop = p.a.here();
        p.call(500);
        p.a.jmp(loop);
        UserThread t = p.start(engine);
        runTo(t, 500);
        assertThat(t.addressSpace().protect(t, 0x7000_0000, 4096, 1)).isZero(); // nothing is mapped there
        assertThat(t.resume()).isEqualTo(Trap.ORDER_FAILED);
        assertThat(t.failedOrder()).isEqualTo(-12);
        t.setReg(Reg.RAX, 1);
        runTo(t, 500);
        assertThat(t.addressSpace().protect(t, 0x7000_0000, 4096, 1)).isZero();
        t.addressSpace().read(0x7000_0000, MemorySegment.ofArray(new byte[1]), 0, 1); // has it run early
        assertThat(t.resume()).isEqualTo(Trap.ORDER_FAILED);
        end(t);
    }

    @Test
    void filesAreMappedPrivateAndShared() {
        GuestProgram p = new GuestProgram(engine);
        Label loop = p.a.here();
        p.call(500);
        p.a.jmp(loop);
        UserThread t = p.start(engine);
        AddressSpace space = t.addressSpace();
        int fd = Memory.memfd("test", 8192L);
        MemorySegment file = Memory.map(fd, 0, 8192, 3);
        file.set(Layouts.BYTE, 4096, (byte) 5);
        assertThat(space.mapFile(null, 0x1000_0000, 4096, 3, true, fd, 4096)).isZero();
        assertThat(space.mapFile(null, 0x1100_0000, 4096, 3, false, fd, 4096)).isZero();
        assertThat(space.mapFile(null, 0x1200_0000, 4096, 1, true, fd, 4096)).isZero();
        poke(t, 0x1000_0001, new byte[] {6});
        poke(t, 0x1100_0002, new byte[] {7});
        assertThat(file.get(Layouts.BYTE, 4097)).isEqualTo((byte) 6);
        assertThat(file.get(Layouts.BYTE, 4098)).isZero();
        assertThat(peek(t, 0x1200_0000, 3)).containsExactly(5, 6, 0);
        assertThat(peek(t, 0x1100_0000, 3)).containsExactly(5, 6, 7);
        // What was mapped without PROT_WRITE never becomes writable, even by a guest that jumps into the stub's
        // mprotect.
        assertThat(space.protect(null, 0x1200_0000, 4096, 3)).isEqualTo(-13);
        assertThat(space.mapFile(null, 0x1300_0000, 4096, 3, true, 12345, 0)).isEqualTo(-9);
        byte[] vec = new byte[2];
        assertThat(space.residency(DATA, 8192, MemorySegment.ofArray(vec))).isZero();
        Memory.munmap(file);
        Files.close(fd);
        end(t);
    }

    @Test
    void argumentsAreCopiedInAndResultsOut() {
        GuestProgram p = new GuestProgram(engine);
        p.a.mov(RDI, -100);
        p.a.mov(RSI, DATA + 0xffc);
        p.call(257);
        p.a.mov(RSI, DATA + DATA_SIZE - 3);
        p.call(257);
        p.a.mov(RDI, 1);
        p.a.mov(RSI, DATA);
        p.a.mov(RDX, 100);
        p.call(1);
        p.call(501);
        UserThread t = p.start(engine);
        poke(t, DATA + 0xffc, "/etc/passwd\0".getBytes());
        poke(t, DATA + DATA_SIZE - 3, "abc".getBytes());
        runTo(t, 257);
        MemorySegment path = t.copiedIn(DATA + 0xffc, 12);
        assertThat(path).isNotNull();
        assertThat(path.getString(0)).isEqualTo("/etc/passwd");
        runTo(t, 257); // ends at an unmapped page
        assertThat(t.copiedIn(DATA + DATA_SIZE - 3, 3)).isNotNull();
        assertThat(t.copiedIn(DATA + DATA_SIZE - 3, 4)).isNull();
        runTo(t, 1);
        assertThat(t.copiedIn(DATA + 10, 90)).isNotNull();
        assertThat(t.copiedIn(DATA, 101)).isNull();
        MemorySegment out = t.reserveOut(DATA + 0x800, 16);
        assertThat(out).isNotNull();
        out.fill((byte) 3);
        t.commitOut(10);
        byte[] small = {1, 2};
        assertThat(t.write(DATA + 0x900, MemorySegment.ofArray(small), 0, 2)).isEqualTo(2);
        t.setReg(Reg.RAX, 100);
        runTo(t, 501);
        assertThat(peek(t, DATA + 0x808, 3)).containsExactly(3, 3, 0);
        assertThat(peek(t, DATA + 0x900, 2)).containsExactly(1, 2);
        end(t);
    }

    @Test
    void aFaultingCopyOutIsEfault() {
        GuestProgram p = new GuestProgram(engine);
        p.call(500);
        p.a.mov(RBX, RAX);
        p.call(501);
        UserThread t = p.start(engine);
        runTo(t, 500);
        assertThat(t.write(DATA + DATA_SIZE - 1, MemorySegment.ofArray(new byte[2]), 0, 2))
                .isEqualTo(2);
        t.setReg(Reg.RAX, 2);
        runTo(t, 501);
        assertThat(t.reg(Reg.RBX)).isEqualTo(-14);
        end(t);
    }

    @Test
    void compareAndExchange() {
        GuestProgram p = new GuestProgram(engine);
        p.call(500);
        UserThread t = p.start(engine);
        AddressSpace space = t.addressSpace();
        poke(t, DATA, new byte[] {5, 0, 0, (byte) 0x80});
        assertThat(space.compareAndExchange(DATA, 1, 2)).isEqualTo(0x80000005L);
        assertThat(space.compareAndExchange(DATA, 0x80000005, 9)).isEqualTo(0x80000005L);
        assertThat(peekLong(t, DATA)).isEqualTo(9);
        assertThat(space.compareAndExchange(0x30_0000, 0, 1)).isEqualTo(-14);
        assertThat(space.compareAndExchange(CODE, 0, 1))
                .satisfiesAnyOf(
                        v -> assertThat(v).isEqualTo(-14), v -> assertThat(v).isPositive());
        end(t);
    }

    /** The guest counts in a register, in memory and in a vector register, and stops itself if they ever differ. */
    @Test
    void interruptStorm() throws Exception {
        GuestProgram p = new GuestProgram(engine);
        Label loop = new Label(), bad = new Label(), inner = new Label();
        p.a.xorl(RBX, RBX);
        p.a.xorl(R12, R12);
        p.a.bytes(0x66, 0x0f, 0xef, 0xc0); // pxor %xmm0,%xmm0
        p.a.bind(loop);
        p.a.mov(RCX, 20);
        p.a.bind(inner);
        p.a.add(RBX, 1);
        p.a.lea(R12, Mem.at(R12, 1));
        p.a.bytes(0x66, 0x48, 0x0f, 0x6e, 0xcb); // movq %rbx,%xmm1
        p.a.bytes(0x66, 0x0f, 0x6f, 0xc1); // movdqa %xmm1,%xmm0
        p.a.cmp(RBX, R12);
        p.a.j(Cond.NE, bad);
        p.a.sub(RCX, 1);
        p.a.j(Cond.NE, inner);
        p.a.mov(RDI, RBX);
        p.call(500);
        p.a.cmp(RAX, RBX);
        p.a.j(Cond.NE, bad);
        p.a.bytes(0x66, 0x48, 0x0f, 0x7e, 0xc2); // movq %xmm0,%rdx
        p.a.cmp(RDX, RBX);
        p.a.j(Cond.NE, bad);
        p.a.cmp(RDI, RBX);
        p.a.j(Cond.NE, bad);
        p.a.jmp(loop);
        p.a.bind(bad);
        p.a.ud2();
        UserThread t = p.start(engine);
        AtomicLong returns = new AtomicLong();
        AtomicLong interrupts = new AtomicLong();
        int wanted = 10_000;
        Thread storm = new Thread(() -> {
            for (int i = 0; i < wanted; i++) {
                long before = returns.get();
                t.interrupt();
                while (returns.get() == before) {
                    Thread.onSpinWait();
                }
                if (i % 16 == 0) {
                    Thread.yield();
                }
            }
            t.addressSpace().close();
        });
        storm.start();
        for (; ; ) {
            Trap trap = t.resume();
            returns.incrementAndGet();
            if (trap == Trap.DEAD) {
                break;
            }
            assertThat(trap).isNotEqualTo(Trap.FAULT);
            if (trap == Trap.INTERRUPT) {
                interrupts.incrementAndGet();
            } else {
                t.setReg(Reg.RAX, t.reg(Reg.RDI));
            }
        }
        storm.join();
        assertThat(interrupts.get()).isPositive();
        t.close();
    }

    @Test
    void interruptsOfALongComputation() throws Exception {
        GuestProgram p = new GuestProgram(engine);
        Label loop = p.a.here();
        p.a.jmp(loop);
        UserThread t = p.start(engine);
        for (int i = 0; i < 200; i++) {
            Thread.startVirtualThread(t::interrupt);
            assertThat(t.resume()).isEqualTo(Trap.INTERRUPT);
            assertThat(t.reg(Reg.RIP)).isEqualTo(CODE);
        }
        end(t);
    }

    /** futex(DATA, WAIT|PRIVATE, 0) and then call 501 with the result in RBX. */
    private UserThread futexProgram() {
        GuestProgram p = new GuestProgram(engine);
        Label loop = p.a.here();
        p.call(500);
        p.a.mov(RDI, DATA);
        p.a.mov(RSI, 128);
        p.a.xorl(RDX, RDX);
        p.a.xorl(R10, R10);
        p.call(202);
        p.a.mov(RBX, RAX);
        p.call(501);
        p.a.jmp(loop);
        return p.start(engine);
    }

    @Test
    void futexWaitsAndWakesWithoutTheKernel() throws Exception {
        UserThread t = futexProgram();
        for (int i = 0; i < 50; i++) {
            CompletableFuture<Void> sleeper = CompletableFuture.runAsync(() -> runTo(t, 501));
            while (t.addressSpace().futexWake(DATA, 1, false) == 0) {
                Thread.onSpinWait();
            }
            sleeper.get();
            assertThat(t.reg(Reg.RBX)).isZero();
        }
        end(t);
    }

    @Test
    void futexWaitsAreInterrupted() throws Exception {
        UserThread t = futexProgram();
        runTo(t, 500);
        for (int i = 0; i < 100; i++) {
            if (i % 3 == 0) {
                Thread.sleep(0, 100_000);
            }
            Thread.startVirtualThread(t::interrupt);
            Trap trap = t.resume();
            assertThat(trap).isEqualTo(Trap.INTERRUPT);
            if (t.interruptedFutex()) {
                assertThat(t.reg(Reg.RAX)).isEqualTo(-4);
                t.setReg(Reg.RAX, 202);
                t.setReg(Reg.RIP, t.reg(Reg.RIP) - 2);
            }
        }
        t.interrupt();
        t.futexOnReturn();
        assertThat(t.resume()).isEqualTo(Trap.INTERRUPT);
        end(t);
    }

    @Test
    void manyForksLeaveNothingBehind() throws Exception {
        GuestProgram p = new GuestProgram(engine);
        Label loop = p.a.here();
        p.call(500);
        p.a.jmp(loop);
        UserThread t = p.start(engine);
        runTo(t, 500);
        Texts texts = ((NativeAddressSpace) t.addressSpace()).texts;
        while (texts.at(CODE + 1).entry.patched() == null) { // until it has its memfd
            runTo(t, 500);
            forkOnce(t);
        }
        int fds = descriptors();
        for (int i = 0; i < 2000; i++) {
            forkOnce(t);
        }
        assertThat(descriptors()).isLessThanOrEqualTo(fds);
        end(t);
        // The zygote, and three for the pool; what has been killed is reaped some time.
        while (children() > 4) {
            Thread.sleep(1);
        }
    }

    private static void forkOnce(UserThread t) {
        UserThread child = t.addressSpace().fork(t);
        assertThat(child.resume()).isEqualTo(Trap.SYSCALL);
        child.addressSpace().close();
        child.close();
    }

    @Test
    void closingEndsRunningThreads() throws Exception {
        GuestProgram p = new GuestProgram(engine);
        Label loop = p.a.here();
        p.a.jmp(loop);
        UserThread t = p.start(engine);
        CompletableFuture<Trap> trap = CompletableFuture.supplyAsync(t::resume);
        t.addressSpace().close();
        assertThat(trap.get()).isEqualTo(Trap.DEAD);
        assertThat(t.resume()).isEqualTo(Trap.DEAD);
        assertThat(t.addressSpace().mapAnonymous(t, 0x1000_0000, 4096, 3, false))
                .isNegative();
        t.close();
    }

    /** A waker may be so late that the thread has ended, and its area is another's. */
    @Test
    void aLateNudgeTouchesNothing() {
        GuestProgram p = new GuestProgram(engine);
        p.call(500);
        NativeThread t = (NativeThread) p.start(engine);
        runTo(t, 500);
        t.nudge();
        assertThat(t.area.get(Layouts.INT, Area.STATE) & State.NUDGE).isNotZero();
        end(t);
        t.area.set(Layouts.INT, Area.STATE, 0);
        t.nudge();
        assertThat(t.area.get(Layouts.INT, Area.STATE) & State.NUDGE).isZero();
    }
}
