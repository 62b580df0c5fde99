package umlaut.cli;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.machine.MachineConfig;
import umlaut.machine.MachineConfig.Limit;
import umlaut.machine.MachineConfig.Volume;
import umlaut.oci.ImageStore;

/** Turns what follows {@code umlaut run} into a {@link MachineConfig}, with docker's rules for each flag. */
final class RunArguments {
    /** getrlimit(2) names as docker's --ulimit has them, in the order of their numbers. */
    private static final List<String> LIMITS = List.of(
            "cpu",
            "fsize",
            "data",
            "stack",
            "core",
            "rss",
            "nproc",
            "nofile",
            "memlock",
            "as",
            "locks",
            "sigpending",
            "msgqueue",
            "nice",
            "rtprio",
            "rttime");

    private final Flags flags;
    private final Surroundings around;
    private final Map<String, String> hostEnvironment;
    private final boolean boot;
    private final @Nullable String guest;
    private final @Nullable String disk;

    /**
     * @param boot the image's own init is to run
     * @param guest its name; null: it has none
     * @param disk under which its changes of the image are kept; null: they go with the guest
     */
    RunArguments(Flags flags, Surroundings around, boolean boot, @Nullable String guest, @Nullable String disk) {
        this.flags = flags;
        this.around = around;
        this.hostEnvironment = around.environment();
        this.boot = boot;
        this.guest = guest;
        this.disk = disk;
    }

    /** What of the host's environment they speak of, so that they mean the same later. */
    Map<String, String> usedEnvironment() {
        Map<String, String> used = new LinkedHashMap<>();
        List<String> names = new ArrayList<>(List.of("TERM", "HOME", "XDG_DATA_HOME"));
        names.addAll(flags.list("--env"));
        for (String file : flags.list("--env-file")) {
            names.addAll(lines(file));
        }
        for (String name : names) {
            String value = hostEnvironment.get(name);
            if (value != null) {
                used.put(name, value);
            }
        }
        return used;
    }

    MachineConfig config() {
        List<String> rest = new ArrayList<>(flags.rest());
        String image = MachineConfig.HOST_IMAGE;
        if (!rest.isEmpty() && !rest.getFirst().equals("--")) {
            image = rest.removeFirst();
        }
        if (!rest.isEmpty() && rest.getFirst().equals("--")) {
            rest.removeFirst();
        }
        boolean terminal = flags.given("--tty") ? flags.isSet("--tty") : around.onTerminal();
        String name = guest != null ? guest : "umlaut";
        String hostname = flags.value("--hostname");
        if (hostname != null && !hostname.matches("[A-Za-z0-9][A-Za-z0-9.-]{0,62}")) {
            throw new UsageException("--hostname: '" + hostname + "' is no host name");
        }
        StoredRoot root = root(image);
        return new MachineConfig(
                name,
                root == null ? image : root.image().name(),
                root == null ? null : root.disk(),
                boot,
                hostname != null ? hostname : name,
                flags.isSet("--init") && !boot, // the image's own is pid 1
                around.words(root == null ? rest : root.command(rest, flags.value("--entrypoint"), boot), rest.size()),
                root == null ? inGuest(flags.value("--entrypoint")) : null,
                environment(root, terminal),
                inGuest(root == null ? workDir() : root.workDir(workDir())),
                inGuest(root == null || boot ? flags.value("--user") : root.user(flags.value("--user"))),
                volumes(),
                DiskArgument.parseAll(flags.list("--disk"), around.directory()),
                tmpfs(),
                flags.isSet("--read-only"),
                memory(flags.value("--memory")),
                cpus(flags.value("--cpus")),
                Math.max(0, flags.given("--pids-limit") ? count("--pids-limit") : 0),
                limits(),
                new NetworkArguments(flags, around.directory()).config(),
                terminal,
                null,
                trace());
    }

    private static @Nullable String inGuest(@Nullable String text) {
        return text == null ? null : GuestText.of(text);
    }

    /** The image's variables, and over them those given. */
    private Map<String, String> environment(@Nullable StoredRoot root, boolean terminal) {
        Map<String, String> given = environment(terminal);
        if (root != null) {
            Map<String, String> all = GuestText.of(root.environment(Map.of()));
            all.putAll(given);
            return all;
        }
        return given;
    }

    /** @return null for this host's own userland */
    private @Nullable StoredRoot root(String image) {
        if (image.equals(MachineConfig.HOST_IMAGE)) {
            if (boot) {
                throw new UsageException(
                        "image 'host' has no init of its own: make one with 'umlaut image build debian'");
            }
            return null;
        }
        ImageStore store = ImageStore.ofUser(hostEnvironment);
        ImageStore.Image found = store.find(image);
        if (found == null) {
            throw new UsageException(
                    "no image '" + image + "': 'umlaut image ls' shows those there are; to run a command"
                            + " in a guest made of this host write 'umlaut run -- " + image + " ...'");
        }
        return StoredRoot.open(store, found, disk);
    }

    private @Nullable String workDir() {
        String dir = flags.value("--workdir");
        if (dir != null && !dir.startsWith("/")) {
            throw new UsageException("--workdir: '" + dir + "' is not an absolute path");
        }
        return dir;
    }

