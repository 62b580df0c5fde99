package umlaut.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Many small commands run twice, on the host and in one guest, each in an empty directory of its own with a bare environment, so that
 * outputs and exit statuses can be compared. One guest for all of them: a batch takes seconds, not minutes.
 */
final class Batch {
    private static final String MARK = "@@@ umlaut batch @@@ ";

    /** What one command did; null fields cannot be: a command that never ran has no entry. */
    record Outcome(String status, String output) {}

    private final Path directory;
    private final Map<String, String> commands = new LinkedHashMap<>();

    /** @param directory shown in the guest at the same path, read-only: programs that commands use stand there */
    Batch(Path directory) {
        this.directory = directory;
    }

    /** @param command a line for sh */
    void add(String name, String command) {
        commands.put(name, command);
    }

    Map<String, Outcome> onHost() {
        return read(Umlaut.host("", 600, script()));
    }

    Map<String, Outcome> inGuest() {
        List<String> command = new ArrayList<>(List.of(
                Umlaut.ROOT.resolve("umlaut").toString(),
                "run",
                "-u",
                Umlaut.hostUser(),
                "-v",
                directory + ":" + directory + ":ro",
                "--"));
        command.addAll(script());
        return read(Umlaut.host("", 600, command));
    }

    private List<String> script() {
        StringBuilder script = new StringBuilder("umask 022; top=$(mktemp -d); export LC_ALL=C HOME=/tmp\n");
        script.append("run() { mkdir $top/$1; cd $top/$1; echo; echo '")
                .append(MARK)
                .append("'$1;");
        script.append(" timeout -k 2 200 sh -c \"$2\" 2>&1 </dev/null; echo \"status $?\"; cd /; rm -rf $top/$1; }\n");
        commands.forEach((name, command) -> script.append("run ")
                .append(name)
                .append(" '")
                .append(command.replace("'", "'\\''"))
                .append("'\n"));
        script.append("rm -rf $top");
        try {
            Path file = directory.resolve("batch.sh");
            Files.writeString(file, script, StandardCharsets.ISO_8859_1);
            return List.of("/usr/bin/env", "-i", "PATH=/usr/bin:/bin:/usr/sbin:/sbin", "/bin/sh", file.toString());
        } catch (IOException e) {
            throw new AssertionError("cannot write the batch", e);
        }
    }

    private static Map<String, Outcome> read(Umlaut.Result result) {
        Map<String, Outcome> outcomes = new LinkedHashMap<>();
        for (String part : result.out().split("\n" + MARK)) {
            int line = part.indexOf('\n');
            int status = part.lastIndexOf("status ");
            if (line > 0 && status > line) {
                String name = part.substring(0, line);
                outcomes.put(name, new Outcome(part.substring(status).strip(), part.substring(line + 1, status)));
            }
        }
        if (!result.err().isBlank()) {
            outcomes.put("", new Outcome(String.valueOf(result.status()), result.err()));
        }
        return outcomes;
    }
}
