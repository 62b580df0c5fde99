package umlaut.engine.process;

import static umlaut.engine.x86.Gpr.*;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import umlaut.engine.AddressSpace;
import umlaut.engine.Engine;
import umlaut.engine.Reg;
import umlaut.engine.Trap;
import umlaut.engine.UserThread;
import umlaut.engine.x86.Assembler;
import umlaut.engine.x86.Gpr;
import umlaut.engine.x86.Mem;
import umlaut.host.Files;
import umlaut.host.Layouts;
import umlaut.host.Memory;

/** A tiny hand-assembled guest for tests: code, data and a stack, and snippets that load and dump the whole state of a CPU. */
final class GuestProgram {
    static final long CODE = 0x7ffc_f000_0000L, DATA = 0x50_0000, STACK = 0x60_4000;
    static final int CODE_SIZE = 0x4000, DATA_SIZE = 0x8000;

    /** In DATA: an XSAVE image to load, one that was dumped, and dumped registers. */
    static final int IMAGE = 0x1000, DUMP = 0x3000, REGISTERS = 0x5000;

    /** All but RSP. */
    static final Gpr[] GENERAL = {RAX, RBX, RCX, RDX, RSI, RDI, RBP, R8, R9, R10, R11, R12, R13, R14, R15};

    private static final int MADE_UP = 0x1000;

    final Assembler a = new Assembler();
    private final long xfeatures;

    GuestProgram(Engine engine) {
        xfeatures = engine.cpu().xfeatures();
    }

    /** System call {@code nr}; the arguments are whatever is in the registers. */
    GuestProgram call(int nr) {
        a.mov(RAX, nr);
        a.syscall();
        return this;
    }

    /** A number that differs for each register. */
    static long value(Gpr r) {
        return 0x1111_2222_3333_0000L + MADE_UP * r.ordinal() + r.ordinal();
    }

    void loadGeneral() {
        for (Gpr r : GENERAL) {
            a.mov(r, value(r));
        }
    }

    void dumpGeneral() {
        for (Gpr r : GENERAL) {
            a.mov(absolute(REGISTERS + 8 * r.ordinal()), r);
        }
        a.mov(absolute(REGISTERS + 8 * RSP.ordinal()), RSP);
    }

    static Mem absolute(int inData) {
        return new Mem(false, null, null, 1, (int) DATA + inData, null);
    }

    void loadVectors() {
        vectorMask();
        a.xrstor(absolute(IMAGE));
    }

    void dumpVectors() {
        vectorMask();
        a.xsave(absolute(DUMP));
    }

    private void vectorMask() {
        a.mov(RAX, xfeatures & 0xffffffffL);
        a.mov(RDX, xfeatures >>> 32);
    }

    /** Maps the program so that its text gets patched once it has trapped enough, and makes a thread at its start. */
    UserThread start(Engine engine) {
        AddressSpace space = engine.newAddressSpace();
        byte[] code = Arrays.copyOf(a.toBytes(), CODE_SIZE);
        int fd = Memory.memfd("test-text", (long) CODE_SIZE);
        MemorySegment map = Memory.map(fd, 0, CODE_SIZE, 3);
        MemorySegment.copy(code, 0, map, Layouts.BYTE, 0, CODE_SIZE);
        Memory.munmap(map);
        check(space.mapFile(null, CODE, CODE_SIZE, AddressSpace.READ | AddressSpace.EXEC, false, fd, 0));
        Files.close(fd);
        check(space.mapAnonymous(null, DATA, DATA_SIZE, AddressSpace.READ | AddressSpace.WRITE, false));
        check(space.mapAnonymous(null, STACK - 0x4000, 0x4000, AddressSpace.READ | AddressSpace.WRITE, false));
        UserThread thread = space.newThread(null);
        thread.setReg(Reg.RIP, CODE);
        thread.setReg(Reg.RSP, STACK);
        return thread;
    }

    private static void check(long result) {
        if (result != 0) {
            throw new AssertionError("mapping failed: " + result);
        }
    }

    /** An XSAVE image with something in each legacy and AVX register, as the engine's CPU has them. */
    static byte[] image(Engine engine, int seed) {
        byte[] image = new byte[engine.cpu().xsaveSize()];
        long features = engine.cpu().xfeatures() & 0xe7; // x87, SSE, AVX, AVX-512
        for (int i = 160; i < 160 + 256; i++) {
            image[i] = (byte) (seed + i);
        }
        for (int st = 0; st < 8; st++) {
            for (int i = 0; i < 10; i++) {
                image[32 + 16 * st + i] = (byte) (i == 9 ? 0x3f : i == 8 ? 0xff : 0x80 + seed + st + i);
            }
        }
        for (int i = 576; i < image.length; i++) {
            image[i] = (byte) (seed * 3 + i);
        }
        MemorySegment m = MemorySegment.ofArray(image);
        m.set(Layouts.SHORT, 0, (short) 0x27f); // FCW: double precision
        m.set(Layouts.BYTE, 4, (byte) 0xff); // FTW: all in use
        m.set(Layouts.INT, 24, 0x5f80); // MXCSR: round up
        m.asSlice(512, 64).fill((byte) 0);
        m.set(Layouts.LONG, 512, features);
        return image;
    }

    /** Whether two XSAVE images agree in all that instructions can see. */
    static boolean sameVectors(byte[] x, byte[] y) {
        for (int i = 0; i < Math.min(x.length, y.length); i++) {
            boolean hidden = i >= 8 && i < 24 || i >= 28 && i < 32 || i >= 416 && i < 576;
            boolean padding = i >= 32 && i < 160 && (i & 15) >= 10;
            boolean gap = i >= 832 && i < 1088 || i >= 2688;
            if (!hidden && !padding && !gap && x[i] != y[i]) {
                return false;
            }
        }
        return true;
    }

    static void poke(UserThread t, long address, byte[] bytes) {
        if (t.addressSpace().write(address, MemorySegment.ofArray(bytes), 0, bytes.length) != bytes.length) {
            throw new AssertionError("cannot write guest memory");
        }
    }

    static byte[] peek(UserThread t, long address, int length) {
        byte[] bytes = new byte[length];
        if (t.addressSpace().read(address, MemorySegment.ofArray(bytes), 0, length) != length) {
            throw new AssertionError("cannot read guest memory");
        }
        return bytes;
    }

    static long peekLong(UserThread t, long address) {
        return MemorySegment.ofArray(peek(t, address, 8)).get(Layouts.LONG, 0);
    }

    /** Resumes until the given system call, answering all others with 0. */
    static void runTo(UserThread t, int nr) {
        for (; ; ) {
            Trap trap = t.resume();
            if (trap == Trap.SYSCALL && t.reg(Reg.RAX) == nr) {
                return;
            }
            if (trap != Trap.SYSCALL && trap != Trap.INTERRUPT) {
                throw new AssertionError(trap + " " + t.faultSignal() + " at " + Long.toHexString(t.reg(Reg.RIP)));
            }
            if (trap == Trap.SYSCALL) {
                t.setReg(Reg.RAX, 0);
            }
        }
    }

    static void end(UserThread t) {
        t.addressSpace().close();
        t.close();
    }
}
