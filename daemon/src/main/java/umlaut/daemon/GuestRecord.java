package umlaut.daemon;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import umlaut.machine.MachineConfig;
import umlaut.machine.NetworkConfig;

/**
 * What a guest is, from its creation on: the command line that made it, which makes it again at each start, and what people see of that. Never changes but for limits and the restart policy.
 *
 * @param fields as they stand in the file
 */
public record GuestRecord(Fields fields) {
    /**
     * @param arguments flags, image and command, whatever the locale
     * @param directory what relative paths in them are relative to
     * @param environment the host's variables that they speak of
     */
    public static GuestRecord of(
            String id,
            String createdAt,
            MachineConfig config,
            List<String> arguments,
            String directory,
            Map<String, String> environment) {
        Fields f = new Fields()
                .set("id", id)
                .set("created", createdAt)
                .set("image", config.image())
                .set("directory", directory)
                .addAll("argument", arguments)
                .set("boot", config.boot())
                .set("terminal", config.terminal() || config.boot())
                .set("hostname", config.hostname())
                .set("user", config.user())
                .set("workdir", config.workDir())
                .set("entrypoint", config.entrypoint())
                .addAll("command", config.command())
                .set("memory", config.memoryBytes())
                .set("cpus", Double.toString(config.cpus()))
                .set("pids", config.pidsLimit());
        new TreeMap<>(environment).forEach((name, value) -> f.add("host-variable", name + "=" + value));
        new TreeMap<>(config.environment()).forEach((name, value) -> f.add("variable", name + "=" + value));
        config.volumes().forEach(v -> f.add("volume", v.source() + ":" + v.target() + (v.readOnly() ? ":ro" : ":rw")));
        if (config.network() instanceof NetworkConfig.Nat nat) {
            nat.config().ports().forEach(p -> f.add("port", Ports.text(p)));
        }
        return new GuestRecord(f);
    }

    public String id() {
        return fields.text("id");
    }

    public String image() {
        return fields.text("image");
    }

    public String createdAt() {
        return fields.text("created");
    }

    public List<String> command() {
        return fields.list("command");
    }

    public List<String> arguments() {
        return fields.list("argument");
    }

    public List<String> ports() {
        return fields.list("port");
    }

    public boolean boot() {
        return fields.isSet("boot");
    }

    public boolean terminal() {
        return fields.isSet("terminal");
    }

    /** It runs on the terminal or the streams of whoever started it. */
    public boolean foreground() {
        return fields.isSet("foreground");
    }

    /** It is forgotten when it ends (--rm). */
    public boolean autoRemove() {
        return fields.isSet("auto-remove");
    }

    /** It runs in a process that many share. */
    public boolean shared() {
        return fields.isSet("shared");
    }

    /** Its standard input can be attached to. */
    public boolean interactive() {
        return fields.isSet("interactive");
    }

    public RestartPolicy restart() {
        String text = fields.text("restart");
        return RestartPolicy.parse(text.isEmpty() ? "no" : text);
    }

    /** Where the guest's changes of its image are kept, in the store of images; null: nowhere. */
    public @Nullable String disk() {
        return fields.value("disk");
    }
}
