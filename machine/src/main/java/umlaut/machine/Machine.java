package umlaut.machine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import umlaut.abi.ErrnoException;
import umlaut.abi.OpenFlags;
import umlaut.abi.RebootConst;
import umlaut.abi.Signal;
import umlaut.engine.Engine;
import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.GuestProcess;
import umlaut.kernel.task.Reaper;
import umlaut.kernel.tty.ConsoleBridge;
import umlaut.kernel.tty.PtyMaster;
import umlaut.kernel.vfs.LookupContext;
import umlaut.net.Network;

/**
 * A guest from power-on to power-off: engine, kernel, mounts, the first process and its console (Linux: init/main.c; docker run), and what is done to it from outside meanwhile. One thread starts and closes it; what
 * stands under "while it runs" is for any. Ends with the process that it runs in.
 */
public final class Machine implements AutoCloseable {
    private static final int CLOSE_MS = 500;

    private final MachineConfig config;
    private final GuestUsers users;
    private final TraceOutput trace;
    private final Engine engine;
    private final Kernel kernel;
    private final Disks disks;
    private final @Nullable UmlMachine uml;
    private final GuestNetwork network;
    private final HostStreams streams;
    private final Starter starter;
    private final Guards guards;

    /** @throws MachineException when this host cannot run guests */
    public Machine(MachineConfig config) {
        this(config, Boot.engine());
    }

    /** @param engine becomes the machine's own */
    Machine(MachineConfig config, Engine engine) {
        this.config = config;
        this.engine = engine;
        trace = new TraceOutput(config.trace());
        uml = config.uml() == null ? null : new UmlMachine(config.uml());
        kernel = Boot.kernel(engine, config, trace.tracer(), uml == null ? Boot::show : uml.logListener());
        Network net = Network.attach(kernel);
        guards = new Guards(kernel);
        disks = new Disks(kernel);
        try {
            if (uml == null) {
                disks.attach(config.root(), config.disks());
                users = new RootFs(kernel, config, disks).mountAll();
            } else {
                uml.boot(kernel, disks, net.initial, this::limitMemory);
                users = new GuestUsers();
            }
            network = GuestNetwork.connect(net.initial, kernel.log, config.network());
        } catch (RuntimeException e) {
            if (uml != null) {
                uml.close();
            }
            disks.close();
            throw e;
        }
        streams = new HostStreams(kernel);
        starter = new Starter(kernel, config);
    }

    // --- the first process ---

    /**
     * Runs the first process to its end, on this process's own terminal or streams; signals sent to this process go to it.
     *
     * @param started told when it runs
     * @return its exit status, or 128+n for a death by signal n
     * @throws MachineException when it cannot be started
     */
    public int run(Consumer<Program> started) {
        if (uml != null) {
            return run(uml, started);
        }
        Credentials who = users.credentials(config.user());
        SignalForwarder signals = new SignalForwarder(this, config.boot());
        try (GuestConsole console = GuestConsole.own(kernel, config, streams, who)) {
            Program first = startFirst(who, console);
            signals.start(first, console.terminal());
            started.accept(first);
            return await(first);
        }
    }

    private int run(UmlMachine system, Consumer<Program> started) {
        SignalForwarder signals = new SignalForwarder(this, true);
        Program first = new Program(kernel, system.startInit(starter, kernel), null);
        guards.set(new MachineLimits(config.memoryBytes(), config.cpus(), config.pidsLimit()));
        signals.start(first, system.screen());
        started.accept(first);
        return system.ended(first.process.status().join());
    }

    /**
     * Starts the first process, apart from this process's terminal and streams.
     *
     * @param given its standard streams; not used if the guest has a terminal, which {@link Program#terminal} is the far side of then
     * @throws MachineException when it cannot be started
     */
    public Program start(Streams given) {
        Credentials who = users.credentials(config.user());
        return startFirst(who, GuestConsole.detached(kernel, config, streams, who, given));
    }

    /** Signals sent to this process go to that program from now on, for the life of this process. */
    public void forwardSignals(Program first) {
        new SignalForwarder(this, config.boot()).start(first, null);
    }

    private Program startFirst(Credentials who, GuestConsole console) {
        List<String> command = new ArrayList<>();
        String entrypoint = config.entrypoint();
        if (entrypoint != null && !entrypoint.isEmpty()) {
            command.add(entrypoint);
        }
        command.addAll(config.command());
        if (config.init()) {
            Reaper.start(kernel, starter.atRoot());
        }
        ExecConfig what = new ExecConfig(command, Map.of(), config.workDir(), null);
        GuestProcess process = starter.start(what, who, users, true, task -> {
            // The command dies of a signal as it would on the host, although it is pid 1.
            task.group.unkillable = config.boot();
            console.giveTo(task);
        });
        guards.set(new MachineLimits(config.memoryBytes(), config.cpus(), config.pidsLimit()));
        return new Program(kernel, process, console.terminal() == null ? console.farSide() : null);
    }

