package umlaut.fs.cgroup;

import umlaut.kernel.cgroup.Cgroup;
import umlaut.kernel.cgroup.Cgroups;
import umlaut.kernel.cgroup.Controller;

/**
 * memory.* and pids.*, in groups that their parent hands the controller down to (Linux: mm/memcontrol.c, kernel/cgroup/pids.c). memory.max is kept by killing; what a group's memory
 * is made of, and when it is reclaimed, is the host's business, so memory.high, low and min are kept and shown.
 */
final class ControllerFiles {
    private static final int READ = 0444, BOTH = 0644;

    private ControllerFiles() {}

    static void addTo(CgroupDirectory d) {
        if (!d.cgroup.isRoot()) {
            memory(d);
            pids(d);
        }
    }

    private static void memory(CgroupDirectory d) {
        Cgroup c = d.cgroup;
        Cgroups all = d.fs.kernel.cgroups;
        Controller memory = Controller.MEMORY;
        d.file(memory, "memory.current", READ, t -> c.memory() + "\n", null);
        d.file(memory, "memory.max", BOTH, t -> Limit.text(c.memoryMax), (t, text) -> {
            c.memoryMax = Limit.bytes(text);
            all.watchMemory();
        });
        d.file(
                memory,
                "memory.high",
                BOTH,
                t -> Limit.text(c.memoryHigh),
                (t, text) -> c.memoryHigh = Limit.bytes(text));
        d.file(memory, "memory.low", BOTH, t -> Limit.text(c.memoryLow), (t, text) -> c.memoryLow = Limit.bytes(text));
        d.file(memory, "memory.min", BOTH, t -> Limit.text(c.memoryMin), (t, text) -> c.memoryMin = Limit.bytes(text));
        d.file(
                memory,
                "memory.events",
                READ,
                t -> "low 0\nhigh 0\nmax " + c.outOfMemory() + "\noom " + c.outOfMemory() + "\noom_kill "
                        + c.outOfMemoryKills() + "\noom_group_kill 0\n",
                null);
        d.file(memory, "memory.swap.current", READ, t -> "0\n", null);
    }

    private static void pids(CgroupDirectory d) {
        Cgroup c = d.cgroup;
        Controller pids = Controller.PIDS;
        d.file(pids, "pids.current", READ, t -> c.tasks() + "\n", null);
        d.file(pids, "pids.peak", READ, t -> c.pidsPeak() + "\n", null);
        d.file(pids, "pids.max", BOTH, t -> Limit.text(c.pidsMax), (t, text) -> c.pidsMax = Limit.tasks(text));
        d.file(pids, "pids.events", READ, t -> "max " + c.pidsRefused() + "\n", null);
    }
}
