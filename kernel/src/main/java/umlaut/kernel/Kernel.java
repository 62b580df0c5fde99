package umlaut.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import umlaut.engine.Engine;
import umlaut.kernel.aio.Aio;
import umlaut.kernel.cgroup.Cgroups;
import umlaut.kernel.coredump.CoreSettings;
import umlaut.kernel.futex.FutexFamily;
import umlaut.kernel.ipc.Ipc;
import umlaut.kernel.keys.KeysFamily;
import umlaut.kernel.mm.PageStore;
import umlaut.kernel.mqueue.MqueueFamily;
import umlaut.kernel.mqueue.MqueueFs;
import umlaut.kernel.ns.Namespaces;
import umlaut.kernel.syscall.Families;
import umlaut.kernel.syscall.Syscalls;
import umlaut.kernel.system.SwapAreas;
import umlaut.kernel.system.Syslog;
import umlaut.kernel.sysv.SysvFamily;
import umlaut.kernel.task.AnsweredTasks;
import umlaut.kernel.task.KernelThreads;
import umlaut.kernel.task.ProcessAccounting;
import umlaut.kernel.task.ProcessHooks;
import umlaut.kernel.task.ScratchPool;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskTable;
import umlaut.kernel.task.UserTable;
import umlaut.kernel.time.Clock;
import umlaut.kernel.time.KernelTimers;
import umlaut.kernel.time.TimeKeeper;
import umlaut.kernel.trace.Tracer;
import umlaut.kernel.vfs.Vfs;

/**
 * One guest's kernel: everything that Linux keeps in globals, as an object, so that one JVM can hold many. Immutable after construction but for what its parts guard
 * themselves.
 */
public final class Kernel {
    public final Engine engine;
    public final KernelConfig config;
    public final Clock clock;
    public final KernelLog log;
    public final Syslog syslog = new Syslog();
    public final PageStore pages;
    public final TaskTable tasks = new TaskTable();
    public final UserTable users = new UserTable();
    public final ProcessHooks processHooks = new ProcessHooks();
    public final KernelTimers timers;
    public final AnsweredTasks answered;
    public final KernelThreads threads;
    public final ScratchPool scratches = new ScratchPool();
    public final Vfs vfs;
    public final UtsName uts;
    public final Syscalls syscalls;
    public final Tracer tracer;
    public final Ipc ipc;
    public final Aio aio = new Aio();
    public final MqueueFs mqueues;
    public final FutexFamily futexes = new FutexFamily();
    public final TimeKeeper timeKeeper;
    public final SystemLimits limits = new SystemLimits();
    public final CoreSettings coreSettings = new CoreSettings();
    /** Files that the kernel's parts show in /proc and in /sys. */
    public final KernelFiles procFiles = new KernelFiles();

    public final ProcessAccounting accounting = new ProcessAccounting();
    public final SwapAreas swap = new SwapAreas();
    public final Cgroups cgroups = new Cgroups(this);
    public final Namespaces namespaces;
    public final KernelFiles sysFiles = new KernelFiles();
    public final long bootMonotonicNs;

    /** Ctrl-Alt-Del restarts the machine at once; else it is for init, by SIGINT (reboot(2), LINUX_REBOOT_CMD_CAD_ON). */
    public volatile boolean ctrlAltDelRestarts = true;

    /** The last LINUX_REBOOT_CMD_* of reboot(2), 0 = none: why pid 1 has ended. */
    public volatile int rebootCommand;

    /** What there is for programs and files, which may be changed while the machine runs. */
    private volatile long memoryBytes;

    private final ThreadLocal<Task> current = new ThreadLocal<>();

    /** Logins since boot, for /proc/PID/sessionid. */
    public final AtomicInteger auditSessions = new AtomicInteger();

    /** Processes forked since boot, for /proc/stat. */
    public final AtomicLong forks = new AtomicLong();

    public Kernel(Engine engine, KernelConfig config, Clock clock, KernelLog log, PageStore pages, Tracer tracer) {
        this.engine = engine;
        this.config = config;
        this.clock = clock;
        this.log = log;
        this.pages = pages;
        this.tracer = tracer;
        this.memoryBytes = config.memoryBytes();
        this.bootMonotonicNs = clock.monotonicNs();
        this.timers = new KernelTimers(clock);
        this.answered = new AnsweredTasks(this);
        this.threads = new KernelThreads(config.name());
        this.vfs = new Vfs(this);
        this.uts = new UtsName(config.hostname());
        this.syscalls = new Syscalls(this);
        SysvFamily sysv = new SysvFamily(this);
        Families.addAll(this);
        this.syscalls.add(sysv);
        this.namespaces = new Namespaces(this, sysv);
        this.ipc = new Ipc(this);
        this.mqueues = new MqueueFs(this);
        this.vfs.register(mqueues);
        this.syscalls.add(new MqueueFamily(mqueues));
        this.timeKeeper = new TimeKeeper(this);
        this.syscalls.add(futexes);
        this.syscalls.add(new KeysFamily(this));
    }

    public long memoryBytes() {
        return memoryBytes;
    }

    public void setMemoryBytes(long bytes) {
        memoryBytes = bytes;
    }

    /** The task whose kernel thread the caller is, for the few operations that depend on who asks; null on other threads (Linux: current). */
    public @Nullable Task current() {
        Task task = current.get();
        return task == null ? null : task.actingAs();
    }

    /** The task whose kernel thread the caller is, even while it acts for another. */
    public @Nullable Task onThread() {
        return current.get();
    }

    /** By the task, as its thread begins and ends. */
    public void setCurrent(@Nullable Task task) {
        if (task == null) {
            current.remove();
        } else {
            current.set(task);
        }
    }
}
