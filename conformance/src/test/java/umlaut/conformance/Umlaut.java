package umlaut.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs host commands for tests, {@code ./umlaut} above all, and keeps what they wrote. */
final class Umlaut {
    /** The source tree's top. */
    static final Path ROOT =
            Path.of(System.getProperty("umlaut.root", "..")).toAbsolutePath().normalize();

    /** What a command did; {@code status} is 124 if it was ended for taking too long. */
    record Result(int status, String out, String err) {}

    private Umlaut() {}

    /** Runs {@code ./umlaut} with these arguments, standard input empty. */
    static Result run(String... arguments) {
        List<String> command = new ArrayList<>(List.of(ROOT.resolve("umlaut").toString()));
        command.addAll(List.of(arguments));
        return host("", 300, command);
    }

    /** Runs a host command with {@code input} to read, in the source tree, for at most {@code seconds}. */
    static Result host(String input, int seconds, List<String> command) {
        Path out = null;
        Path err = null;
        Path in = null;
        try {
            out = Files.createTempFile("umlaut-test", ".out");
            err = Files.createTempFile("umlaut-test", ".err");
            in = Files.createTempFile("umlaut-test", ".in");
            Files.writeString(in, input, StandardCharsets.ISO_8859_1);
            Process process = new ProcessBuilder(command)
                    .directory(ROOT.toFile())
                    .redirectInput(in.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
            return new Result(
                    ended ? process.exitValue() : 124,
                    Files.readString(out, StandardCharsets.ISO_8859_1),
                    Files.readString(err, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new AssertionError("cannot run " + command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } finally {
            for (Path file : new Path[] {in, out, err}) {
                if (file != null) {
                    file.toFile().delete();
                }
            }
        }
    }

    /** "uid:gid" of whoever runs the tests: guests compared with the host run as the same user. */
    static String hostUser() {
        String uid = host("", 10, List.of("id", "-u")).out().strip();
        return uid + ":" + host("", 10, List.of("id", "-g")).out().strip();
    }
}
