package umlaut.fs.proc;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.fs.support.TextInode;
import umlaut.fs.support.TreeDirectory;
import umlaut.fs.support.TreeFs;
import umlaut.kernel.Kernel;
import umlaut.kernel.ipc.PipeSize;
import umlaut.kernel.mqueue.MqueueLimits;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.Protections;

/**
 * /proc/sys: the kernel's settings, proc_sys(5) (Linux: kernel/sysctl.c, Documentation/admin-guide/sysctl). Those that
 * nothing here obeys keep what is written, within its range, so that tools which tune a machine work.
 */
public final class SysctlTree {
    private static final long INT_MAX = Integer.MAX_VALUE;

    private SysctlTree() {}

    static void addTo(TreeDirectory sys, Kernel kernel) {
        sys.directory("kernel").fillLater(directory -> KernelSettings.addTo(directory, kernel));
        sys.directory("vm").fillLater(directory -> vm(directory, kernel));
        sys.directory("fs").fillLater(directory -> fs(directory, kernel));
        sys.directory("net").fillLater(NetSettings::addTo);
        TreeDirectory user = sys.directory("user");
        for (String kind : new String[] {
            "cgroup",
            "inotify_instances",
            "inotify_watches",
            "ipc_namespaces",
            "mnt",
            "net",
            "pid",
            "time",
            "user",
            "uts"
        }) {
            String name = kind.contains("_") ? "max_" + kind : "max_" + kind + "_namespaces";
            number(user, name, 127_000, 0, INT_MAX);
        }
        sys.directory("dev");
        sys.directory("abi");
        sys.directory("debug");
    }

    // --- kinds of entries ---

    /** A number that root may set, within limits. @return where it is kept */
    public static AtomicLong number(TreeDirectory directory, String name, long initial, long least, long most) {
        AtomicLong value = new AtomicLong(initial);
        kept(directory, name, value, least, most);
        return value;
    }

    /** A number that another part of the kernel keeps and obeys. */
    static void kept(TreeDirectory directory, String name, AtomicLong value, long least, long most) {
        directory.setting(name, task -> value + "\n", (task, text) -> value.set(parse(task, text, least, most)));
    }

    /** A number from 0 to {@code most} that another part of the kernel keeps and obeys. */
    static void number(TreeDirectory directory, String name, int most, IntSupplier get, IntConsumer set) {
        directory.setting(
                name, task -> get.getAsInt() + "\n", (task, text) -> set.accept((int) parse(task, text, 0, most)));
    }

    /** A line of text that root may set. @return where it is kept */
    public static AtomicReference<String> text(TreeDirectory directory, String name, String initial, int most) {
        AtomicReference<String> value = new AtomicReference<>(initial);
        directory.setting(name, task -> value.get() + "\n", (task, text) -> value.set(line(task, text, most)));
        return value;
    }

    /** Several numbers on a line. */
    static void numbers(TreeDirectory directory, String name, String initial) {
        AtomicReference<String> value = new AtomicReference<>(initial.replace(' ', '\t'));
        directory.setting(name, task -> value.get() + "\n", (task, text) -> {
            String[] given = line(task, text, 256).strip().split("\\s+");
            String[] all = String.valueOf(value.get()).split("\t");
            for (int i = 0; i < given.length && i < all.length; i++) {
                PidSettings.number(given[i]);
                all[i] = given[i];
            }
            value.set(String.join("\t", all));
        });
    }

    static void readOnly(TreeDirectory directory, String name, Supplier<Object> value) {
        directory.text(name, 0444, task -> value.get() + "\n");
    }

    private static void requireRoot(Task task) {
        if (!task.credentials().capable(Capability.CAP_SYS_ADMIN)) {
            throw Errno.EPERM.exception();
        }
    }

    static long parse(Task task, String text, long least, long most) {
        requireRoot(task);
        long value = PidSettings.number(text.strip().split("\\s+")[0]);
        if (value < least || value > most) {
            throw Errno.EINVAL.exception();
        }
        return value;
    }

    /** An unsigned long of any size. */
    static long parseUnsigned(Task task, String text) {
        requireRoot(task);
        try {
            return Long.parseUnsignedLong(text.strip().split("\\s+")[0]);
        } catch (NumberFormatException e) {
            throw Errno.EINVAL.exception();
        }
    }

    static String line(Task task, String text, int most) {
        requireRoot(task);
        int end = text.indexOf('\n');
        String line = end < 0 ? text : text.substring(0, end);
        return line.length() > most ? line.substring(0, most) : line;
    }

    // --- the trees ---

