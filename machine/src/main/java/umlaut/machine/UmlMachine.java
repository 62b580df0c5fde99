package umlaut.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import umlaut.abi.ErrnoException;
import umlaut.abi.Mode;
import umlaut.abi.OpenFlags;
import umlaut.kernel.Kernel;
import umlaut.kernel.KernelLog;
import umlaut.kernel.UtsName;
import umlaut.kernel.task.GuestProcess;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.LookupContext;
import umlaut.kernel.vfs.Path;
import umlaut.machine.console.KernelConsole;
import umlaut.machine.console.Lines;
import umlaut.machine.console.Screen;
import umlaut.machine.mconsole.Mconsole;
import umlaut.machine.mconsole.UmidDirectory;
import umlaut.machine.uml.UmlConfig;
import umlaut.net.core.NetNamespace;

/**
 * What a User-mode Linux has beyond other machines, in the order in which it boots (Linux: init/main.c, arch/um/kernel/um_arch.c): the log on its consoles, disks by number, network devices, its root, init. What is
 * wrong on its command line is logged and does not stop it; without a root or an init it panics, which ends the process with {@link MachineException#PANIC}.
 */
final class UmlMachine implements AutoCloseable {
    private static final int AT_FDCWD = -100, STREAMS = 3, EMERGENCY = 0;
    private static final int WARNING = 4, DEBUG = 7;
    private static final List<String> INITS = List.of("/sbin/init", "/etc/init", "/bin/init", "/bin/sh");

    private final UmlConfig config;
    private final KernelConsole console = new KernelConsole();
    private @Nullable Kernel kernel;
    private @Nullable Lines lines;
    private @Nullable UmlNetwork network;
    private @Nullable UmidDirectory directory;
    private @Nullable Mconsole mconsole;
    /** A root from an initrd has its own idea of init. */
    private boolean initrd;

    UmlMachine(UmlConfig config) {
        this.config = config;
    }

    Consumer<KernelLog.Entry> logListener() {
        return console.listener();
    }

    /** @throws MachineException when it panics */
    void boot(Kernel booting, Disks disks, NetNamespace net, LongConsumer setMemory) {
        kernel = booting;
        KernelLog log = booting.log;
        log.consoleLevel = config.printk().level();
        banner(booting);
        console.start(log);
        if (config.printk().stderr()) {
            console.add(text -> {
                System.err.writeBytes(text);
                return true;
            });
        }
        directory = UmidDirectory.make(config.identity(), log);
        Lines terminals = new Lines(booting, config, console);
        lines = terminals;
        disks.attach(config.disks());
        UmlNetwork cables = new UmlNetwork(net, log);
        network = cables;
        config.networks().forEach(cables::add);
        openMconsole(
                new UmlHardware(booting, UmlDevices.all(booting, disks, config.disks(), cables, terminals, setMemory)),
                booting);
        UmlRoot root = new UmlRoot(booting, disks, config);
        try {
            initrd = root.mount();
        } catch (MachineException e) {
            throw panic(String.valueOf(e.getMessage()));
        }
    }

    private void openMconsole(UmlHardware hardware, Kernel booting) {
        UmidDirectory own = directory;
        if (own == null) {
            return;
        }
        Mconsole opened =
                Mconsole.open(own, hardware, booting.log, config.identity().notifySocket());
        mconsole = opened;
        if (opened != null && opened.notifies()) {
            booting.procFiles.control("mconsole", (task, text) -> opened.user(text));
        }
    }

    private void banner(Kernel booting) {
        KernelLog log = booting.log;
        log.log(
                5,
                "Linux version " + UtsName.RELEASE + " (umlaut) (Java "
                        + Runtime.version().feature() + ") " + UtsName.VERSION);
        log.log(5, "Kernel command line: " + config.commandLine());
        for (String problem : config.problems()) {
            log.log(problem.startsWith("Unknown kernel") ? 5 : 3, problem);
        }
        booting.procFiles.text("cmdline", t -> config.commandLine() + "\n");
        long kib = booting.memoryBytes() >> 10;
        log.info(String.format(Locale.ROOT, "Memory: %dK/%dK available", kib, kib));
        log.info("smp: Brought up 1 node, " + booting.config.cpus() + " CPU" + (booting.config.cpus() == 1 ? "" : "s"));
        for (String family : List.of("NETLINK/PF_ROUTE", "INET", "INET6", "UNIX/PF_LOCAL", "PACKET")) {
            log.info("NET: Registered PF_" + family + " protocol family");
        }
    }

