package umlaut.machine.uml;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a User-mode Linux's command line says, beyond what every machine has; immutable. As with any Linux, what is wrong in it does not keep the kernel from booting: it is in {@link #problems}, for
 * the log.
 *
 * @param commandLine as /proc/cmdline shows it
 * @param disks by number, 0 is /dev/ubda
 * @param lines by the name of the device they are for: "con0", "ssl12"; "con" and "ssl" are for all others
 * @param console name of the terminal that /dev/console is and the kernel writes to: "tty0"
 * @param networks in the order given
 * @param rootInit init= or null
 * @param initArguments words for init, in order
 * @param initEnvironment variables for init
 * @param initrd cpio archive, perhaps compressed, or null
 * @param memory iomem= regions, by name
 */
public record UmlConfig(
        String commandLine,
        Identity identity,
        SortedMap<Integer, UbdDisk> disks,
        Root root,
        Map<String, String> lines,
        String console,
        Xterm xterm,
        List<NetSpec> networks,
        @Nullable String rootInit,
        String initrdInit,
        List<String> initArguments,
        List<String> initEnvironment,
        @Nullable Path initrd,
        Map<String, Path> memory,
        HostRoot hostRoot,
        Printk printk,
        int panicSeconds,
        boolean noReboot,
        TimeTravel time,
        List<String> problems) {

    /**
     * Who the machine is to others on the host.
     *
     * @param umid null: a made-up one
     * @param directory where its directory is made, uml_dir=
     * @param notifySocket one that is told of the mconsole's, or null
     */
    public record Identity(
            @Nullable String umid, Path directory, @Nullable String notifySocket) {}

    /**
     * @param device /dev/ubda, 98:0, ...
     * @param type file systems to try, with commas between them; null: all that need a disk
     */
    public record Root(String device, @Nullable String type, String options, boolean readOnly) {}

    /** Which terminal emulator is started for a console on an xterm, with the switches that give it a title and a command. */
    public record Xterm(String program, String titleSwitch, String execSwitch) {}

    /** hostfs=: what mounts of hostfs are confined to, and whether their files are only appended to. */
    public record HostRoot(Path directory, boolean append) {}

    /**
     * @param level messages of lower levels go to the console
     * @param stderr they go to the standard error output as well
     */
    public record Printk(int level, boolean stderr) {}

    /** How time goes: as the host's, jumping when nobody runs, or standing still besides while anybody does. */
    public enum TimeMode {
        REAL,
        BASIC,
        INFINITE_CPU
    }

    /** @param startSeconds of the real-time clock at boot, since 1970; negative: the host's */
    public record TimeTravel(TimeMode mode, long startSeconds) {}

    public UmlConfig {
        disks = java.util.Collections.unmodifiableSortedMap(new java.util.TreeMap<>(disks));
        lines = Map.copyOf(lines);
        networks = List.copyOf(networks);
        initArguments = List.copyOf(initArguments);
        initEnvironment = List.copyOf(initEnvironment);
        memory = Map.copyOf(memory);
        problems = List.copyOf(problems);
    }
}