    private Map<String, String> environment(boolean terminal) {
        Map<String, String> environment = new LinkedHashMap<>();
        if (boot) {
            environment.put("TERM", "linux"); // as Linux tells its init
        } else if (terminal) {
            environment.put("TERM", hostEnvironment.getOrDefault("TERM", "xterm"));
        }
        for (String file : flags.list("--env-file")) {
            for (String line : lines(file)) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    variable("--env-file", line.stripLeading(), environment);
                }
            }
        }
        for (String text : flags.list("--env")) {
            variable("--env", text, environment);
        }
        return environment;
    }

    private void variable(String flag, String text, Map<String, String> environment) {
        int equals = text.indexOf('=');
        if (equals == 0 || text.isEmpty()) {
            throw new UsageException(flag + ": '" + text + "' has no variable's name");
        }
        if (equals > 0) {
            environment.put(GuestText.of(text.substring(0, equals)), GuestText.of(text.substring(equals + 1)));
            return;
        }
        String value = hostEnvironment.get(text);
        if (value != null) {
            environment.put(GuestText.of(text), GuestText.variable(text, value));
        }
    }

    private List<String> lines(String file) {
        try {
            return Files.readAllLines(around.directory().resolve(file));
        } catch (NoSuchFileException e) {
            throw new UsageException("--env-file: no file '" + file + "'");
        } catch (MalformedInputException e) {
            throw new UsageException("--env-file: '" + file + "' is not UTF-8 text");
        } catch (IOException e) {
            throw new UsageException("--env-file: cannot read '" + file + "'");
        }
    }

    private List<Volume> volumes() {
        List<Volume> volumes = new ArrayList<>();
        for (String text : flags.list("--volume")) {
            volumes.add(volume(text));
        }
        return volumes;
    }

    private Volume volume(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length < 2 || parts.length > 3 || parts[0].isEmpty() || !parts[1].startsWith("/")) {
            throw new UsageException(
                    "--volume: '" + text + "' must be SRC:DST or SRC:DST:ro, with DST an absolute path in the guest");
        }
        boolean readOnly = false;
        if (parts.length == 3) {
            for (String option : parts[2].split(",")) {
                switch (option) {
                    case "ro" -> readOnly = true;
                    // Labels and propagation are docker's and mean nothing here.
                    case "rw", "z", "Z", "cached", "delegated", "consistent" -> {}
                    default -> throw new UsageException("--volume: option '" + option + "' is not known: use ro or rw");
                }
            }
        }
        if (Path.of(parts[1]).normalize().getNameCount() == 0) {
            throw new UsageException("--volume: '" + text + "': the guest's root directory cannot be a volume");
        }
        Path source = around.directory().resolve(parts[0]).normalize();
        if (!Files.exists(source)) {
            throw new UsageException("--volume: no file or directory '" + parts[0] + "' on the host");
        }
        if (!Files.isReadable(source) || (Files.isDirectory(source) && !Files.isExecutable(source))) {
            throw new UsageException("--volume: no permission to read '" + parts[0] + "' on the host");
        }
        return new Volume(source, GuestText.of(parts[1]), readOnly);
    }

    private Map<String, String> tmpfs() {
        Map<String, String> mounts = new LinkedHashMap<>();
        for (String text : flags.list("--tmpfs")) {
            int colon = text.indexOf(':');
            String path = colon < 0 ? text : text.substring(0, colon);
            if (!path.startsWith("/")) {
                throw new UsageException("--tmpfs: '" + path + "' is not an absolute path");
            }
            mounts.put(GuestText.of(path), colon < 0 ? "" : text.substring(colon + 1));
        }
        return mounts;
    }

    /** The value of --memory, bytes. */
    static long memory(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        long bytes = Size.bytes("--memory", text);
        if (bytes != 0 && bytes < 6L << 20) {
            throw new UsageException("--memory: '" + text + "' is too little: at least 6m");
        }
        return bytes;
    }

    /** The value of --cpus. */
    static double cpus(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        double number = Size.number(text);
        if (number < 0 || (number > 0 && number < 0.01)) {
            throw new UsageException("--cpus: '" + text + "' is no number of processors: write 0.5 or 2");
        }
        return number;
    }

    private int count(String flag) {
        String text = flags.value(flag);
        return text == null ? 0 : Size.count(flag, text);
    }

    private Map<Integer, Limit> limits() {
        Map<Integer, Limit> limits = new LinkedHashMap<>();
        for (String text : flags.list("--ulimit")) {
            int equals = text.indexOf('=');
            int number = equals < 0 ? -1 : LIMITS.indexOf(text.substring(0, equals));
            if (number < 0) {
                throw new UsageException("--ulimit: '" + text + "' must be NAME=SOFT[:HARD], for example nofile=1024");
            }
            String[] parts = text.substring(equals + 1).split(":", 2);
            long soft = limit(text, parts[0]);
            long hard = parts.length > 1 ? limit(text, parts[1]) : soft;
            if (hard != -1 && (soft == -1 || soft > hard)) {
                throw new UsageException("--ulimit: '" + text + "': the soft limit is above the hard one");
            }
            limits.put(number, new Limit(soft, hard));
        }
        return limits;
    }

    private static long limit(String text, String part) {
        if (part.equals("-1") || part.equals("unlimited")) {
            return -1;
        }
        try {
            long value = Long.parseLong(part);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message for both.
        }
        throw new UsageException("--ulimit: '" + text + "': '" + part + "' is no limit");
    }

    private @Nullable Path trace() {
        String file = flags.value("--trace");
        if (file == null) {
            return null;
        }
        return file.isEmpty() ? MachineConfig.TRACE_STDERR : around.directory().resolve(file);
    }
}