    private static void vm(TreeDirectory vm, Kernel kernel) {
        TreeFs fs = (TreeFs) vm.superBlock;
        number(vm, "admin_reserve_kbytes", 8192, 0, INT_MAX);
        number(vm, "compaction_proactiveness", 20, 0, 100);
        number(vm, "dirty_background_bytes", 0, 0, Long.MAX_VALUE);
        number(vm, "dirty_background_ratio", 10, 0, 100);
        number(vm, "dirty_bytes", 0, 0, Long.MAX_VALUE);
        number(vm, "dirty_expire_centisecs", 3000, 0, INT_MAX);
        number(vm, "dirty_ratio", 20, 0, 100);
        number(vm, "dirty_writeback_centisecs", 500, 0, INT_MAX);
        vm.add(
                "drop_caches",
                new TextInode(fs, fs.nextInode(), 0200, t -> "0\n", (task, text) -> parse(task, text, 1, 4)));
        number(vm, "extfrag_threshold", 500, 0, 1000);
        number(vm, "hugetlb_shm_group", 0, 0, INT_MAX);
        number(vm, "laptop_mode", 0, 0, INT_MAX);
        number(vm, "legacy_va_layout", 0, 0, 1);
        numbers(vm, "lowmem_reserve_ratio", "256 256 32 0 0");
        kept(vm, "max_map_count", kernel.limits.mapCount, 0, INT_MAX);
        number(vm, "memory_failure_recovery", 1, 0, 1);
        number(vm, "min_free_kbytes", 67584, 0, INT_MAX);
        number(vm, "mmap_min_addr", 65536, 0, INT_MAX);
        number(vm, "mmap_rnd_bits", 28, 28, 32);
        number(vm, "nr_hugepages", 0, 0, 0);
        number(vm, "nr_overcommit_hugepages", 0, 0, INT_MAX);
        number(vm, "oom_dump_tasks", 1, 0, 1);
        number(vm, "oom_kill_allocating_task", 0, 0, 1);
        number(vm, "overcommit_kbytes", 0, 0, Long.MAX_VALUE);
        number(vm, "overcommit_memory", 0, 0, 2);
        number(vm, "overcommit_ratio", 50, 0, INT_MAX);
        number(vm, "page-cluster", 3, 0, 31);
        number(vm, "panic_on_oom", 0, 0, 2);
        number(vm, "stat_interval", 1, 0, INT_MAX);
        number(vm, "swappiness", 60, 0, 200);
        number(vm, "unprivileged_userfaultfd", 0, 0, 1);
        number(vm, "user_reserve_kbytes", 131072, 0, INT_MAX);
        number(vm, "vfs_cache_pressure", 100, 0, INT_MAX);
        number(vm, "watermark_scale_factor", 10, 1, 3000);
        number(vm, "zone_reclaim_mode", 0, 0, 7);
    }

    private static void fs(TreeDirectory fs, Kernel kernel) {
        kept(fs, "aio-max-nr", kernel.aio.most, 0, Long.MAX_VALUE);
        readOnly(fs, "aio-nr", kernel.aio.inUse::get);
        readOnly(fs, "dentry-state", () -> "0\t0\t45\t0\t0\t0");
        number(fs, "dir-notify-enable", 1, 0, 1);
        AtomicLong most = number(fs, "file-max", Long.MAX_VALUE, 0, Long.MAX_VALUE);
        readOnly(fs, "file-nr", () -> openFiles(kernel) + "\t0\t" + most);
        readOnly(fs, "inode-nr", () -> "0\t0");
        readOnly(fs, "inode-state", () -> "0\t0\t0\t0\t0\t0\t0");
        number(fs, "lease-break-time", 45, 0, INT_MAX);
        number(fs, "leases-enable", 1, 0, 1);
        number(fs, "mount-max", 100_000, 1, INT_MAX);
        kept(fs, "nr_open", kernel.limits.openFiles, 64, INT_MAX);
        number(fs, "overflowgid", 65534, 0, 65535);
        number(fs, "overflowuid", 65534, 0, 65535);
        fs.setting(
                "pipe-max-size",
                task -> kernel.limits.pipeSize + "\n",
                (task, text) -> kernel.limits.pipeSize.set(PipeSize.round(parse(task, text, 1, INT_MAX))));
        kept(fs, "pipe-user-pages-hard", kernel.limits.userPipePagesHard, 0, Long.MAX_VALUE);
        kept(fs, "pipe-user-pages-soft", kernel.limits.userPipePagesSoft, 0, Long.MAX_VALUE);
        Protections protections = kernel.vfs.protections;
        number(fs, "protected_fifos", 2, () -> protections.fifos, value -> protections.fifos = value);
        number(fs, "protected_hardlinks", 1, () -> protections.hardlinks, value -> protections.hardlinks = value);
        number(fs, "protected_regular", 2, () -> protections.regular, value -> protections.regular = value);
        number(fs, "protected_symlinks", 1, () -> protections.symlinks, value -> protections.symlinks = value);
        number(fs, "suid_dumpable", 0, 0, 2);
        TreeDirectory epoll = fs.directory("epoll");
        number(epoll, "max_user_watches", 1 << 20, 0, Long.MAX_VALUE);
        TreeDirectory inotify = fs.directory("inotify");
        kept(inotify, "max_queued_events", kernel.limits.inotifyEvents, 0, INT_MAX);
        kept(inotify, "max_user_instances", kernel.limits.inotifyInstances, 0, INT_MAX);
        kept(inotify, "max_user_watches", kernel.limits.inotifyWatches, 0, INT_MAX);
        TreeDirectory fanotify = fs.directory("fanotify");
        kept(fanotify, "max_queued_events", kernel.limits.fanotifyEvents, 0, INT_MAX);
        kept(fanotify, "max_user_groups", kernel.limits.fanotifyGroups, 0, INT_MAX);
        kept(fanotify, "max_user_marks", kernel.limits.fanotifyMarks, 0, INT_MAX);
        number(fanotify, "watchdog_timeout", 0, 0, INT_MAX);
        TreeDirectory mqueue = fs.directory("mqueue");
        MqueueLimits limits = kernel.mqueues.limits;
        kept(mqueue, "msg_default", limits.defaultMessages, 1, 65536);
        kept(mqueue, "msg_max", limits.mostMessages, 1, 65536);
        kept(mqueue, "msgsize_default", limits.defaultSize, 128, 16 << 20);
        kept(mqueue, "msgsize_max", limits.mostSize, 128, 16 << 20);
        kept(mqueue, "queues_max", limits.mostQueues, 0, INT_MAX);
        fs.directory("binfmt_misc");
    }

    private static int openFiles(Kernel kernel) {
        int n = 0;
        for (Task task : kernel.tasks.tasks()) {
            if (task.isLeader()) {
                for (int fd = 0; fd < task.files().size(); fd++) {
                    n += task.files().lookup(fd) == null ? 0 : 1;
                }
            }
        }
        return n;
    }
}
