package umlaut.kernel.ns;

import org.jspecify.annotations.Nullable;

/** What all namespaces have in common (Linux: struct ns_common, include/linux/ns_common.h). */
public interface Namespace {
    NamespaceKind kind();

    /** The number in the text of /proc/PID/ns/*, and st_ino of the file behind it. */
    long ino();

    /** Capabilities in this user namespace are what counts for changes of the namespace; for a user namespace, its parent (null: the initial one). */
    @Nullable UserNamespace owner();

    /** As the links of /proc/PID/ns say it: "uts:[4026531838]". */
    default String text() {
        return kind().text + ":[" + ino() + "]";
    }
}
