package umlaut.machine;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A further program for a running guest.
 *
 * @param command program and arguments; empty is the user's shell
 * @param environment over that of the guest's first program
 * @param workDir null: that of the guest's first program
 * @param user null: that of the guest's first program
 */
public record ExecConfig(
        List<String> command,
        Map<String, String> environment,
        @Nullable String workDir,
        @Nullable String user) {
    public ExecConfig {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
