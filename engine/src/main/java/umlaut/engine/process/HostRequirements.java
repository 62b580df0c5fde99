package umlaut.engine.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import umlaut.engine.EngineException;
import umlaut.host.Processes;

/** What the engine needs of the host, checked with messages a person can act on. */
final class HostRequirements {
    private static final int EMFILE = 24, ENOSYS = 38;
    /** What a machine with a few processes has open; a soft limit is raised to the hard one by the JVM. */
    private static final int LEAST_FILES = 128;

    private HostRequirements() {}

    static void check() {
        if (!Files.isReadable(Path.of("/proc/self/maps"))) {
            throw new EngineException(ENOSYS, "/proc is not mounted here: mount -t proc proc /proc");
        }
        if (!System.getProperty("os.arch").equals("amd64")) {
            throw new EngineException(
                    ENOSYS, "guests run on x86-64 hosts only; this is " + System.getProperty("os.arch"));
        }
        if (statusField("Seccomp").isEmpty()) {
            throw new EngineException(ENOSYS, "the host's kernel was built without seccomp (CONFIG_SECCOMP_FILTER)");
        }
        long files = Processes.softLimit(Processes.RLIMIT_NOFILE);
        if (files >= 0 && files < LEAST_FILES) {
            throw new EngineException(
                    EMFILE,
                    "only " + files + " open files are allowed here (ulimit -n); " + LEAST_FILES + " are needed");
        }
        String release = System.getProperty("os.version");
        String[] parts = release.split("[.-]");
        int version = Integer.parseInt(parts[0]) * 1000 + Integer.parseInt(parts[1]);
        if (version < 5010) {
            throw new EngineException(ENOSYS, "the host's kernel is Linux " + release + "; 5.10 or later is needed");
        }
    }

    /** A field of /proc/self/status, or the empty string. */
    static String statusField(String name) {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith(name + ":"))
                    .map(line -> line.substring(name.length() + 1).trim())
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }
}
