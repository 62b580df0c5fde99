package umlaut.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
import org.openjdk.jmh.annotations.Warmup;
import umlaut.abi.OpenFlags;
import umlaut.engine.scripted.ScriptedEngine;
import umlaut.fs.tmpfs.TmpFsType;
import umlaut.kernel.Kernel;
import umlaut.kernel.KernelConfig;
import umlaut.kernel.KernelLog;
import umlaut.kernel.mm.HostPageStore;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.time.Clock;
import umlaut.kernel.trace.Tracer;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.LookupContext;
import umlaut.kernel.vfs.Path;

/** The VFS on a tmpfs, called as system calls call it, without guest or hand-over. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class FileBenchmark {
    private static final int MEMORY = 1 << 22, PAGE = 4096;
    private static final String DEEP = "/a/b/c/d/e/f/g/h";

    private Kernel kernel;
    private LookupContext root;
    private File file;
    private final MemorySegment page = Arena.ofAuto().allocate(PAGE);
    private final IovIter iov = new IovIter();

    @Setup
    public void start() {
        Clock clock = new Clock() {
            @Override
            public long monotonicNs() {
                return System.nanoTime();
            }

            @Override
            public long realtimeNs() {
                return System.currentTimeMillis() * 1_000_000;
            }
        };
        kernel = new Kernel(
                new ScriptedEngine((fd, offset, length) -> {
                    throw new IllegalStateException("no host files");
                }),
                new KernelConfig("bench", "guest", MEMORY, 2, 100),
                clock,
                new KernelLog(clock, entry -> {}),
                new HostPageStore("bench", MEMORY),
                Tracer.OFF);
        kernel.vfs.register(new TmpFsType());
        kernel.vfs.mountRoot(
                new TmpFsType().mount(kernel, "root", "mode=755", kernel.vfs.anonymousDevice(), false), "root", 0);
        root = LookupContext.kernel(kernel.vfs.namespace());
        for (int i = DEEP.indexOf('/', 1); i > 0; i = DEEP.indexOf('/', i + 1)) {
            kernel.vfs.mkdir(root, DEEP.substring(0, i), 0755);
        }
        file = kernel.vfs.open(root, DEEP, OpenFlags.O_CREAT | OpenFlags.O_RDWR, 0644);
        write4k();
    }

    @Benchmark
    public Path lookupEightDeep() {
        return kernel.vfs.lookup(root, DEEP, 0);
    }

    @Benchmark
    public void openAndClose() {
        kernel.vfs.open(root, DEEP, OpenFlags.O_RDONLY, 0).release();
    }

    @Benchmark
    public long read4k() {
        return file.read(null, iov.kernel(page, 0, PAGE), 0);
    }

    @Benchmark
    public final long write4k() {
        return file.write(null, iov.kernel(page, 0, PAGE), 0);
    }
}
