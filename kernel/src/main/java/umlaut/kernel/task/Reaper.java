package umlaut.kernel.task;

import java.util.List;
import umlaut.abi.Signal;
import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.signal.SigAction;
import umlaut.kernel.vfs.FileTable;
import umlaut.kernel.vfs.FsContext;

/**
 * A pid 1 without a program, for guests whose command shall not be it (docker's --init): orphans become its children and are gone as they end, since it ignores SIGCHLD.
 * No signal from inside does anything to it (kill(2)); it sleeps until the machine ends, or reboot(2).
 */
public final class Reaper {
    private Reaper() {}

    /** Starts it in a kernel that has no task yet. @param fs its root and working directory; given over to it */
    public static void start(Kernel kernel, FsContext fs) {
        ProcessSpec spec = new ProcessSpec(
                "",
                List.of(),
                List.of(),
                Credentials.ROOT,
                fs,
                new FileTable(),
                new Limits(),
                task -> task.group.handlers().set(Signal.SIGCHLD, SigAction.IGNORE));
        Init.spawn(kernel, spec, Reaper::sleep);
    }

    private static void sleep(Task task) {
        while (!task.group.mustExit(task)) {
            task.prepareToSleep();
            if (!task.group.mustExit(task)) {
                task.sleep(Long.MAX_VALUE);
            }
        }
        throw TaskExit.now();
    }
}
