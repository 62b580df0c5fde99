package umlaut.kernel.ns;

import org.jspecify.annotations.Nullable;
import umlaut.abi.CloneFlags;

/** The kinds of namespaces, namespaces(7). */
public enum NamespaceKind {
    CGROUP("cgroup", CloneFlags.CLONE_NEWCGROUP),
    IPC("ipc", CloneFlags.CLONE_NEWIPC),
    MNT("mnt", CloneFlags.CLONE_NEWNS),
    NET("net", CloneFlags.CLONE_NEWNET),
    PID("pid", CloneFlags.CLONE_NEWPID),
    TIME("time", CloneFlags.CLONE_NEWTIME),
    USER("user", CloneFlags.CLONE_NEWUSER),
    UTS("uts", CloneFlags.CLONE_NEWUTS);

    /** As in the names of /proc/PID/ns. */
    public final String text;
    /** CLONE_NEW*. */
    public final long cloneFlag;

    NamespaceKind(String text, long cloneFlag) {
        this.text = text;
        this.cloneFlag = cloneFlag;
    }

    /** The kind with that CLONE_NEW* flag, or null. */
    public static @Nullable NamespaceKind ofFlag(long flag) {
        for (NamespaceKind kind : values()) {
            if (kind.cloneFlag == flag) {
                return kind;
            }
        }
        return null;
    }
}
