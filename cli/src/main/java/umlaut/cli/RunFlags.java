package umlaut.cli;

import java.util.List;
import java.util.Set;
import umlaut.cli.Flags.Flag;
import umlaut.cli.Flags.Kind;

/** The flags of {@code umlaut run} and its help: docker-run(1)'s names where docker has them. */
final class RunFlags {
    private static final String USAGE = """
            Usage: umlaut run [FLAGS] [IMAGE] [--] [COMMAND [ARG...]]

            Runs COMMAND in a fresh guest and ends with its exit status. Without IMAGE the guest is
            made of this host's own /usr (image 'host'); without COMMAND it is a root shell, or what
            the image says. 'umlaut image' makes images.

            Flags:
            """;
    private static final String MORE = """

            Exit status: that of COMMAND; 128+N if signal N ended it; 125 if umlaut itself failed;
            126 if COMMAND cannot be executed; 127 if it was not found.

            Networks: nat, none, switch:NAME (an Ethernet switch that guests of one user share), and
            UML's: tap:DEVICE, raw:DEVICE, fd:NUMBER, bess:SOCKET, daemon:SOCKET (uml_switch),
            vde:DIRECTORY, mcast:[GROUP[:PORT[:TTL]]], ucast:ADDRESS:OWNPORT:ITSPORT.
            Options: ip=10.1.0.1/24 gives eth0 an address (not with nat); others make a
            link worse, both ways: delay=10ms, jitter=2ms, loss=1%, duplicate=1%, reorder=5%,
            rate=10mbit, seed=7.

            Examples:
              umlaut run                                 a root shell
              umlaut run -- make -j4                     one command
              umlaut run -v .:/src -w /src -- ls -l      a host directory in the guest
              umlaut run -p 8080:80 -- nginx             http://127.0.0.1:8080 leads to the guest
              umlaut run debian                          a shell in an image
              umlaut run -m 512m --trace=/tmp/log -- ls  a limit, and a log of system calls
            """;

    private static final String BOOT_USAGE = """
            Usage: umlaut boot [FLAGS] IMAGE

            Runs the image's init on this terminal, until the guest is shut down. Its disk is kept
            with --name, and else goes when the guest ends.

            Flags:
            """;
    /** What has a meaning only where there is a command. */
    private static final Set<String> NOT_AT_BOOT = Set.of(
            "--tmpfs",
            "--read-only",
            "--env",
            "--env-file",
            "--workdir",
            "--user",
            "--entrypoint",
            "--ulimit",
            "--interactive",
            "--tty");

    private RunFlags() {}

    static List<Flag> bootTable() {
        return table().stream().filter(f -> !NOT_AT_BOOT.contains(f.name())).toList();
    }

    static String bootHelp() {
        return help(BOOT_USAGE, bootTable(), "");
    }

    static List<Flag> table() {
        return List.of(
                Flag.of("-v --volume", Kind.LIST, "SRC:DST[:ro]", "Show a host directory or file in the guest."),
                Flag.of("--disk", Kind.LIST, "FILE[,ro][,cow=FILE2]", "Attach a disk image: /dev/ubda, then ubdb..."),
                Flag.of("--tmpfs", Kind.LIST, "PATH[:OPTIONS]", "Mount an empty tmpfs (options: size=64m,mode=1777)."),
                Flag.of("--read-only", Kind.SWITCH, "", "Refuse writes to the root file system."),
                Flag.of("-e --env", Kind.LIST, "NAME[=VALUE]", "Set a variable; without a value, the host's."),
                Flag.of("--env-file", Kind.LIST, "FILE", "Read variables from a file, one NAME=VALUE a line."),
                Flag.of("-w --workdir", Kind.VALUE, "DIR", "Start in this directory of the guest."),
                Flag.of("-u --user", Kind.VALUE, "USER[:GROUP]", "Run as this user of the guest: names or numbers."),
                Flag.of("--entrypoint", Kind.VALUE, "PROGRAM", "Program that gets COMMAND as its arguments."),
                Flag.of("-h --hostname", Kind.VALUE, "NAME", "The guest's host name."),
                Flag.of("--name", Kind.VALUE, "NAME", "What to call the guest; its disk is kept."),
                Flag.of("-m --mem --memory", Kind.VALUE, "SIZE", "Most memory the guest may use: 512m, 2g."),
                Flag.of("--cpus", Kind.VALUE, "NUMBER", "Most processors' worth of time: 1.5."),
                Flag.of("--pids-limit", Kind.VALUE, "NUMBER", "Most processes and threads at once."),
                Flag.of("--ulimit", Kind.LIST, "NAME=SOFT[:HARD]", "A limit of the first process: nofile=1024."),
                Flag.of(
                        "--net --network",
                        Kind.LIST,
                        "MODE[,OPTION...]",
                        "Network: nat (the default), none, switch:NAME; once more for eth1."),
                Flag.of(
                        "-p --publish",
                        Kind.LIST,
                        "[IP:][PORT:]PORT[/udp]",
                        "Lead a port of the host to one of the guest."),
                Flag.of("--allow-host", Kind.SWITCH, "", "Let the guest reach the host itself, as 10.0.2.2."),
                Flag.of("--pcap", Kind.VALUE, "FILE", "Write all frames of the network to FILE (pcapng)."),
                Flag.of("--init", Kind.SWITCH, "", "Have a pid 1 that takes in orphans; COMMAND is pid 2."),
                Flag.of("-i --interactive", Kind.SWITCH, "", "Keep standard input open (it always is)."),
                Flag.of("-t --tty", Kind.SWITCH, "", "Give the guest a terminal (by itself on a terminal)."),
                Flag.of("-d --detach", Kind.SWITCH, "", "Run on its own; write its id."),
                Flag.of("--restart", Kind.VALUE, "POLICY", "With -d: no, on-failure[:MOST], always, unless-stopped."),
                Flag.of("--shared", Kind.SWITCH, "", "With -d: in one process with other such guests."),
                Flag.of("--rm", Kind.SWITCH, "", "Forget the guest and its disk when it ends."),
                Flag.of("--trace", Kind.OPTIONAL, "FILE", "Write a line a system call to stderr, or to FILE."),
                Flag.of("--help", Kind.SWITCH, "", "Show this."));
    }

    /** What help says behind the flags. */
    static String more() {
        return MORE.stripLeading();
    }

    static String help() {
        return help(USAGE, table(), MORE);
    }

    /** What 'umlaut COMMAND --help' shows: a line a flag. */
    static String help(String usage, List<Flag> table, String more) {
        StringBuilder out = new StringBuilder(usage);
        for (Flag flag : table) {
            String names = String.join(", ", flag.names());
            String label = switch (flag.kind()) {
                case SWITCH -> "";
                case OPTIONAL -> "[=" + flag.label() + "]";
                default -> " " + flag.label();
            };
            String left = (names.startsWith("--") ? "    " : "") + names + label;
            out.append(String.format("  %-34s%s%n", left, flag.text()));
        }
        return out.append(more).toString();
    }
}
