package umlaut.machine;

import java.util.ArrayList;
import java.util.List;
import umlaut.fs.proc.CommandLine;
import umlaut.kernel.Kernel;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.task.CpuTimes;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;
import umlaut.kernel.tty.Tty;

/** Looks at what a guest's processes do, from outside: docker stats and top. */
final class Meter {
    private final Kernel kernel;
    private final Disks disks;
    private final GuestNetwork network;

    Meter(Kernel kernel, Disks disks, GuestNetwork network) {
        this.kernel = kernel;
        this.disks = disks;
        this.network = network;
    }

    Usage usage(long memoryLimit) {
        return new Usage(
                kernel.cgroups.root().userNs() + kernel.cgroups.root().systemNs(),
                MemoryGuard.used(kernel),
                memoryLimit > 0 ? memoryLimit : kernel.config.memoryBytes(),
                kernel.tasks.taskCount(),
                network.receivedBytes(),
                network.sentBytes(),
                disks.readBytes(),
                disks.writtenBytes());
    }

    /** In order of their numbers. */
    List<ProcessRow> processes() {
        List<ProcessRow> rows = new ArrayList<>();
        long now = kernel.clock.monotonicNs();
        for (ThreadGroup group : kernel.tasks.groups()) {
            Task task = group.anyThread();
            if (task != null) {
                rows.add(row(group, task, now));
            }
        }
        rows.sort(java.util.Comparator.comparingInt(ProcessRow::pid));
        return rows;
    }

    private static ProcessRow row(ThreadGroup group, Task task, long now) {
        ThreadGroup parent = group.parent;
        Tty tty = group.processGroup.session.tty;
        Mm mm = group.mmOrNull();
        return new ProcessRow(
                task.credentials().euid(),
                group.tgid,
                parent == null ? 0 : parent.tgid,
                now - group.startMonotonicNs,
                tty == null ? "?" : tty.name,
                CpuTimes.ofGroup(group) + CpuTimes.systemOfGroup(group),
                mm == null ? 0 : mm.space().residentBytes(),
                CommandLine.of(group));
    }
}