    /** Waits for the end of the first process. @return as {@link #run} */
    public int await(Program first) {
        int status = first.status().join();
        return config.boot() && kernel.rebootCommand != 0 ? 0 : status;
    }

    /** After its end: was it for a restart that the guest ended? */
    public boolean wantsRestart() {
        return kernel.rebootCommand == RebootConst.LINUX_REBOOT_CMD_RESTART
                || kernel.rebootCommand == RebootConst.LINUX_REBOOT_CMD_RESTART2;
    }

    /** Switches a booted guest off at once, its file systems left clean. */
    public void powerOff(Program first) {
        kernel.rebootCommand = RebootConst.LINUX_REBOOT_CMD_POWER_OFF;
        Signals.kill(first.process.group(), Signal.SIGKILL);
    }

    // --- while it runs ---

    /**
     * Starts a program beside the first.
     *
     * @param given its standard streams; null: a terminal of its own, whose far side is {@link Program#terminal}
     * @throws MachineException when it cannot be started
     */
    public Program exec(ExecConfig what, @Nullable Streams given) {
        GuestUsers now =
                config.root() == null ? users : GuestUsers.of(kernel, LookupContext.kernel(kernel.vfs.namespace()));
        Credentials who = now.credentials(what.user() != null ? what.user() : config.user());
        ExecConfig where = what.workDir() != null
                ? what
                : new ExecConfig(what.command(), what.environment(), config.workDir(), what.user());
        if (given != null) {
            GuestProcess process =
                    starter.start(where, who, now, false, task -> HostStreams.giveTo(task, streams.given(given, who)));
            return new Program(kernel, process, null);
        }
        PtyMaster master = openPty(who);
        try {
            String path = "/dev/pts/" + master.number();
            GuestProcess process = starter.start(where, who, now, false, task -> GuestConsole.giveTerminal(task, path));
            return new Program(kernel, process, new GuestTerminal(new ConsoleBridge(master.tty()), master));
        } catch (RuntimeException e) {
            master.release();
            throw e;
        }
    }

    @SuppressWarnings("NullAway") // NullAway cannot see that there is a task-less open
    private PtyMaster openPty(Credentials who) {
        LookupContext boot = LookupContext.kernel(kernel.vfs.namespace());
        try {
            PtyMaster master =
                    (PtyMaster) kernel.vfs.open(boot.as(who), "/dev/ptmx", OpenFlags.O_RDWR | OpenFlags.O_NOCTTY, 0);
            master.unlock();
            kernel.vfs.lookup(boot, "/dev/pts/" + master.number(), 0);
            return master;
        } catch (ErrnoException e) {
            throw new MachineException("no terminal to be had in the guest: /dev/ptmx: "
                    + e.errno().message());
        }
    }

    /** Stops all processes where they are, until {@link #thaw} (docker pause; cgroup.freeze). */
    public void freeze() {
        kernel.cgroups.freeze(kernel.cgroups.root(), true);
    }

    public void thaw() {
        kernel.cgroups.freeze(kernel.cgroups.root(), false);
    }

    public GuestFiles files() {
        return new GuestFiles(kernel);
    }

    public MachineLimits limits() {
        return guards.limits();
    }

    /** Changes limits from now on. @throws MachineException for what cannot be changed while it runs */
    public void limit(MachineLimits fresh) {
        guards.set(fresh);
    }

    public Usage usage() {
        return new Meter(kernel, disks, network).usage(guards.limits().memoryBytes());
    }

    public List<ProcessRow> processes() {
        return new Meter(kernel, disks, network).processes();
    }

    // --- speed ---

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
        starter.startPlain(command, task -> task.group.unkillable = false)
                .status()
                .join();
    }

    // --- the end ---

    /** From now on there is that much for processes and files. */
    private void limitMemory(long bytes) {
        kernel.setMemoryBytes(bytes);
        MachineLimits now = guards.limits();
        guards.set(new MachineLimits(bytes, now.cpus(), now.pids()));
    }

    /**
     * Ends every process of the guest. They are gone when this returns, unless the host is slow to end them; none outlives the process that the machine runs
     * in.
     */
    @Override
    public void close() {
        guards.close();
        network.close();
        streams.close();
        Thread closer = Thread.ofPlatform().daemon().name("close").start(engine::close);
        try {
            closer.join(Duration.ofMillis(CLOSE_MS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        disks.close();
        if (uml != null) {
            uml.close();
        }
        kernel.pages.close();
        trace.close();
    }

    /** For tests and tools that look inside. */
    @Nullable Kernel kernel() {
        return kernel;
    }
}
