package umlaut.kernel.ipc;

import umlaut.kernel.Kernel;

/** What a kernel keeps for communication between processes; puts itself in place where the other parts have hooks. */
public final class Ipc {
    public Ipc(Kernel kernel) {
        kernel.vfs.setFifoOpener(new Fifos());
        kernel.syscalls.add(new IpcFamily(new InotifyHub(kernel)));
        kernel.syscalls.add(new umlaut.kernel.wait.PollCalls());
    }
}
