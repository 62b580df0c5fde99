package umlaut.kernel.ipc;

import umlaut.kernel.Kernel;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;

/** What a kernel keeps for communication between processes; puts itself in place where the other parts have hooks. */
public final class Ipc {
    private final InotifyHub hub;

    public Ipc(Kernel kernel) {
        hub = new InotifyHub(kernel);
        kernel.vfs.setFifoOpener(new Fifos());
        kernel.syscalls.add(new IpcFamily(hub));
        kernel.syscalls.add(new umlaut.kernel.wait.PollCalls());
    }

    /** F_NOTIFY of fcntl(2). @param events DN_* */
    public long notifyDirectory(Task task, File directory, int fd, int events) {
        return DirectoryWatch.set(hub, task, directory, fd, events);
    }
}
