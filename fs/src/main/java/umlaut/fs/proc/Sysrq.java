package umlaut.fs.proc;

import java.util.Comparator;
import java.util.List;
import umlaut.abi.Errno;
import umlaut.abi.RebootConst;
import umlaut.abi.Signal;
import umlaut.engine.Reg;
import umlaut.kernel.Kernel;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.system.MachineCalls;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskState;
import umlaut.kernel.task.ThreadGroup;

/** What the magic keys do (Documentation/admin-guide/sysrq.rst), by /proc/sysrq-trigger (proc_sysrq-trigger(5)) and from outside: the answers go to the kernel's log (Linux: drivers/tty/sysrq.c). */
public final class Sysrq {
    private static final int INFO = 6, MEMORY_LINES = 8;

    private Sysrq() {}

    /** By root: the first character written says what to do. Unknown ones list those that are known. */
    static void write(Task writer, String text) {
        if (text.isEmpty()) {
            throw Errno.EINVAL.exception();
        }
        handle(writer.kernel, text.charAt(0));
    }

    public static void handle(Kernel kernel, char letter) {
        switch (letter) {
            case 't' -> showTasks(kernel, false);
            case 'w' -> showTasks(kernel, true);
            case 'm' -> showMemory(kernel);
            case 'e' -> toAll(kernel, Signal.SIGTERM, "sysrq: Terminate All Tasks");
            case 'i' -> toAll(kernel, Signal.SIGKILL, "sysrq: Kill All Tasks");
            case 's' -> kernel.log.log(INFO, "sysrq: Emergency Sync"); // there is nothing that only this kernel holds
            case 'b' -> end(kernel, RebootConst.LINUX_REBOOT_CMD_RESTART, "sysrq: Resetting");
            case 'o' -> end(kernel, RebootConst.LINUX_REBOOT_CMD_POWER_OFF, "sysrq: Power Off");
            case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
                kernel.log.log(INFO, "sysrq: Changing Loglevel");
                kernel.log.consoleLevel = letter - '0';
                kernel.log.log(INFO, "sysrq: Loglevel set to " + letter);
            }
            default ->
                kernel.log.log(
                        INFO,
                        "sysrq: HELP : loglevel(0-9) reboot(b) terminate-all-tasks(e) kill-all-tasks(i)"
                                + " show-memory-usage(m) poweroff(o) sync(s) show-task-states(t)"
                                + " show-blocked-tasks(w)");
        }
    }

    private static void end(Kernel kernel, int command, String text) {
        kernel.log.log(INFO, text);
        endMachine(kernel, command);
    }

    /** Ends all processes at once, for that reason (LINUX_REBOOT_CMD_*). */
    public static void endMachine(Kernel kernel, int command) {
        MachineCalls.ending(kernel, command);
        ThreadGroup init = kernel.tasks.group(1);
        if (init != null) {
            Signals.kill(init, Signal.SIGKILL);
        }
    }

    private static void showMemory(Kernel kernel) {
        kernel.log.log(INFO, "sysrq: Show Memory");
        MemoryInfo.of(kernel).meminfo().lines().limit(MEMORY_LINES).forEach(line -> kernel.log.log(INFO, line));
    }

    private static void toAll(Kernel kernel, int signo, String text) {
        kernel.log.log(INFO, text);
        for (ThreadGroup group : kernel.tasks.groups()) {
            if (group.tgid != 1) {
                Signals.send(group, umlaut.kernel.signal.SigInfo.kernel(signo));
            }
        }
    }

    /** @param blocked only those in uninterruptible sleep */
    private static void showTasks(Kernel kernel, boolean blocked) {
        kernel.log.log(INFO, blocked ? "sysrq: Show Blocked State" : "sysrq: Show State");
        List<Task> all = kernel.tasks.tasks();
        all.sort(Comparator.comparingInt(task -> task.tid));
        for (Task task : all) {
            if (!blocked || task.state() == TaskState.UNINTERRUPTIBLE) {
                show(kernel, task);
            }
        }
    }

    /** A task with its stack in the kernel. */
    public static void show(Kernel kernel, Task task) {
        ThreadGroup parent = task.group.parent;
        kernel.log.log(
                INFO,
                "task:%-15s state:%c pid:%-5d tgid:%-5d ppid:%-6d host:%d"
                        .formatted(
                                task.comm(),
                                task.state().letter,
                                task.tid,
                                task.group.tgid,
                                parent == null ? 0 : parent.tgid,
                                task.isZombie() ? 0 : task.user().hostTid()));
        if (task.isZombie()) {
            return;
        }
        kernel.log.log(
                INFO,
                "RIP: 0033:0x%x RSP: 0x%x ORIG_RAX: %d"
                        .formatted(task.user().reg(Reg.RIP), task.user().reg(Reg.RSP), task.origRax));
        kernel.log.log(INFO, "Call Trace:");
        for (StackTraceElement frame : task.kernelStack()) {
            kernel.log.log(INFO, "  " + frame);
        }
    }
}
