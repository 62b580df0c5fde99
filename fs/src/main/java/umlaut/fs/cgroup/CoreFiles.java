package umlaut.fs.cgroup;

import java.util.Collection;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import umlaut.abi.Errno;
import umlaut.kernel.cgroup.Cgroup;
import umlaut.kernel.cgroup.Cgroups;
import umlaut.kernel.cgroup.Controller;
import umlaut.kernel.cgroup.Freezer;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;

/** The files that every group has: cgroup.* and cpu.stat (Linux: cgroup_base_files). Groups are all of the type "domain": threads stay with their process. */
final class CoreFiles {
    static final String PROCS = "cgroup.procs";
    private static final int READ = 0444, WRITE = 0200, BOTH = 0644;

    private CoreFiles() {}

    static void addTo(CgroupDirectory d) {
        Cgroup c = d.cgroup;
        Cgroups all = d.fs.kernel.cgroups;
        d.file(PROCS, BOTH, t -> processes(c, t), (t, text) -> attach(d, t, process(t, text)));
        d.file("cgroup.threads", BOTH, t -> threads(c, t), (t, text) -> attachThread(c, t, text));
        d.file("cgroup.controllers", READ, t -> words(c.controllers()), null);
        d.file("cgroup.subtree_control", BOTH, t -> words(c.handedDown()), (t, text) -> all.control(c, text));
        d.file("cgroup.max.depth", BOTH, t -> Limit.text(c.maxDepth), (t, text) -> c.maxDepth = Limit.count(text));
        d.file(
                "cgroup.max.descendants",
                BOTH,
                t -> Limit.text(c.maxDescendants),
                (t, text) -> c.maxDescendants = Limit.count(text));
        d.file("cgroup.stat", READ, t -> stat(c), null);
        d.file("cpu.stat", READ, t -> cpuStat(c), null);
        if (!c.isRoot()) {
            d.file("cgroup.type", BOTH, t -> "domain\n", (t, text) -> setType(text));
            d.file("cgroup.events", READ, t -> events(c), null);
            d.file(
                    "cgroup.freeze",
                    BOTH,
                    t -> (c.wantsFrozen() ? 1 : 0) + "\n",
                    (t, text) -> all.freeze(c, Limit.within(text, 0, 1) == 1));
            d.file("cgroup.kill", WRITE, t -> CgroupDirectory.notThatWay(), (t, text) -> {
                Limit.within(text, 1, 1);
                all.kill(c);
            });
        }
    }

    // --- who is there ---

    private static String numbers(Stream<Integer> numbers) {
        return numbers.filter(n -> n != 0).sorted().map(n -> n + "\n").collect(Collectors.joining());
    }

    private static String processes(Cgroup c, Task reader) {
        return numbers(c.processes().stream().map(g -> reader.pidSeen(g.tgid)));
    }

    private static String threads(Cgroup c, Task reader) {
        return numbers(c.processes().stream()
                .flatMap(g -> g.threads().stream())
                .filter(thread -> !thread.exited)
                .map(thread -> reader.pidSeen(thread.tid)));
    }

    private static Task task(Task writer, String text) {
        int nr;
        try {
            nr = Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw Errno.EINVAL.exception();
        }
        if (nr < 0) {
            throw Errno.EINVAL.exception();
        }
        Task found = nr == 0 ? writer : writer.findTask(nr);
        if (found == null || found.exited) {
            throw Errno.ESRCH.exception();
        }
        return found;
    }

    private static ThreadGroup process(Task writer, String text) {
        return task(writer, text).group;
    }

    /** Needs the right to write the file of what both groups have in common, and sight of both (cgroup_procs_write_permission). */
    private static void attach(CgroupDirectory to, Task writer, ThreadGroup process) {
        Cgroup from = process.cgroup();
        Cgroup seen = writer.ns().cgroup().root();
        if (!from.isWithin(seen) || !to.cgroup.isWithin(seen)) {
            throw Errno.ENOENT.exception();
        }
        CgroupDirectory common = to;
        while (!from.isWithin(common.cgroup) && common.up() instanceof CgroupDirectory above) {
            common = above;
        }
        if (!common.mayAttach(writer.credentials())) {
            throw Errno.EACCES.exception();
        }
        to.fs.kernel.cgroups.attach(process, to.cgroup);
    }

    /** Between groups of the type "domain" only whole processes move. */
    private static void attachThread(Cgroup to, Task writer, String text) {
        if (task(writer, text).group.cgroup() != to) {
            throw Errno.EOPNOTSUPP.exception();
        }
    }

    // --- what there is to say ---

    private static String words(Collection<Controller> controllers) {
        String words = controllers.stream().map(c -> c.text).collect(Collectors.joining(" "));
        return words.isEmpty() ? "" : words + "\n";
    }

    private static void setType(String text) {
        throw (text.strip().equals("threaded") ? Errno.EOPNOTSUPP : Errno.EINVAL).exception();
    }

    private static String events(Cgroup c) {
        return "populated " + (c.populated() ? 1 : 0) + "\nfrozen " + (Freezer.complete(c) ? 1 : 0) + "\n";
    }

    private static String stat(Cgroup c) {
        StringBuilder out = new StringBuilder();
        int below = c.subtree().size() - 1;
        out.append("nr_descendants ").append(below).append('\n');
        for (Controller controller : Controller.values()) {
            long with = c.subtree().stream()
                    .filter(g -> g.controllers().contains(controller))
                    .count();
            out.append("nr_subsys_")
                    .append(controller.text)
                    .append(' ')
                    .append(with)
                    .append('\n');
        }
        return out.append("nr_dying_descendants 0\n").toString();
    }

    private static String cpuStat(Cgroup c) {
        long user = c.userNs() / 1000;
        long system = c.systemNs() / 1000;
        return "usage_usec " + (user + system) + "\nuser_usec " + user + "\nsystem_usec " + system + "\nnice_usec 0\n";
    }
}
