package umlaut.kernel.cgroup;

import umlaut.kernel.ns.Namespace;
import umlaut.kernel.ns.NamespaceKind;
import umlaut.kernel.ns.UserNamespace;

/**
 * Which control group a set of tasks takes for the root, cgroup_namespaces(7) (Linux: struct cgroup_namespace).
 *
 * @param root where its maker was
 */
public record CgroupNamespace(long ino, UserNamespace owner, Cgroup root) implements Namespace {
    @Override
    public NamespaceKind kind() {
        return NamespaceKind.CGROUP;
    }
}
