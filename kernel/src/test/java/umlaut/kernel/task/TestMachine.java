package umlaut.kernel.task;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.engine.AddressSpace;
import umlaut.engine.Reg;
import umlaut.engine.scripted.Program;
import umlaut.engine.scripted.ScriptedEngine;
import umlaut.kernel.Kernel;
import umlaut.kernel.KernelConfig;
import umlaut.kernel.KernelLog;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.HostPageStore;
import umlaut.kernel.time.Clock;
import umlaut.kernel.trace.Tracer;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.FileTable;
import umlaut.kernel.vfs.FsContext;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Mount;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.vfs.SuperBlock;

/** A kernel on the scripted engine, whose programs are Java: what they find goes into {@link #notes}. */
public final class TestMachine {
    /** Memory that every program has: readable and writable, 64 KiB. */
    public static final long MEMORY = 0x10_0000;

    public static final long MEMORY_SIZE = 0x1_0000;
    private static final long FIRST_PROGRAM = 0x40_0000;

    public final ScriptedEngine engine = new ScriptedEngine((fd, offset, length) -> {
        throw new IllegalStateException("no host files");
    });
    public final Kernel kernel;
    /** What programs say, in order. */
    public final Queue<String> notes = new ConcurrentLinkedQueue<>();

    private final AtomicLong nextProgram = new AtomicLong(FIRST_PROGRAM);

    public TestMachine() {
        this(100);
    }

    public TestMachine(int pidsLimit) {
        this(pidsLimit, Tracer.OFF);
    }

    public TestMachine(int pidsLimit, Tracer tracer) {
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
                engine,
                new KernelConfig("test", "guest", 1 << 28, 2, pidsLimit),
                clock,
                new KernelLog(clock, entry -> notes.add("log: " + entry.text())),
                new HostPageStore("test", 1 << 20),
                tracer);
    }

    /** Registers a program and gives its address. */
    public long program(Program program) {
        long at = nextProgram.getAndAdd(0x1000);
        engine.register(at, program);
        return at;
    }

    /** Runs {@code program} as pid 1. @return its wait(2) status */
    public int run(Program program) {
        return await(start(Credentials.ROOT, program));
    }

    public GuestProcess start(Credentials who, Program program) {
        long entry = program(program);
        Path root = root();
        ProcessSpec spec = new ProcessSpec(
                "/test",
                List.of("test"),
                List.of(),
                who,
                new FsContext(root, root, 022),
                new FileTable(),
                new Limits(),
                task -> {});
        return Init.spawn(kernel, spec, task -> {
            AddressSpace space = task.mm().space();
            space.mapAnonymous(null, MEMORY, MEMORY_SIZE, AddressSpace.READ | AddressSpace.WRITE, false);
            task.user().setReg(Reg.RIP, entry);
            task.user().setReg(Reg.RSP, MEMORY + MEMORY_SIZE);
        });
    }

    public int await(GuestProcess process) {
        try {
            int status = process.status().get(5, TimeUnit.MINUTES);
            Throwable failure = engine.failure();
            if (failure != null) {
                throw new AssertionError("a program failed", failure);
            }
            return status;
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("the guest did not end; notes: " + notes, e);
        }
    }

    private Path root() {
        SuperBlock fs = new SuperBlock("testfs", 1, false) {
            private final Inode root = new Inode(this, 1, Mode.S_IFDIR | 0755) {
                @Override
                public File open(@Nullable Task task, Path path, int flags) {
                    throw Errno.ENXIO.exception();
                }
            };

            @Override
            public Inode root() {
                return root;
            }

            @Override
            public StatfsInfo statfs() {
                return new StatfsInfo(0, 4096, 0, 0, 0, 0, 0, 255);
            }
        };
        Mount mount = kernel.vfs.mountRoot(fs, "test", 0);
        return new Path(mount, fs.rootDentry());
    }
}
