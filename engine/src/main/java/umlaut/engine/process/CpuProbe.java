package umlaut.engine.process;

import static umlaut.engine.x86.Gpr.*;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import umlaut.engine.CpuFeatures;
import umlaut.engine.x86.Assembler;
import umlaut.engine.x86.Mem;
import umlaut.host.HostCalls;
import umlaut.host.Layouts;

/** Asks the CPU and the host's auxiliary vector what guests may use. See CPUID leaf 0DH, XGETBV, getauxval(3). */
final class CpuProbe {
    private static final int AT_HWCAP = 16, AT_HWCAP2 = 26, AT_SYSINFO_EHDR = 33, AT_MINSIGSTKSZ = 51;
    private static final long HWCAP2_FSGSBASE = 2;

    /** AMX tiles: need a permission and a larger area than guests' frames are given. */
    private static final long HIDDEN_FEATURES = 3L << 17;

    final CpuFeatures features;
    final boolean fsgsbase;
    final boolean hasVdso;

    CpuProbe() {
        long hwcap = 0, hwcap2 = 0, minSignalStack = 2048, vdso = 0;
        try {
            ByteBuffer auxv = ByteBuffer.wrap(Files.readAllBytes(Path.of("/proc/self/auxv")))
                    .order(ByteOrder.LITTLE_ENDIAN);
            while (auxv.remaining() >= 16) {
                long type = auxv.getLong();
                long value = auxv.getLong();
                switch ((int) type) {
                    case AT_HWCAP -> hwcap = value;
                    case AT_HWCAP2 -> hwcap2 = value;
                    case AT_SYSINFO_EHDR -> vdso = value;
                    case AT_MINSIGSTKSZ -> minSignalStack = value;
                    default -> {}
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        fsgsbase = (hwcap2 & HWCAP2_FSGSBASE) != 0;
        hasVdso = vdso != 0;
        long xfeatures = xcr0() & ~HIDDEN_FEATURES;
        int cpus = Runtime.getRuntime().availableProcessors();
        features = new CpuFeatures(hwcap, hwcap2, minSignalStack, xsaveSize(xfeatures), xfeatures, 0, cpus);
    }

    private static long xcr0() {
        Assembler a = new Assembler();
        a.xorl(RCX, RCX);
        a.xgetbv();
        a.shl(RDX, 32);
        a.or(RAX, RDX);
        a.ret();
        return HostCalls.invoke(HostCalls.load(a.toBytes()), 0, 0, 0, 0, 0, 0, 0);
    }

    /** CPUID leaf and subleaf to 16 bytes: EAX, EBX, ECX, EDX. */
    private static MemorySegment cpuidCode() {
        Assembler a = new Assembler();
        a.mov(R8, RBX); // RBX is the caller's
        a.mov(R9, RDX);
        a.movl(RAX, RDI);
        a.movl(RCX, RSI);
        a.cpuid();
        a.movl(Mem.at(R9, 0), RAX);
        a.movl(Mem.at(R9, 4), RBX);
        a.movl(Mem.at(R9, 8), RCX);
        a.movl(Mem.at(R9, 12), RDX);
        a.mov(RBX, R8);
        a.ret();
        return HostCalls.load(a.toBytes());
    }

    /** The standard form puts each component at a fixed offset, so the size is the furthest end. */
    private static int xsaveSize(long xfeatures) {
        MemorySegment code = cpuidCode();
        int size = 512 + 64;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(16, 8);
            for (int component = 2; component < 63; component++) {
                if ((xfeatures >> component & 1) != 0) {
                    HostCalls.invoke(code, 0xd, component, out.address(), 0, 0, 0, 0);
                    size = Math.max(size, out.get(Layouts.INT, 0) + out.get(Layouts.INT, 4));
                }
            }
        }
        return size;
    }
}
