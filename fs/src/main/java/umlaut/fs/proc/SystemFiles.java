package umlaut.fs.proc;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Clock;
import umlaut.fs.support.TreeDirectory;
import umlaut.kernel.Kernel;
import umlaut.kernel.UtsName;
import umlaut.kernel.cgroup.Controller;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.FileSystemType;
import umlaut.kernel.vfs.LocksText;

/** The files of the kernel itself in /proc, proc(5). */
final class SystemFiles {
    private static final long NS = 1_000_000_000L;

    private SystemFiles() {}

    static void addTo(TreeDirectory root, ProcFs fs) {
        Kernel kernel = fs.kernel;
        root.text("config.gz", t -> KernelConfiguration.compressed());
        root.text("buddyinfo", t -> "Node 0, zone   Normal" + "%7d".formatted(0).repeat(11) + "\n");
        root.text("cgroups", t -> cgroups(kernel));
        root.constant("cmdline", "root=/dev/root rw\n");
        root.constant("consoles", "console              -W- (EC    )    5:1\n");
        root.text("cpuinfo", t -> CpuInfo.text(kernel));
        root.constant("crypto", "");
        root.text("devices", t -> devices(kernel));
        root.constant("diskstats", "");
        root.constant("dma", "");
        root.constant("execdomains", "0-0\tLinux           \t[kernel]\n");
        root.constant("fb", "");
        root.text("filesystems", t -> filesystems(kernel));
        root.text("interrupts", t -> interrupts(kernel));
        root.constant("iomem", "");
        root.constant("ioports", "");
        root.constant("kallsyms", "");
        root.add("kmsg", new KmsgInode(fs, kernel));
        root.text("loadavg", t -> loadavg(fs, t));
        root.text("locks", LocksText::of);
        root.text("mdstat", t -> "");
        root.text("meminfo", t -> MemoryInfo.of(kernel).meminfo());
        root.constant("misc", "");
        root.link("mounts", "self/mounts");
        root.constant("mtrr", "");
        root.constant("partitions", "major minor  #blocks  name\n\n");
        root.constant("schedstat", "version 17\ntimestamp 0\n");
        root.constant("slabinfo", "slabinfo - version: 2.1\n");
        root.text("softirqs", t -> softirqs(kernel));
        root.text("stat", t -> stat(fs, bootOffsetNs(t)));
        root.text("swaps", kernel.swap::text);
        root.directory("sysvipc");
        root.text("uptime", t -> uptime(fs, bootOffsetNs(t)));
        root.constant(
                "version",
                UtsName.SYSNAME + " version " + UtsName.RELEASE + " (umlaut@umlaut) (java 25) " + UtsName.VERSION
                        + "\n");
        root.constant("vmallocinfo", "");
        root.text("vmstat", t -> MemoryInfo.of(kernel).vmstat());
        root.text("zoneinfo", t -> zoneinfo(kernel));
        root.directory("fs");
        root.directory("driver");
        root.directory("bus");
        root.directory("irq");
        root.directory("tty");
        TreeDirectory pressure = root.directory("pressure");
        for (String what : new String[] {"cpu", "io", "memory"}) {
            pressure.constant(
                    what,
                    "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
        }
        root.add("sysrq-trigger", new umlaut.fs.support.TextInode(fs, fs.nextInode(), 0200, t -> "", Sysrq::write));
    }

    /** What the reader's time namespace adds to the boot clock. */
    private static long bootOffsetNs(@Nullable Task reader) {
        return reader == null ? 0 : reader.ns().time().offsetNs(Clock.CLOCK_BOOTTIME);
    }

    private static String stat(ProcFs fs, long bootOffsetNs) {
        Kernel kernel = fs.kernel;
        int cpus = kernel.config.cpus();
        long used = fs.cpu.usedNs();
        long user = CpuAccounting.ticks(used);
        long idle = CpuAccounting.ticks(fs.cpu.idleNs(used));
        StringBuilder out = new StringBuilder(500);
        out.append("cpu  ").append(user).append(" 0 0 ").append(idle).append(" 0 0 0 0 0 0\n");
        for (int cpu = 0; cpu < cpus; cpu++) {
            out.append("cpu")
                    .append(cpu)
                    .append(' ')
                    .append(user / cpus)
                    .append(" 0 0 ")
                    .append(idle / cpus)
                    .append(" 0 0 0 0 0 0\n");
        }
        long boot = Math.floorDiv(kernel.clock.realtimeNs() - fs.cpu.uptimeNs() - bootOffsetNs, NS);
        long switches = kernel.tasks.tasks().stream()
                .mapToLong(task -> task.accounting.voluntarySwitches + task.accounting.involuntarySwitches)
                .sum();
        out.append("intr 0\nctxt ").append(switches).append("\nbtime ").append(boot);
        out.append("\nprocesses ")
                .append(kernel.forks.get())
                .append("\nprocs_running ")
                .append(fs.cpu.running());
        out.append("\nprocs_blocked 0\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n");
        return out.toString();
    }

    private static String uptime(ProcFs fs, long bootOffsetNs) {
        long idle = fs.cpu.idleNs(fs.cpu.usedNs());
        return hundredths(fs.cpu.uptimeNs() + bootOffsetNs) + " " + hundredths(idle) + "\n";
    }

    private static String hundredths(long ns) {
        long h = ns / 10_000_000;
        return "%d.%02d".formatted(h / 100, h % 100);
    }

    private static String loadavg(ProcFs fs, @Nullable Task reader) {
        double[] load = fs.cpu.load();
        Kernel kernel = fs.kernel;
        int last = kernel.tasks.lastPid(reader == null ? null : reader.group.pidNs);
        return String.format(Locale.ROOT, "%.2f %.2f %.2f ", load[0], load[1], load[2]) + fs.cpu.running() + "/"
                + kernel.tasks.taskCount() + " " + last + "\n";
    }

    private static String cgroups(Kernel kernel) {
        StringBuilder out = new StringBuilder("#subsys_name\thierarchy\tnum_cgroups\tenabled\n");
        int groups = kernel.cgroups.root().subtree().size();
        for (Controller controller : Controller.values()) {
            out.append(controller.text).append("\t0\t").append(groups).append("\t1\n");
        }
        return out.toString();
    }

    private static String devices(Kernel kernel) {
        StringBuilder out = new StringBuilder("Character devices:\n");
        majors(out, kernel.vfs.devices().majors(false));
        out.append("\nBlock devices:\n");
        majors(out, kernel.vfs.devices().majors(true));
        return out.toString();
    }

    private static void majors(StringBuilder out, Map<Integer, String> majors) {
        majors.forEach((major, name) -> out.append("%3d %s\n".formatted(major, name)));
    }

    private static String filesystems(Kernel kernel) {
        StringBuilder out = new StringBuilder();
        for (FileSystemType type : kernel.vfs.types()) {
            out.append(type.needsDevice() ? "" : "nodev")
                    .append('\t')
                    .append(type.name())
                    .append('\n');
        }
        return out.toString();
    }

    private static String columns(Kernel kernel) {
        StringBuilder out = new StringBuilder("    ");
        for (int cpu = 0; cpu < kernel.config.cpus(); cpu++) {
            out.append("       CPU").append(cpu);
        }
        return out.append("       \n").toString();
    }

    private static String interrupts(Kernel kernel) {
        return columns(kernel) + "LOC:" + "          0".repeat(kernel.config.cpus())
                + "   Local timer interrupts\nERR:          0\nMIS:          0\n";
    }

    private static String softirqs(Kernel kernel) {
        StringBuilder out = new StringBuilder("      ").append(columns(kernel));
        String[] names = {"HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER", "RCU"};
        for (String name : names) {
            out.append("%12s:".formatted(name))
                    .append("          0".repeat(kernel.config.cpus()))
                    .append('\n');
        }
        return out.toString();
    }

    private static String zoneinfo(Kernel kernel) {
        MemoryInfo memory = MemoryInfo.of(kernel);
        long pages = memory.total() >> 12;
        return "Node 0, zone   Normal\n  pages free     " + (memory.free() >> 12)
                + "\n        boost    0\n        min      0\n        low      0\n        high     0\n        spanned  "
                + pages
                + "\n        present  " + pages + "\n        managed  " + pages + "\n  start_pfn:           0\n";
    }
}
