package umlaut.machine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.RebootConst;
import umlaut.engine.Engine;
import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.GuestProcess;
import umlaut.kernel.task.Init;
import umlaut.kernel.task.Limits;
import umlaut.kernel.task.ProcessSpec;
import umlaut.kernel.task.Reaper;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.FileTable;
import umlaut.kernel.vfs.FsContext;
import umlaut.kernel.vfs.LookupContext;
import umlaut.kernel.vfs.Path;
import umlaut.net.Network;

/**
 * A guest from power-on to power-off: engine, kernel, mounts, the first process and its console (Linux: init/main.c; docker run). Used by one
 * thread; ends with the process that it runs in.
 */
public final class Machine implements AutoCloseable {
    private static final int SIGNAL_MASK = 0x7f, SIGNAL_BASE = 128;
    private static final int CLOSE_MS = 500;

    private final MachineConfig config;
    private final GuestUsers users;
    private final TraceOutput trace;
    private final Engine engine;
    private final Kernel kernel;
    private final Disks disks;
    private final GuestNetwork network;
    private final List<Thread> guards = new ArrayList<>();

    /** @throws MachineException when this host cannot run guests */
    public Machine(MachineConfig config) {
        this(config, Boot.engine());
    }

    /** @param engine becomes the machine's own */
    Machine(MachineConfig config, Engine engine) {
        this.config = config;
        this.engine = engine;
        trace = new TraceOutput(config.trace());
        kernel = Boot.kernel(engine, config, trace.tracer());
        Network net = Network.attach(kernel);
        disks = new Disks(kernel);
        try {
            disks.attach(config.root(), config.disks());
            users = new RootFs(kernel, config, disks).mountAll();
            network = GuestNetwork.connect(net.initial, kernel.log, config.network());
        } catch (RuntimeException e) {
            disks.close();
            throw e;
        }
    }

    /**
     * Runs the first process to its end.
     *
     * @return its exit status, or 128+n for a death by signal n
     * @throws MachineException when it cannot be started
     */
    public int run() {
        Credentials who = users.credentials(config.user());
        Map<String, String> environment = environment(who);
        LookupContext boot = LookupContext.kernel(kernel.vfs.namespace());
        Path directory = workDir(boot);
        List<String> arguments = arguments(who);
        String program = CommandPath.find(
                kernel.vfs,
                boot.as(who).at(directory),
                arguments.getFirst(),
                environment.getOrDefault("PATH", CommandPath.DEFAULT));
        SignalForwarder signals = new SignalForwarder(kernel, config.boot());
        try (GuestConsole console = GuestConsole.open(kernel, config, who)) {
            List<String> variables = new ArrayList<>();
            environment.forEach((name, value) -> variables.add(name + "=" + value));
            ProcessSpec spec = new ProcessSpec(
                    program,
                    arguments,
                    variables,
                    who,
                    new FsContext(boot.root(), directory, 022),
                    new FileTable(),
                    limits(),
                    task -> prepare(task, console));
            if (config.init()) {
                Reaper.start(kernel, new FsContext(boot.root(), boot.root(), 022));
            }
            GuestProcess process = start(spec);
            signals.start(process, console.terminal());
            startGuards();
            Optional<Errno> problem = process.started().join();
            if (problem.isPresent()) {
                throw CommandPath.failure(arguments.getFirst(), problem.get());
            }
            int status = process.status().join();
            if (config.boot() && kernel.rebootCommand != 0) {
                return 0;
            }
            int signal = status & SIGNAL_MASK;
            return signal == 0 ? status >> 8 & 0xff : SIGNAL_BASE + signal;
        }
    }

    /** After {@link #run}: was it for a restart that the guest ended? */
    public boolean wantsRestart() {
        return kernel.rebootCommand == RebootConst.LINUX_REBOOT_CMD_RESTART
                || kernel.rebootCommand == RebootConst.LINUX_REBOOT_CMD_RESTART2;
    }

