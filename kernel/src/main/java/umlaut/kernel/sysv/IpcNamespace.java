package umlaut.kernel.sysv;

import umlaut.kernel.ns.Namespace;
import umlaut.kernel.ns.NamespaceKind;
import umlaut.kernel.ns.UserNamespace;

/** The System V objects that a set of tasks shares, ipc_namespaces(7) (Linux: struct ipc_namespace). */
public final class IpcNamespace implements Namespace {
    private final long ino;
    private final UserNamespace owner;
    public final IpcSettings settings = new IpcSettings();
    final SharedMemoryCalls memory = new SharedMemoryCalls(settings);
    final SemaphoreCalls semaphores;
    final MessageQueueCalls queues = new MessageQueueCalls(settings);

    IpcNamespace(long ino, UserNamespace owner, SemUndo undo) {
        this.ino = ino;
        this.owner = owner;
        this.semaphores = new SemaphoreCalls(settings, undo);
    }

    @Override
    public NamespaceKind kind() {
        return NamespaceKind.IPC;
    }

    @Override
    public long ino() {
        return ino;
    }

    @Override
    public UserNamespace owner() {
        return owner;
    }
}