    /** The kernel's last words. @return to be thrown */
    MachineException panic(String why) {
        Kernel dying = kernel;
        if (dying != null) {
            dying.log.log(EMERGENCY, "Kernel panic - not syncing: " + why);
            dying.log.log(EMERGENCY, "---[ end Kernel panic - not syncing: " + why + " ]---");
        }
        Mconsole told = mconsole;
        if (told != null) {
            told.panic(why);
        }
        return new MachineException(MachineException.PANIC, "Kernel panic - not syncing: " + why);
    }

    /** Starts process 1. @throws MachineException when it panics */
    GuestProcess startInit(Starter starter, Kernel booting) {
        String program = init(booting);
        List<String> arguments = new ArrayList<>(List.of(program));
        arguments.addAll(config.initArguments());
        booting.log.info("Run " + program + " as init process");
        booting.log.log(DEBUG, "  with arguments:");
        arguments.forEach(word -> booting.log.log(DEBUG, "    " + word));
        booting.log.log(DEBUG, "  with environment:");
        config.initEnvironment().forEach(variable -> booting.log.log(DEBUG, "    " + variable));
        GuestProcess process =
                starter.startInit(program, arguments, config.initEnvironment(), task -> giveConsole(task, booting));
        process.started().join().ifPresent(errno -> {
            throw panic("Requested init " + program + " failed (error -" + errno.number() + ").");
        });
        return process;
    }

    private String init(Kernel booting) {
        String asked = initrd ? config.initrdInit() : config.rootInit();
        if (asked != null) {
            int error = error(booting, asked);
            if (error != 0) {
                throw panic("Requested init " + asked + " failed (error -" + error + ").");
            }
            return asked;
        }
        for (String candidate : INITS) {
            if (error(booting, candidate) == 0) {
                return candidate;
            }
        }
        throw panic("No working init found.  Try passing init= option to kernel."
                + " See Linux Documentation/admin-guide/init.rst for guidance.");
    }

    /** Why it cannot be executed; 0 if it can. */
    private static int error(Kernel booting, String program) {
        try {
            Path path = booting.vfs.lookup(LookupContext.kernel(booting.vfs.namespace()), program, 0);
            int mode = path.inode().mode;
            return Mode.isRegular(mode) && (mode & 0111) != 0 ? 0 : umlaut.abi.Errno.EACCES.number();
        } catch (ErrnoException e) {
            return e.errno().number();
        }
    }

    private static void giveConsole(Task task, Kernel booting) {
        try {
            File first = task.kernel.vfs.open(task, AT_FDCWD, "/dev/console", OpenFlags.O_RDWR | OpenFlags.O_NOCTTY, 0);
            for (int i = 0; i < STREAMS; i++) {
                task.files().install(i == 0 ? first : first.acquire(), false, 0, Long.MAX_VALUE);
            }
        } catch (ErrnoException e) {
            booting.log.log(WARNING, "Warning: unable to open an initial console.");
        }
    }

    /** Null before {@link #boot}. */
    @Nullable Screen screen() {
        return lines;
    }

    /** Process 1 has ended. @return the machine's exit status */
    int ended(int status) {
        Kernel ending = kernel;
        if (ending == null || ending.rebootCommand != 0) {
            return 0;
        }
        panic(String.format(Locale.ROOT, "Attempted to kill init! exitcode=0x%08x", status));
        return MachineException.PANIC;
    }

    @Override
    public void close() {
        UmlNetwork cables = network;
        if (cables != null) {
            cables.close();
        }
        Mconsole asked = mconsole;
        if (asked != null) {
            asked.close();
        }
        UmidDirectory own = directory;
        if (own != null) {
            own.close();
        }
        Lines open = lines;
        if (open != null) {
            open.finish();
        }
        console.close();
        if (open != null) {
            open.close();
        }
    }
}
