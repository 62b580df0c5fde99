package umlaut.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.machine.MachineConfig.Disk;
import umlaut.oci.ImageConfig;
import umlaut.oci.ImageStore;

/** A guest's root from the store: the image's disk with the guest's changes over it, and what the image says where the command line says nothing. */
record StoredRoot(ImageStore.Image image, Disk disk, ImageConfig config) {
    private static final List<String> INIT = List.of("/sbin/init");

    /** @param guest the name under which changes are kept; null: they go with the guest */
    static StoredRoot open(ImageStore store, ImageStore.Image image, @Nullable String guest) {
        Path cow =
                guest == null ? store.guests().scratch(image) : store.guests().kept(guest, image);
        return new StoredRoot(image, new Disk(image.disk(), false, cow), image.config());
    }

    /** docker run's rules: a command replaces the image's, an entrypoint both. */
    List<String> command(List<String> given, @Nullable String entrypoint, boolean boot) {
        if (boot) {
            return INIT;
        }
        List<String> all = new ArrayList<>();
        if (entrypoint == null) {
            all.addAll(config.entrypoint());
            all.addAll(given.isEmpty() ? config.command() : given);
        } else {
            if (!entrypoint.isEmpty()) {
                all.add(entrypoint);
            }
            all.addAll(given);
        }
        return all;
    }

    Map<String, String> environment(Map<String, String> given) {
        Map<String, String> all = new LinkedHashMap<>();
        for (String variable : config.environment()) {
            int equals = variable.indexOf('=');
            if (equals > 0) {
                all.put(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        all.putAll(given);
        return all;
    }

    @Nullable String workDir(@Nullable String given) {
        return given != null || config.workDir().isEmpty() ? given : config.workDir();
    }

    @Nullable String user(@Nullable String given) {
        return given != null || config.user().isEmpty() ? given : config.user();
    }
}
