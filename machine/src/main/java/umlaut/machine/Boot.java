package umlaut.machine;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.engine.Engine;
import umlaut.engine.EngineException;
import umlaut.engine.process.NativeEngine;
import umlaut.fs.StandardFileSystems;
import umlaut.fs.devpts.DevPtsType;
import umlaut.host.HostCalls;
import umlaut.host.HostException;
import umlaut.host.Layouts;
import umlaut.host.Processes;
import umlaut.host.Scratch;
import umlaut.kernel.Kernel;
import umlaut.kernel.KernelConfig;
import umlaut.kernel.KernelLog;
import umlaut.kernel.mm.HostPageStore;
import umlaut.kernel.mm.PageStore;
import umlaut.kernel.time.Clock;
import umlaut.kernel.time.HostClock;
import umlaut.kernel.time.VirtualClock;
import umlaut.kernel.trace.Tracer;
import umlaut.machine.uml.UmlConfig;

/** Puts an engine and a kernel together: everything below the mounts. */
final class Boot {
    private static final int SYSINFO = 99;
    /** struct sysinfo: totalram, mem_unit. */
    private static final int TOTAL_RAM = 32, MEM_UNIT = 104;

    private static final int DEFAULT_PIDS = 32768;
    private static final int ERROR_LEVEL = 3;
    private static final long NS_PER_S = 1_000_000_000L;

    private Boot() {}

    static Engine engine() {
        return engine(null);
    }

    /** @param foreground the engine whose guests come first, if this one's are to run at a low priority; or null */
    static Engine engine(@Nullable Engine foreground) {
        try {
            return foreground instanceof NativeEngine first
                    ? NativeEngine.startInBackground(first)
                    : NativeEngine.start();
        } catch (EngineException e) {
            throw new MachineException(e.getMessage() + limitToBlame(e.errno));
        }
    }

    /** A limit that may be why the host refused. */
    private static String limitToBlame(int errno) {
        if (errno == Errno.ENOMEM.number() && Processes.softLimit(Processes.RLIMIT_AS) != -1) {
            return " (addresses are limited here: ulimit -v)";
        }
        return errno == Errno.EFBIG.number() ? " (the size of files is limited here: ulimit -f)" : "";
    }

    private static PageStore pages(MachineConfig config, long memory) {
        try {
            return new HostPageStore("umlaut-" + config.name(), memory);
        } catch (HostException e) {
            throw new MachineException("cannot make the guest's memory: " + e.getMessage() + limitToBlame(e.errno));
        }
    }

    static Kernel kernel(Engine engine, MachineConfig config, Tracer tracer, Consumer<KernelLog.Entry> listener) {
        Clock clock = clock(config);
        KernelLog log = new KernelLog(clock, listener);
        long memory = config.memoryBytes() > 0 ? config.memoryBytes() : hostMemory();
        int cpus = engine.cpu().cpus();
        if (config.cpus() > 0) {
            cpus = Math.min(cpus, (int) Math.ceil(config.cpus()));
        }
        int pids = config.pidsLimit() > 0 ? config.pidsLimit() : DEFAULT_PIDS;
        Kernel kernel = new Kernel(
                engine,
                new KernelConfig(config.name(), config.hostname(), memory, cpus, pids),
                clock,
                log,
                pages(config, memory),
                tracer);
        kernel.vfs.register(new DevPtsType());
        StandardFileSystems.register(kernel);
        if (clock instanceof VirtualClock virtual) {
            virtual.start(kernel);
        }
        return kernel;
    }

    private static Clock clock(MachineConfig config) {
        UmlConfig uml = config.uml();
        if (uml == null || uml.time().mode() == UmlConfig.TimeMode.REAL) {
            return new HostClock();
        }
        long start = uml.time().startSeconds();
        return new VirtualClock(
                uml.time().mode() == UmlConfig.TimeMode.INFINITE_CPU,
                start < 0 ? new HostClock().realtimeNs() : start * NS_PER_S);
    }

    /** What the kernel has to say that its owner must know: errors. The rest is in the guest's dmesg, and that it ends its owner sees. */
    static void show(KernelLog.Entry entry) {
        if (entry.level() <= ERROR_LEVEL && entry.level() > 0) {
            System.err.print("umlaut: " + entry.text() + "\r\n");
        }
    }

    private static long hostMemory() {
        MemorySegment info = Scratch.room();
        if (HostCalls.call(SYSINFO, info.address()) != 0) {
            return 1L << 32;
        }
        return info.get(Layouts.LONG, TOTAL_RAM) * Math.max(1, info.get(Layouts.INT, MEM_UNIT));
    }
}
