package umlaut.machine;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.machine.uml.UmlConfig;

/**
 * Everything that describes one machine before it boots; immutable. Command lines are turned into this, and nothing else of them
 * reaches the machine.
 *
 * @param name what people call the machine
 * @param image what its root file system is made from; {@link #HOST_IMAGE} is the host's own userland
 * @param root the disk with the image's root file system, /dev/ubda; null: there is none, as for {@link #HOST_IMAGE}
 * @param boot the image's own init is run, which does all that a system's start takes; else the machine does what a container engine does
 * @param hostname the guest's node name, as uname(2) tells it
 * @param init the command is not pid 1, but another process, which takes in orphans
 * @param command program and arguments of the first process; empty means the image's default, a shell
 * @param entrypoint put before the command when not null; an empty string clears the image's own
 * @param environment variables of the first process, added to the defaults
 * @param workDir working directory of the first process, made if it is missing
 * @param user who runs the first process: uid[:gid], or names the guest knows; null is root
 * @param volumes host directories and files shown in the guest
 * @param disks block devices behind the root's: /dev/ubda the first if there is none
 * @param tmpfs further tmpfs mounts: path to mount options (size=64m,mode=1777), which may be empty
 * @param readOnly the root file system refuses writes (EROFS)
 * @param memoryBytes limit over all processes and files in memory; 0 is none
 * @param cpus processors' worth of time the guest may use; 0 is no limit
 * @param pidsLimit most threads at once; 0 is the kernel's own maximum
 * @param rlimits soft and hard resource limits of the first process, by the number setrlimit(2) has for each
 * @param network how it is connected to the outside
 * @param terminal the first process has a terminal of the guest's own
 * @param uml what a User-mode Linux's command line says; null: the machine is none
 * @param trace where strace-like lines go; null is nowhere, {@link #TRACE_STDERR} the host's stderr
 */
public record MachineConfig(
        String name,
        String image,
        @Nullable Disk root,
        boolean boot,
        String hostname,
        boolean init,
        List<String> command,
        @Nullable String entrypoint,
        Map<String, String> environment,
        @Nullable String workDir,
        @Nullable String user,
        List<Volume> volumes,
        List<Disk> disks,
        Map<String, String> tmpfs,
        boolean readOnly,
        long memoryBytes,
        double cpus,
        int pidsLimit,
        Map<Integer, Limit> rlimits,
        NetworkConfig network,
        boolean terminal,
        @Nullable UmlConfig uml,
        @Nullable Path trace) {
    public static final String HOST_IMAGE = "host";
    public static final Path TRACE_STDERR = Path.of("-");

    public MachineConfig {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        volumes = List.copyOf(volumes);
        disks = List.copyOf(disks);
        tmpfs = Map.copyOf(tmpfs);
        rlimits = Map.copyOf(rlimits);
    }

    /**
     * A host directory or file shown in the guest.
     *
     * @param source absolute path on the host
     * @param target absolute path in the guest
     */
    public record Volume(Path source, String target, boolean readOnly) {}

    /**
     * A block device of the guest.
     *
     * @param file the image: raw, qcow2, or a copy-on-write file of User-mode Linux
     * @param cow where changes go instead of into the image; null: into the image
     */
    public record Disk(
            Path file, boolean readOnly, @Nullable Path cow) {}

    /** A resource limit; -1 is RLIM_INFINITY. */
    public record Limit(long soft, long hard) {}
}
