package umlaut.bench;

import static umlaut.engine.x86.Gpr.*;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import umlaut.engine.AddressSpace;
import umlaut.engine.Engine;
import umlaut.engine.Reg;
import umlaut.engine.Trap;
import umlaut.engine.UserThread;
import umlaut.engine.process.NativeEngine;
import umlaut.engine.x86.Assembler;
import umlaut.engine.x86.Label;
import umlaut.host.Files;
import umlaut.host.Layouts;
import umlaut.host.Memory;

/** The engine alone: a guest that makes one system call after the other, answered with nothing done. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class HandOverBenchmark {
    private static final long TEXT = 0x7ffc_f000_0000L;
    private static final int TEXT_SIZE = 0x1000;

    /** A number that no table of copied arguments knows. */
    private static final int NR = 500;

    private Engine engine;
    private UserThread thread;

    @Setup
    public void start() {
        engine = NativeEngine.start();
        Assembler a = new Assembler();
        Label loop = a.here();
        a.mov(RAX, NR);
        a.syscall();
        a.jmp(loop);
        AddressSpace space = engine.newAddressSpace();
        int fd = Memory.memfd("bench-text", (long) TEXT_SIZE);
        MemorySegment map = Memory.map(fd, 0, TEXT_SIZE, AddressSpace.READ | AddressSpace.WRITE);
        byte[] code = Arrays.copyOf(a.toBytes(), TEXT_SIZE);
        MemorySegment.copy(code, 0, map, Layouts.BYTE, 0, TEXT_SIZE);
        Memory.munmap(map);
        long mapped = space.mapFile(null, TEXT, TEXT_SIZE, AddressSpace.READ | AddressSpace.EXEC, false, fd, 0);
        Files.close(fd);
        if (mapped != 0) {
            throw new IllegalStateException("mapping failed: " + mapped);
        }
        thread = space.newThread(null);
        thread.setReg(Reg.RIP, TEXT);
    }

    @TearDown
    public void end() {
        thread.addressSpace().close();
        engine.close();
    }

    /** There and back: what every system call costs before the kernel does anything. */
    @Benchmark
    public long roundTrip() {
        if (thread.resume() != Trap.SYSCALL) {
            throw new IllegalStateException("the guest went astray");
        }
        long nr = thread.reg(Reg.RAX);
        thread.setReg(Reg.RAX, 0);
        return nr;
    }
}
