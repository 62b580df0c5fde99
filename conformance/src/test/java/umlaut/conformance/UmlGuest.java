package umlaut.conformance;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A guest started by {@code ./linux}, its console on pipes: what it writes is waited for, what is typed goes to it. */
final class UmlGuest implements AutoCloseable {
    private static final long WAIT_MS = 60_000, STEP_MS = 10;

    private final Process process;
    private final Writer keys;
    private final StringBuilder seen = new StringBuilder();
    private int from;

    private UmlGuest(Process process) {
        this.process = process;
        keys = process.outputWriter(StandardCharsets.ISO_8859_1);
        Thread.ofPlatform().daemon().start(this::read);
    }

    /** @param directory working directory, and home */
    static UmlGuest start(Path directory, Map<String, String> environment, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(Umlaut.ROOT.resolve("linux").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().put("HOME", directory.toString());
        builder.environment().putAll(environment);
        return new UmlGuest(builder.start());
    }

    private void read() {
        try (var in = process.inputReader(StandardCharsets.ISO_8859_1)) {
            int c;
            while ((c = in.read()) >= 0) {
                synchronized (seen) {
                    seen.append((char) c);
                }
            }
        } catch (IOException e) {
            return; // it has ended
        }
    }

    /** Waits until the guest has written that, behind what was waited for before. @return what came before it */
    String await(String text) throws InterruptedException {
        for (long waited = 0; waited < WAIT_MS; waited += STEP_MS) {
            synchronized (seen) {
                int at = seen.indexOf(text, from);
                if (at >= 0) {
                    String before = seen.substring(from, at);
                    from = at + text.length();
                    return before;
                }
            }
            Thread.sleep(STEP_MS);
        }
        synchronized (seen) {
            throw new AssertionError("'" + text + "' does not come: " + seen.substring(from));
        }
    }

    void type(String line) throws IOException {
        keys.write(line + "\n");
        keys.flush();
    }

    /** Waits for its end. @return its exit status */
    int ended() throws InterruptedException {
        if (!process.waitFor(WAIT_MS, TimeUnit.MILLISECONDS)) {
            throw new AssertionError("the guest goes on: " + output());
        }
        return process.exitValue();
    }

    String output() {
        synchronized (seen) {
            return seen.toString();
        }
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
