package umlaut.fs.proc;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import umlaut.abi.DirentType;
import umlaut.fs.support.TreeDirectory;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.ns.Namespace;
import umlaut.kernel.ns.NamespaceKind;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.Unshare;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.NsInode;
import umlaut.kernel.vfs.Path;

/** /proc/PID/ns, namespaces(7): magic links to the files of the process's namespaces (Linux: fs/proc/namespaces.c). */
final class NsDirectory extends TreeDirectory {
    /** What one link leads to; null: nothing. */
    private interface Target {
        @Nullable Namespace of(Task task);
    }

    private static final Map<String, Target> LINKS = links();

    private final Subject subject;
    private final long number;

    NsDirectory(PidDirectory up, long ino) {
        super(up.subject.fs(), up, ino, 0511);
        this.subject = up.subject;
        this.number = ino;
        refresh();
    }

    @Override
    public void refresh() {
        Ownership.update(this, subject, false);
    }

    @Override
    public boolean permits(Credentials credentials, int mask) {
        refresh();
        return super.permits(credentials, mask);
    }

    private static Map<String, Target> links() {
        Map<String, Target> links = new TreeMap<>();
        for (NamespaceKind kind : NamespaceKind.values()) {
            links.put(kind.text, task -> Unshare.namespace(task, kind));
        }
        // Until the first child is there, a new namespace has nobody to be shown to.
        links.put("pid_for_children", task -> {
            var pids = task.ns().pidForChildren();
            return pids == task.group.pidNs || pids.init() != null ? pids : null;
        });
        links.put("time_for_children", task -> task.ns().timeForChildren());
        return links;
    }

    @Override
    public boolean stale() {
        return !subject.exists();
    }

    @Override
    public @Nullable Inode lookup(String name) {
        Target target = LINKS.get(name);
        return target == null ? null : new Link(subject, number(name), target);
    }

    private long number(String name) {
        return number | (long) (1 + new ArrayList<>(LINKS.keySet()).indexOf(name)) << 12;
    }

    @Override
    protected List<Entry> entries(@Nullable Task task) {
        List<Entry> all = new ArrayList<>();
        for (String name : LINKS.keySet()) {
            all.add(new Entry(name, number(name), DirentType.DT_LNK));
        }
        return all;
    }

    /** One link. */
    private static final class Link extends PidLinkBase {
        private final Target target;

        Link(Subject subject, long ino, Target target) {
            super(subject, ino, umlaut.abi.Mode.S_IFLNK | 0777);
            this.target = target;
            this.size = 0;
        }

        private Namespace namespace(Task of) {
            Namespace found = target.of(of);
            if (found == null) {
                throw umlaut.abi.Errno.ENOENT.exception();
            }
            return found;
        }

        @Override
        Path path(Task of) {
            return NsInode.path(of.kernel.vfs, namespace(of));
        }

        @Override
        String name(Task of, @Nullable Task reader) {
            return namespace(of).text();
        }
    }
}
