package umlaut.kernel.system;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import umlaut.abi.Capability;
import umlaut.abi.Clock;
import umlaut.abi.Errno;
import umlaut.abi.GetRandomFlags;
import umlaut.abi.Le;
import umlaut.abi.Limits;
import umlaut.abi.RebootConst;
import umlaut.abi.Signal;
import umlaut.abi.Sysinfo;
import umlaut.host.HostCalls;
import umlaut.host.Syscall;
import umlaut.kernel.Kernel;
import umlaut.kernel.ns.PidNamespace;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;
import umlaut.kernel.tty.Tty;

/** sysinfo(2), getrandom(2), reboot(2), personality(2), vhangup(2). */
public final class MachineCalls {
    private static final int ALL_RANDOM_FLAGS =
            GetRandomFlags.GRND_NONBLOCK | GetRandomFlags.GRND_RANDOM | GetRandomFlags.GRND_INSECURE;
    private static final int RANDOM_CHUNK = 64 << 10;
    private static final int EMERGENCY = 0;

    private MachineCalls() {}

    public static long sysinfo(Task task, long address) {
        Kernel kernel = task.kernel;
        MemorySegment out = task.memory.build(Sysinfo.SIZE);
        long total = kernel.memoryBytes();
        Le.putLong(out, Sysinfo.UPTIME, uptimeNs(task) / 1_000_000_000L);
        Le.putLong(out, Sysinfo.TOTALRAM, total);
        Le.putLong(out, Sysinfo.FREERAM, Math.max(0, total - kernel.pages.allocatedBytes()));
        Le.putLong(out, Sysinfo.SHAREDRAM, kernel.pages.allocatedBytes());
        long swap = kernel.swap.totalPages() * Limits.PAGE_SIZE;
        Le.putLong(out, Sysinfo.TOTALSWAP, swap);
        Le.putLong(out, Sysinfo.FREESWAP, swap);
        Le.putShort(out, Sysinfo.PROCS, kernel.tasks.taskCount());
        Le.putInt(out, Sysinfo.MEM_UNIT, 1);
        task.memory.write(address, out);
        return 0;
    }

    /** Since the machine was started, as the task's time namespace has it. */
    public static long uptimeNs(Task task) {
        Kernel kernel = task.kernel;
        return kernel.clock.monotonicNs()
                - kernel.bootMonotonicNs
                + task.ns().time().offsetNs(Clock.CLOCK_BOOTTIME);
    }

    /** The host's own generator. */
    public static long getrandom(Task task, long address, long length, int flags) {
        int bad = GetRandomFlags.GRND_RANDOM | GetRandomFlags.GRND_INSECURE;
        if ((flags & ~ALL_RANDOM_FLAGS) != 0 || (flags & bad) == bad) {
            return Errno.EINVAL.negative();
        }
        if (length >= 0 && length <= 256) {
            MemorySegment out = task.memory.build((int) length);
            long n = HostCalls.call(Syscall.GETRANDOM, out.address(), length, 0);
            task.memory.write(address, out, 0, n);
            return n;
        }
        long wanted = Math.min(length < 0 ? Long.MAX_VALUE : length, Integer.MAX_VALUE);
        long done = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(RANDOM_CHUNK);
            while (done < wanted) {
                long n = HostCalls.call(Syscall.GETRANDOM, buffer.address(), Math.min(wanted - done, RANDOM_CHUNK), 0);
                long written = n <= 0 ? 0 : task.user().write(address + done, buffer, 0, n);
                done += written;
                if (n <= 0 || written < n) {
                    return done > 0 ? done : Errno.EFAULT.negative();
                }
            }
        }
        return done;
    }

    /**
     * Ends pid 1 as in a pid namespace: by SIGHUP for a restart, SIGINT for the others; the machine sees {@link
     * Kernel#rebootCommand}.
     */
    public static long reboot(Task task, int magic1, int magic2, int command) {
        PidNamespace pids = task.group.pidNs;
        if (!task.credentials().capableIn(pids.owner(), Capability.CAP_SYS_BOOT)) {
            return Errno.EPERM.negative();
        }
        boolean magic = magic2 == RebootConst.LINUX_REBOOT_MAGIC2
                || magic2 == RebootConst.LINUX_REBOOT_MAGIC2A
                || magic2 == RebootConst.LINUX_REBOOT_MAGIC2B
                || magic2 == RebootConst.LINUX_REBOOT_MAGIC2C;
        if (magic1 != RebootConst.LINUX_REBOOT_MAGIC1 || !magic) {
            return Errno.EINVAL.negative();
        }
        int signo;
        switch (command) {
            case RebootConst.LINUX_REBOOT_CMD_CAD_ON, RebootConst.LINUX_REBOOT_CMD_CAD_OFF -> {
                if (pids.level() != 0) {
                    return Errno.EINVAL.negative();
                }
                task.kernel.ctrlAltDelRestarts = command == RebootConst.LINUX_REBOOT_CMD_CAD_ON;
                return 0;
            }
            case RebootConst.LINUX_REBOOT_CMD_RESTART, RebootConst.LINUX_REBOOT_CMD_RESTART2 -> signo = Signal.SIGHUP;
            case RebootConst.LINUX_REBOOT_CMD_POWER_OFF, RebootConst.LINUX_REBOOT_CMD_HALT -> signo = Signal.SIGINT;
            default -> {
                return Errno.EINVAL.negative();
            }
        }
        if (pids.level() == 0) {
            ending(task.kernel, command);
        }
        ThreadGroup init = pids.init();
        if (init != null) {
            Signals.kill(init, signo);
        }
        return 0;
    }

    /** The machine is about to end, for that reason. */
    public static void ending(Kernel kernel, int command) {
        kernel.rebootCommand = command;
        kernel.log.log(EMERGENCY, lastWords(command));
    }

    private static String lastWords(int command) {
        return switch (command) {
            case RebootConst.LINUX_REBOOT_CMD_POWER_OFF -> "reboot: Power down";
            case RebootConst.LINUX_REBOOT_CMD_HALT -> "reboot: System halted";
            default -> "reboot: Restarting system";
        };
    }

    /** @param persona 0xffffffff only asks */
    public static long personality(Task task, int persona) {
        int old = task.settings.personality;
        if (persona != -1) {
            task.settings.personality = persona;
            task.mm().endLease();
        }
        return old & 0xffff_ffffL;
    }

    public static long vhangup(Task task) {
        if (!task.credentials().capable(Capability.CAP_SYS_TTY_CONFIG)) {
            return Errno.EPERM.negative();
        }
        Tty tty = task.group.session().tty;
        if (tty != null) {
            tty.hangup();
        }
        return 0;
    }
}
