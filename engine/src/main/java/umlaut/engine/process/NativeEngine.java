package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.engine.AddressSpace;
import umlaut.engine.CpuFeatures;
import umlaut.engine.Engine;
import umlaut.engine.EngineException;
import umlaut.engine.KnownPaths;
import umlaut.host.Files;
import umlaut.host.HostCalls;
import umlaut.host.HostException;
import umlaut.host.Layouts;
import umlaut.host.Memory;
import umlaut.host.Processes;
import umlaut.host.Syscall;

/**
 * Runs guest code at the host CPU's speed, each address space a host process ({@link Zygote} is the first). Needs Linux 5.10 with seccomp and /proc,
 * and no privileges.
 */
public final class NativeEngine implements Engine {
    private static final int EAGAIN = 11, EACCES = 13, EINVAL = 22;

    final CopyTable copyTable = new CopyTable();
    final StubImage image;
    final AreaFile areas;
    final Reaper reaper;
    final Pacer pacer;
    final TextPatcher patcher = new TextPatcher();
    final String fdDirectory;
    final boolean fsgsbase;
    private final CpuFeatures cpu;
    private final NativeAddressSpace zygote;
    private final WarmPool pool;
    final CommonFiles commonFiles = new CommonFiles();
    private final AtomicBoolean pathsClaimed = new AtomicBoolean();

    /** To be closed when the next program has been started. */
    private final ConcurrentLinkedQueue<NativeAddressSpace> replaced = new ConcurrentLinkedQueue<>();

    /** @param foreground whose guests this one's give way to, or null */
    private NativeEngine(@Nullable NativeEngine foreground) {
        boolean background = foreground != null;
        long allCpus = Processes.affinity();
        if (background && allCpus != 0) {
            Processes.setAffinity(0, Pacer.backgroundCpus(allCpus)); // all kernel threads inherit it
        }
        int jvmPid = Processes.getpid();
        fdDirectory = "/proc/" + jvmPid + "/fd/";
        CpuProbe probe = new CpuProbe();
        fsgsbase = probe.fsgsbase;
        image = new StubImage(
                copyTable,
                probe.features.xfeatures(),
                probe.features.xsaveSize(),
                fsgsbase,
                jvmPid,
                hasCapabilities(),
                hasCloseRange());
        pacer = new Pacer(probe.features.cpus(), foreground == null ? null : foreground.pacer);
        areas = new AreaFile();
        int slot = areas.allocate();
        int textFd = image("umlaut-stub", image.bytes, 0);
        int areaFd = (int) HostException.check("dup", Files.fcntl(areas.fd, 0, 3));
        ServiceSecret secret = ServiceSecret.random();
        int bootFd = image("umlaut-boot", BootElf.build(image, secret, textFd, areaFd, slot), Memory.MFD_CLOEXEC);
        CompletableFuture<Long> pid = new CompletableFuture<>();
        reaper = Reaper.start(areas, "/proc/self/fd/" + bootFd, background, allCpus, pid);
        long started = pid.join();
        Files.close(bootFd);
        Files.close(textFd);
        Files.close(areaFd);
        if (started < 0) {
            throw new EngineException((int) -started, "the host does not start the stub program: " + whyNot(-started));
        }
        zygote = NativeAddressSpace.zygote(this, slot, (int) started);
        reaper.register(null, (int) started, zygote);
        long vdso;
        try {
            vdso = Zygote.setUp(zygote, image, secret, areaFd);
        } catch (EngineException e) {
            reaper.killAll();
            throw e;
        }
        CpuFeatures f = probe.features;
        cpu = new CpuFeatures(f.hwcap(), f.hwcap2(), f.minSignalStack(), f.xsaveSize(), f.xfeatures(), vdso, f.cpus());
        pool = new WarmPool(zygote);
    }

    /** Starts an engine. @throws EngineException with one line that says what the host lacks */
    public static NativeEngine start() {
        return start(null);
    }

    /**
     * Starts an engine whose guest code runs at a low priority, and so whose kernel threads have only so much to do. (Kernel threads must not be so themselves: the JVM stops for each of its threads,
     * and one that is kept from running would keep all others waiting; but they, and the caller, leave one processor alone.)
     *
     * @param foreground one whose guests come first
     * @throws EngineException as {@link #start()}
     */
    public static NativeEngine startInBackground(NativeEngine foreground) {
        return start(foreground);
    }

    private static NativeEngine start(@Nullable NativeEngine foreground) {
        HostRequirements.check();
        try {
            return new NativeEngine(foreground);
        } catch (HostException e) {
            throw new EngineException(e.errno, "cannot start the engine: " + e.getMessage());
        }
    }

    private static String whyNot(long error) {
        String message = Errno.of((int) error).message();
        return error == EAGAIN ? message + " (a limit on processes: ulimit -u, or the container's)" : message;
    }

    private static boolean hasCloseRange() {
        return HostCalls.call(Syscall.CLOSE_RANGE, Integer.MAX_VALUE - 1, Integer.MAX_VALUE, 0) == 0;
    }

    private static boolean hasCapabilities() {
        return HostRequirements.statusField("CapEff").chars().anyMatch(c -> c != '0');
    }

    /** A memfd with the given contents, which may be executed. */
    private static int image(String name, byte[] bytes, int flags) {
        long fd = Memory.memfd(name, flags | Memory.MFD_EXEC);
        if (fd == -EINVAL) { // before Linux 6.3
            fd = Memory.memfd(name, flags);
        }
        if (fd == -EACCES) {
            throw new EngineException(
                    EACCES, "this host forbids executable memfds: set vm.memfd_noexec to 1 or 0 (sysctl)");
        }
        HostException.check("memfd_create", fd);
        HostException.check("ftruncate", Files.ftruncate((int) fd, bytes.length));
        MemorySegment map = Memory.map((int) fd, 0, bytes.length, Memory.PROT_READ | Memory.PROT_WRITE);
        MemorySegment.copy(bytes, 0, map, Layouts.BYTE, 0, bytes.length);
        Memory.munmap(map);
        return (int) fd;
    }

    @Override
    public KnownPaths claimKnownPaths() {
        return pathsClaimed.compareAndSet(false, true) ? new PathTable(areas.paths()) : KnownPaths.NONE;
    }

    @Override
    public AddressSpace newAddressSpace() {
        return pool.take();
    }

    /** Some program is under way: time to make ready for the next one. */
    void programStarted() {
        closeReplaced();
        pool.refill();
    }

    /** The zygote has some to open. */
    void openCommonFiles() {
        pool.wake();
    }

    void closeWithNextStart(NativeAddressSpace space) {
        replaced.add(space);
    }

    /** Or when its successor has come to nothing. */
    void closeReplaced() {
        for (NativeAddressSpace space = replaced.poll(); space != null; space = replaced.poll()) {
            space.kill();
        }
    }

    @Override
    public long taskSize() {
        return Layout.TASK_SIZE;
    }

    @Override
    public CpuFeatures cpu() {
        return cpu;
    }

    @Override
    public void expectBackgroundWork(int threads) {
        pacer.expectBackgroundWork(threads);
    }

    @Override
    public boolean hasIdleProcessor() {
        return pacer.hasIdleProcessor();
    }

    @Override
    public void close() {
        pool.close();
        reaper.killAll();
        reaper.join();
        areas.close();
        patcher.close();
        pacer.close();
    }
}
