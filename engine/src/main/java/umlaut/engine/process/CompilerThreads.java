package umlaut.engine.process;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.util.Arrays;
import umlaut.host.Files;
import umlaut.host.Layouts;
import umlaut.host.Scratch;

/**
 * The JVM's own compiler threads. They run for a fraction of a second after new things are done for the first time, and make nobody wait who polls, unlike other
 * people's work: see {@link Pacer}, whose lock-free turn guards this. Read from /proc/self/task (proc_pid_task(5)).
 */
final class CompilerThreads {
    private int[] stats = {};
    private boolean found;

    CompilerThreads() {}

    /** How many of them are running or could run. */
    int running() {
        if (!found) {
            found = true;
            find();
        }
        int n = 0;
        for (int fd : stats) {
            MemorySegment text = Scratch.inner();
            long length = Files.pread(fd, text, 0, 64, 0);
            for (int i = 0; i + 2 < length; i++) {
                if (text.get(Layouts.BYTE, i) == ')') {
                    n += text.get(Layouts.BYTE, i + 2) == 'R' ? 1 : 0;
                    break;
                }
            }
        }
        return n;
    }

    private void find() {
        try (DirectoryStream<Path> tasks = java.nio.file.Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                String name = java.nio.file.Files.readString(task.resolve("comm"));
                if (name.startsWith("C1 Comp") || name.startsWith("C2 Comp")) {
                    long fd = Files.openat(
                            Files.AT_FDCWD, Scratch.path(task + "/stat"), Files.O_RDONLY | Files.O_CLOEXEC, 0);
                    if (fd >= 0) {
                        stats = Arrays.copyOf(stats, stats.length + 1);
                        stats[stats.length - 1] = (int) fd;
                    }
                }
            }
        } catch (IOException e) {
            // A thread has just ended: those found so far will do.
        }
    }

    void close() {
        for (int fd : stats) {
            Files.close(fd);
        }
    }
}
