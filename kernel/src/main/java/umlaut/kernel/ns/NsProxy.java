package umlaut.kernel.ns;

import umlaut.kernel.UtsName;
import umlaut.kernel.cgroup.CgroupNamespace;
import umlaut.kernel.sysv.IpcNamespace;

/**
 * The namespaces of a task but for those of users (in its credentials), mounts (in its {@code FsContext}) and its own pid's (in its thread group); replaced as a whole
 * (Linux: struct nsproxy).
 *
 * @param pidForChildren where its next children live
 * @param timeForChildren where its next children live, and the task itself after execve(2)
 */
public record NsProxy(
        UtsName uts,
        IpcNamespace ipc,
        PidNamespace pidForChildren,
        PlainNamespace net,
        CgroupNamespace cgroup,
        TimeNamespace time,
        TimeNamespace timeForChildren) {
    public NsProxy with(UtsName fresh) {
        return new NsProxy(fresh, ipc, pidForChildren, net, cgroup, time, timeForChildren);
    }

    public NsProxy with(IpcNamespace fresh) {
        return new NsProxy(uts, fresh, pidForChildren, net, cgroup, time, timeForChildren);
    }

    /** With another network. */
    public NsProxy withNet(PlainNamespace fresh) {
        return new NsProxy(uts, ipc, pidForChildren, fresh, cgroup, time, timeForChildren);
    }

    public NsProxy with(PidNamespace fresh) {
        return new NsProxy(uts, ipc, fresh, net, cgroup, time, timeForChildren);
    }

    /** With other clocks, for the task itself or only for those to come. */
    public NsProxy withTime(TimeNamespace own, TimeNamespace forChildren) {
        return new NsProxy(uts, ipc, pidForChildren, net, cgroup, own, forChildren);
    }

    /** With another root of control groups. */
    public NsProxy with(CgroupNamespace fresh) {
        return new NsProxy(uts, ipc, pidForChildren, net, fresh, time, timeForChildren);
    }
}
