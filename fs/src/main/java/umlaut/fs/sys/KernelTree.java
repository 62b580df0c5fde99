package umlaut.fs.sys;

import umlaut.fs.support.TreeDirectory;
import umlaut.kernel.Kernel;

/** /sys/kernel, /sys/power and what else tells of the kernel itself. */
final class KernelTree {
    private KernelTree() {}

    static void addTo(TreeDirectory root, Kernel kernel) {
        TreeDirectory top = root.directory("kernel");
        top.constant("uevent_seqnum", "0\n");
        top.constant("uevent_helper", "\n");
        top.constant("fscaps", "1\n");
        top.constant("profiling", "0\n");
        top.constant("kexec_loaded", "0\n");
        top.constant("address_bits", "64\n");
        top.constant("cpu_byteorder", "little\n");
        TreeDirectory huge = top.directory("mm/transparent_hugepage");
        huge.constant("enabled", "always [madvise] never\n");
        huge.constant("defrag", "always defer defer+madvise [madvise] never\n");
        huge.constant("shmem_enabled", "always within_size advise [never] deny force\n");
        huge.constant("hpage_pmd_size", "2097152\n");
        huge.constant("use_zero_page", "1\n");
        root.directory("power").constant("state", "\n");
        root.directory("module/kernel/parameters").constant("panic", "0\n");
        root.directory("hypervisor").constant("type", "umlaut\n");
        TreeDirectory clock = root.directory("devices/system/clocksource/clocksource0");
        clock.constant("available_clocksource", "tsc\n");
        clock.constant("current_clocksource", "tsc\n");
        root.directory("bus/cpu/devices");
        for (int cpu = 0; cpu < kernel.config.cpus(); cpu++) {
            root.directory("bus/cpu/devices").link("cpu" + cpu, "../../../devices/system/cpu/cpu" + cpu);
        }
    }
}
