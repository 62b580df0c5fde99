package umlaut.engine.process;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.util.Arrays;
import umlaut.host.Files;
import umlaut.host.Layouts;
import umlaut.host.Processes;
import umlaut.host.Scratch;

/**
 * The JVM's own compiler threads. They run for a fraction of a second after new things are done for the first time, and make nobody wait who polls, unlike other
 * people's work: see {@link Pacer}. Read from /proc/self/task (proc_pid_task(5)).
 */
final class CompilerThreads {
    private int[] stats = {};
    private int[] tids = {};
    private long confined;
    private boolean found;

    /** How many of them are running or could run. */
    synchronized int running() {
        find();
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

    /** Confines them to the processors of a mask. Those that the JVM starts later are started by one of them, so they are too. */
    synchronized void confine(long cpus) {
        find();
        if (cpus != confined && cpus != 0) {
            confined = cpus;
            for (int tid : tids) {
                Processes.setAffinity(tid, cpus);
            }
        }
    }

    private void find() {
        if (found) {
            return;
        }
        found = true;
        try (DirectoryStream<Path> tasks = java.nio.file.Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                String name = java.nio.file.Files.readString(task.resolve("comm"));
                if (name.startsWith("C1 Comp") || name.startsWith("C2 Comp")) {
                    add(task);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // A thread has just ended: those found so far will do.
        }
    }

    private void add(Path task) {
        long fd = Files.openat(Files.AT_FDCWD, Scratch.path(task + "/stat"), Files.O_RDONLY | Files.O_CLOEXEC, 0);
        if (fd >= 0) {
            int n = stats.length;
            stats = Arrays.copyOf(stats, n + 1);
            stats[n] = (int) fd;
            tids = Arrays.copyOf(tids, n + 1);
            tids[n] = Integer.parseInt(task.getFileName().toString());
        }
    }

    void close() {
        for (int fd : stats) {
            Files.close(fd);
        }
    }
}
