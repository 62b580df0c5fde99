package umlaut.fs.sys;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import umlaut.fs.proc.Processors;
import umlaut.fs.support.TreeDirectory;
import umlaut.kernel.Kernel;

/**
 * /sys/devices/system: processors and the one memory node. One socket, each processor a core of its own; caches as the
 * host's first processor has them, private ones not shared, the last level shared by all.
 */
final class CpuTree {
    private static final String HOST = "/sys/devices/system/cpu/cpu0/cache/index";
    private static final int LAST_LEVEL = 3;

    private CpuTree() {}

    static void addTo(TreeDirectory system, Kernel kernel) {
        int cpus = kernel.config.cpus();
        String all = Processors.list(Processors.mask(kernel)) + "\n";
        TreeDirectory cpu = system.directory("cpu");
        cpu.constant("online", all);
        cpu.constant("possible", all);
        cpu.constant("present", all);
        cpu.constant("offline", "\n");
        cpu.constant("isolated", "\n");
        cpu.constant("kernel_max", "8191\n");
        cpu.constant("modalias", "cpu:type:x86\n");
        cpu.constant("uevent", "");
        TreeDirectory smt = cpu.directory("smt");
        smt.constant("active", "0\n");
        smt.constant("control", "notsupported\n");
        cpu.directory("vulnerabilities").fillLater(CpuTree::vulnerabilities);
        for (int i = 0; i < cpus; i++) {
            int number = i;
            cpu.directory("cpu" + i).fillLater(directory -> one(directory, number, kernel));
        }
        node(system.directory("node"), kernel, all);
    }

    private static void one(TreeDirectory cpu, int number, Kernel kernel) {
        cpu.constant("uevent", "DRIVER=processor\nMODALIAS=cpu:type:x86\n");
        cpu.link("node0", "../../node/node0");
        cpu.link("subsystem", "../../../../bus/cpu");
        if (number > 0) {
            cpu.constant("online", "1\n");
        }
        String own = number + "\n";
        String ownMask = Long.toHexString(1L << number) + "\n";
        String all = Processors.list(Processors.mask(kernel)) + "\n";
        String allMask = Long.toHexString(Processors.mask(kernel)) + "\n";
        TreeDirectory topology = cpu.directory("topology");
        topology.constant("core_id", own);
        topology.constant("cluster_id", "65535\n");
        topology.constant("die_id", "0\n");
        topology.constant("physical_package_id", "0\n");
        for (String name : new String[] {"core_cpus", "thread_siblings", "cluster_cpus"}) {
            topology.constant(name, ownMask);
            topology.constant(name + "_list", own);
        }
        for (String name : new String[] {"core_siblings", "package_cpus", "die_cpus"}) {
            topology.constant(name, allMask);
            topology.constant(name + "_list", all);
        }
        for (int index = 0; Files.isDirectory(Path.of(HOST + index)); index++) {
            cache(cpu.directory("cache").directory("index" + index), index, number, own, ownMask, all, allMask);
        }
    }

    private static void cache(
            TreeDirectory cache, int index, int cpu, String own, String ownMask, String all, String allMask) {
        String level = host(index, "level");
        for (String name : new String[] {
            "coherency_line_size",
            "level",
            "number_of_sets",
            "physical_line_partition",
            "size",
            "type",
            "ways_of_associativity"
        }) {
            String value = host(index, name);
            if (!value.isEmpty()) {
                cache.constant(name, value);
            }
        }
        boolean shared = level.strip().equals(Integer.toString(LAST_LEVEL));
        cache.constant("id", shared ? "0\n" : own);
        cache.constant("shared_cpu_list", shared ? all : own);
        cache.constant("shared_cpu_map", shared ? allMask : ownMask);
    }

    private static String host(int index, String name) {
        try {
            return Files.readString(Path.of(HOST + index, name), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // this host does not tell
        }
    }

    private static void vulnerabilities(TreeDirectory directory) {
        String[] names = {
            "gather_data_sampling",
            "itlb_multihit",
            "l1tf",
            "mds",
            "meltdown",
            "mmio_stale_data",
            "reg_file_data_sampling",
            "retbleed",
            "spec_rstack_overflow",
            "spec_store_bypass",
            "spectre_v1",
            "spectre_v2",
            "srbds",
            "tsx_async_abort"
        };
        for (String name : names) {
            String host = "";
            try {
                host = Files.readString(
                        Path.of("/sys/devices/system/cpu/vulnerabilities/" + name), StandardCharsets.ISO_8859_1);
            } catch (IOException e) {
                continue;
            }
            directory.constant(name, host);
        }
    }

    private static void node(TreeDirectory node, Kernel kernel, String all) {
        for (String name : new String[] {"has_cpu", "has_memory", "has_normal_memory", "online", "possible"}) {
            node.constant(name, "0\n");
        }
        TreeDirectory zero = node.directory("node0");
        zero.constant("cpulist", all);
        zero.constant("cpumap", Long.toHexString(Processors.mask(kernel)) + "\n");
        zero.constant("distance", "10\n");
        zero.text("meminfo", task -> umlaut.fs.proc.NodeMemory.meminfo(kernel));
        for (int i = 0; i < kernel.config.cpus(); i++) {
            zero.link("cpu" + i, "../../cpu/cpu" + i);
        }
        zero.directory("hugepages");
    }
}
