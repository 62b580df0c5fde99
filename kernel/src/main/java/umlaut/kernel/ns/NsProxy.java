package umlaut.kernel.ns;

import umlaut.kernel.UtsName;
import umlaut.kernel.sysv.IpcNamespace;

/**
 * The namespaces of a task but for those of users (in its credentials), mounts (in its {@code FsContext}) and its own pid's (in its thread group); replaced as a whole
 * (Linux: struct nsproxy).
 *
 * @param pidForChildren where its next children live
 */
public record NsProxy(
        UtsName uts,
        IpcNamespace ipc,
        PidNamespace pidForChildren,
        PlainNamespace net,
        PlainNamespace cgroup,
        PlainNamespace time) {
    public NsProxy with(UtsName fresh) {
        return new NsProxy(fresh, ipc, pidForChildren, net, cgroup, time);
    }

    public NsProxy with(IpcNamespace fresh) {
        return new NsProxy(uts, fresh, pidForChildren, net, cgroup, time);
    }

    /** With another network. */
    public NsProxy withNet(PlainNamespace fresh) {
        return new NsProxy(uts, ipc, pidForChildren, fresh, cgroup, time);
    }

    public NsProxy with(PidNamespace fresh) {
        return new NsProxy(uts, ipc, fresh, net, cgroup, time);
    }
}
