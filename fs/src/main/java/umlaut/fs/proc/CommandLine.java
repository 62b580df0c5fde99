package umlaut.fs.proc;

import umlaut.kernel.mm.Mm;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;

/** A process's command line, as ps(1) shows it, for those who look from outside the guest. */
public final class CommandLine {
    private CommandLine() {}

    public static String of(ThreadGroup group) {
        Task task = group.anyThread();
        Mm mm = group.mmOrNull();
        mm = mm == null ? null : mm.tryAcquire();
        String words =
                mm == null ? "" : UserStrings.cmdline(mm).replace('\0', ' ').strip();
        return !words.isEmpty() ? words : "[" + (task == null ? "" : task.comm()) + "]";
    }
}
