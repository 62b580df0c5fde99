package umlaut.machine.uml;

import java.util.Set;

/** Options of Linux's that a machine made of software takes without doing anything for them, so that they do not go to init (Documentation/admin-guide/kernel-parameters.txt). */
final class KnownOptions {
    private static final Set<String> NAMES = Set.of(
            "apparmor",
            "audit",
            "clocksource",
            "consoleblank",
            "fake_ide",
            "highres",
            "hung_task_panic",
            "initcall_debug",
            "isolcpus",
            "kgdboc",
            "log_buf_len",
            "lpj",
            "lsm",
            "mitigations",
            "mode",
            "nohz",
            "noinitrd",
            "nosmp",
            "nosysemu",
            "printk_time",
            "ramdisk_size",
            "rootdelay",
            "rootwait",
            "seccomp",
            "security",
            "selinux",
            "skas0",
            "ssl-non-raw",
            "swapaccount",
            "sysrq_always_enabled",
            "vsyscall",
            "watchdog");

    private KnownOptions() {}

    static boolean has(String name) {
        return NAMES.contains(name);
    }
}