    /**
     * Has the hot paths of everything compiled before the guest comes to need them: see {@link Rehearsal}.
     *
     * @param command a program, and its arguments, that does what programs do most
     */
    public void rehearse(List<String> command) {
        if (engine.cpu().cpus() > 1 && Rehearsal.hasRoom()) {
            new Rehearsal(engine, command).start();
        }
    }

    /** Runs a program to its end, without a console. */
    void runUnseen(List<String> command) {
        Credentials who = users.credentials(null);
        Path root = LookupContext.kernel(kernel.vfs.namespace()).root();
        ProcessSpec spec = new ProcessSpec(
                command.getFirst(),
                command,
                List.of("PATH=" + CommandPath.DEFAULT),
                who,
                new FsContext(root, root, 022),
                new FileTable(),
                limits(),
                task -> task.group.unkillable = false);
        start(spec).status().join();
    }

    private void prepare(Task task, GuestConsole console) {
        // The command dies of a signal as it would on the host, although it is pid 1.
        task.group.unkillable = config.boot();
        console.giveTo(task);
    }

    private GuestProcess start(ProcessSpec spec) {
        try {
            return Init.start(kernel, spec);
        } catch (ErrnoException e) {
            throw new MachineException(
                    "cannot start the guest's first process: " + e.errno().name());
        }
    }

    private List<String> arguments(Credentials who) {
        List<String> arguments = new ArrayList<>();
        String entrypoint = config.entrypoint();
        if (entrypoint != null && !entrypoint.isEmpty()) {
            arguments.add(entrypoint);
        }
        arguments.addAll(config.command());
        if (arguments.isEmpty()) {
            GuestUsers.User user = users.byUid(who.uid());
            arguments.add(user != null && user.uid() == 0 ? shell(user.shell()) : "/bin/sh");
        }
        return arguments;
    }

    private String shell(String preferred) {
        try {
            kernel.vfs.lookup(LookupContext.kernel(kernel.vfs.namespace()), preferred, 0);
            return preferred;
        } catch (ErrnoException e) {
            return "/bin/sh";
        }
    }

    private Path workDir(LookupContext boot) {
        String directory = config.workDir();
        if (directory == null) {
            return boot.root();
        }
        MountPoint.make(kernel.vfs, boot, directory, false);
        Path path = kernel.vfs.lookup(boot, directory, 0);
        if (!path.inode().isDirectory()) {
            throw new MachineException("--workdir: '" + directory + "' is no directory in the guest");
        }
        return path;
    }

    private Map<String, String> environment(Credentials who) {
        GuestUsers.User user = users.byUid(who.uid());
        Map<String, String> all = new LinkedHashMap<>();
        all.put("PATH", CommandPath.DEFAULT);
        all.put("HOSTNAME", config.hostname());
        all.put("HOME", user == null ? "/" : user.home());
        all.putAll(config.environment());
        return all;
    }

    private Limits limits() {
        Limits limits = new Limits();
        config.rlimits().forEach((number, limit) -> limits.put(number, limit.soft(), limit.hard()));
        return limits;
    }

    private void startGuards() {
        if (config.memoryBytes() > 0) {
            guards.add(
                    Thread.ofPlatform().daemon().name("memory").start(new MemoryGuard(kernel, config.memoryBytes())));
        }
        if (config.cpus() > 0 && config.cpus() < engine.cpu().cpus()) {
            guards.add(Thread.ofPlatform().daemon().name("cpus").start(new CpuGovernor(kernel, config.cpus())));
        }
    }

    /**
     * Ends every process of the guest. They are gone when this returns, unless the host is slow to end them; none outlives the process that the machine runs
     * in.
     */
    @Override
    public void close() {
        guards.forEach(Thread::interrupt);
        network.close();
        Thread closer = Thread.ofPlatform().daemon().name("close").start(engine::close);
        try {
            closer.join(Duration.ofMillis(CLOSE_MS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        disks.close();
        kernel.pages.close();
        trace.close();
    }

    /** For tests and tools that look inside. */
    @Nullable Kernel kernel() {
        return kernel;
    }
}
