package umlaut.fs.proc;

import java.util.Comparator;
import java.util.List;
import umlaut.abi.Errno;
import umlaut.abi.Signal;
import umlaut.engine.Reg;
import umlaut.kernel.Kernel;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskState;
import umlaut.kernel.task.ThreadGroup;

/** /proc/sysrq-trigger, proc_sysrq-trigger(5): what the magic keys do, for looking into this kernel: the answers go to its log (Linux: drivers/tty/sysrq.c). */
final class SysrqTrigger {
    private static final int INFO = 6;

    private SysrqTrigger() {}

    /** By root: the first character written says what to do. Unknown ones list those that are known. */
    static void write(Task writer, String text) {
        if (text.isEmpty()) {
            throw Errno.EINVAL.exception();
        }
        Kernel kernel = writer.kernel;
        switch (text.charAt(0)) {
            case 't' -> showTasks(kernel, false);
            case 'w' -> showTasks(kernel, true);
            case 'e' -> toAll(kernel, Signal.SIGTERM);
            case 'i' -> toAll(kernel, Signal.SIGKILL);
            case 's' -> kernel.log.log(INFO, "sysrq: Emergency Sync"); // there is nothing that only this kernel holds
            default ->
                kernel.log.log(
                        INFO,
                        "sysrq: HELP : terminate-all-tasks(e) kill-all-tasks(i) sync(s) show-task-states(t)"
                                + " show-blocked-tasks(w)");
        }
    }

    private static void toAll(Kernel kernel, int signo) {
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

    private static void show(Kernel kernel, Task task) {
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
