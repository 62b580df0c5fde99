package umlaut.machine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.GuestProcess;
import umlaut.kernel.task.Init;
import umlaut.kernel.task.Limits;
import umlaut.kernel.task.ProcessSpec;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.FileTable;
import umlaut.kernel.vfs.FsContext;
import umlaut.kernel.vfs.LookupContext;
import umlaut.kernel.vfs.Path;

/** Starts programs in a kernel from outside, by docker's rules for what a command line leaves open: variables, directory, shell. */
final class Starter {
    private static final int UMASK = 022;

    private final Kernel kernel;
    private final MachineConfig config;
    private final LookupContext boot;

    Starter(Kernel kernel, MachineConfig config) {
        this.kernel = kernel;
        this.config = config;
        boot = LookupContext.kernel(kernel.vfs.namespace());
    }

    FsContext atRoot() {
        return new FsContext(boot.root(), boot.root(), UMASK);
    }

    /**
     * Starts a program and waits until it runs.
     *
     * @param users the guest's, now
     * @param makeDirectory the working directory is made if it is missing
     * @param prepare gives the new task its descriptors
     * @throws MachineException when it cannot be started
     */
    GuestProcess start(
            ExecConfig what, Credentials who, GuestUsers users, boolean makeDirectory, Consumer<Task> prepare) {
        Map<String, String> environment = environment(what, users.byUid(who.uid()));
        Path directory = workDir(what.workDir(), makeDirectory);
        List<String> arguments = what.command().isEmpty() ? List.of(shell(who, users)) : what.command();
        String program = CommandPath.find(
                kernel.vfs,
                boot.as(who).at(directory),
                arguments.getFirst(),
                environment.getOrDefault("PATH", CommandPath.DEFAULT));
        List<String> variables = new ArrayList<>();
        environment.forEach((name, value) -> variables.add(name + "=" + value));
        GuestProcess process = start(new ProcessSpec(
                program,
                arguments,
                variables,
                who,
                new FsContext(boot.root(), directory, UMASK),
                new FileTable(),
                limits(),
                prepare));
        Optional<Errno> problem = process.started().join();
        if (problem.isPresent()) {
            throw CommandPath.failure(arguments.getFirst(), problem.get());
        }
        return process;
    }

    /** @param command with its whole path; as root, without descriptors */
    GuestProcess startPlain(List<String> command, Consumer<Task> prepare) {
        return start(new ProcessSpec(
                command.getFirst(),
                command,
                List.of("PATH=" + CommandPath.DEFAULT),
                Credentials.ROOT,
                atRoot(),
                new FileTable(),
                limits(),
                prepare));
    }

    /** Process 1 of a system that is booted, which {@code task.group.unkillable} protects. */
    GuestProcess startInit(String program, List<String> arguments, List<String> variables, Consumer<Task> prepare) {
        return start(new ProcessSpec(
                program,
                arguments,
                variables,
                Credentials.ROOT,
                new FsContext(boot.root(), boot.root(), UMASK),
                new FileTable(),
                limits(),
                prepare));
    }

    private GuestProcess start(ProcessSpec spec) {
        try {
            return Init.spawn(kernel, spec);
        } catch (ErrnoException e) {
            throw new MachineException(
                    "cannot start a process in the guest: " + e.errno().message());
        }
    }

    private String shell(Credentials who, GuestUsers users) {
        GuestUsers.User user = users.byUid(who.uid());
        if (user == null || user.uid() != 0) {
            return "/bin/sh";
        }
        try {
            kernel.vfs.lookup(boot, user.shell(), 0);
            return user.shell();
        } catch (ErrnoException e) {
            return "/bin/sh";
        }
    }

    private Path workDir(@Nullable String directory, boolean make) {
        if (directory == null) {
            return boot.root();
        }
        if (make) {
            MountPoint.make(kernel.vfs, boot, directory, false);
        }
        try {
            Path path = kernel.vfs.lookup(boot, directory, 0);
            if (path.inode().isDirectory()) {
                return path;
            }
        } catch (ErrnoException e) {
            throw new MachineException(
                    MachineException.CANNOT_EXECUTE,
                    "--workdir: '" + directory + "' in the guest: " + e.errno().message());
        }
        throw new MachineException("--workdir: '" + directory + "' is no directory in the guest");
    }

    private Map<String, String> environment(ExecConfig what, GuestUsers.@Nullable User user) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("PATH", CommandPath.DEFAULT);
        all.put("HOSTNAME", config.hostname());
        all.put("HOME", user == null ? "/" : user.home());
        all.putAll(config.environment());
        all.putAll(what.environment());
        return all;
    }

    private Limits limits() {
        Limits limits = new Limits();
        config.rlimits().forEach((number, limit) -> limits.put(number, limit.soft(), limit.hard()));
        return limits;
    }
}
