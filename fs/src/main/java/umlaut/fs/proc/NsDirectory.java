package umlaut.fs.proc;

import java.util.Map;
import java.util.TreeMap;
import umlaut.fs.support.LinkInode;
import umlaut.fs.support.TreeDirectory;

/** /proc/PID/ns, namespaces(7): the names of the namespaces, all initial but that of mounts. */
final class NsDirectory extends TreeDirectory {
    private static final Map<String, Long> INITIAL = new TreeMap<>(Map.of(
            "cgroup", 0xeffffffbL,
            "ipc", 0xefffffffL,
            "net", 0xf0000098L,
            "pid", 0xeffffffcL,
            "pid_for_children", 0xeffffffcL,
            "time", 0xeffffffaL,
            "time_for_children", 0xeffffffaL,
            "user", 0xeffffffdL,
            "uts", 0xeffffffeL));

    NsDirectory(PidDirectory up, long ino) {
        super(up.subject.fs(), up, ino, 0511);
        Subject subject = up.subject;
        int n = 1;
        for (Map.Entry<String, Long> e : INITIAL.entrySet()) {
            String kind = e.getKey().replace("_for_children", "");
            String target = kind + ":[" + e.getValue() + "]";
            add(e.getKey(), new LinkInode(subject.fs(), ino | (long) n++ << 12, reader -> target));
        }
        add(
                "mnt",
                new LinkInode(
                        subject.fs(),
                        ino | (long) n << 12,
                        reader -> "mnt:[" + MountsText.namespace(subject).ino + "]"));
    }
}
