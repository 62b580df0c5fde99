package umlaut.fs.cgroup;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.DirentType;
import umlaut.abi.Errno;
import umlaut.fs.support.TextInode;
import umlaut.fs.support.TextSink;
import umlaut.fs.support.TextSource;
import umlaut.fs.support.TreeDirectory;
import umlaut.kernel.cgroup.Cgroup;
import umlaut.kernel.cgroup.CgroupNode;
import umlaut.kernel.cgroup.Controller;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Permissions;

/** A group's directory: its files, those of the controllers that its parent hands down, and the groups below. */
final class CgroupDirectory extends TreeDirectory implements CgroupNode {
    final CgroupFs fs;
    final Cgroup cgroup;
    /** Files that are there only with a controller. */
    private final Map<String, Controller> needs = new HashMap<>();

    CgroupDirectory(CgroupFs fs, @Nullable CgroupDirectory up, Cgroup cgroup, int permissions, Credentials owner) {
        super(fs, up, fs.nextInode(), permissions);
        this.fs = fs;
        this.cgroup = cgroup;
        uid = owner.fsuid();
        gid = owner.fsgid();
        CoreFiles.addTo(this);
        ControllerFiles.addTo(this);
    }

    @Override
    public Cgroup cgroup() {
        return cgroup;
    }

    @Override
    public boolean mayAttach(Credentials who) {
        Inode procs = super.lookup(CoreFiles.PROCS);
        return procs != null && procs.permits(who, Permissions.MAY_WRITE);
    }

    // --- building ---

    /** A file that is always there. */
    void file(String name, int permissions, TextSource source, @Nullable TextSink sink) {
        TextInode inode = new TextInode(
                fs,
                fs.nextInode(),
                permissions,
                reader -> {
                    requireThere();
                    return source.text(reader);
                },
                (writer, text) -> {
                    requireThere();
                    if (sink == null) {
                        throw Errno.EINVAL.exception();
                    }
                    sink.write(writer, text);
                });
        inode.uid = uid;
        inode.gid = gid;
        add(name, inode);
    }

    void file(Controller controller, String name, int permissions, TextSource source, @Nullable TextSink sink) {
        needs.put(name, controller);
        file(name, permissions, source, sink);
    }

    /** The text of a file that can only be written. */
    static String notThatWay() {
        throw Errno.EINVAL.exception();
    }

    private void requireThere() {
        if (cgroup.removed()) {
            throw Errno.ENODEV.exception();
        }
    }

    // --- names ---

    @Override
    public boolean stale() {
        return cgroup.removed();
    }

    private boolean shown(String name) {
        Controller controller = needs.get(name);
        return controller == null || cgroup.controllers().contains(controller);
    }

    @Override
    public @Nullable Inode lookup(String name) {
        if (cgroup.removed()) {
            return null;
        }
        Cgroup child = cgroup.child(name);
        if (child != null) {
            return fs.directory(child, this);
        }
        return shown(name) ? super.lookup(name) : null;
    }

    @Override
    protected List<Entry> entries(@Nullable Task task) {
        List<Entry> all = new ArrayList<>();
        if (cgroup.removed()) {
            return all;
        }
        for (Entry entry : super.entries(task)) {
            if (shown(entry.name())) {
                all.add(entry);
            }
        }
        cgroup.children()
                .forEach(child -> all.add(new Entry(child.name, fs.directory(child, this).ino, DirentType.DT_DIR)));
        return all;
    }

    @Override
    public Inode mkdir(String name, int mode, Credentials owner) {
        Cgroup child = fs.kernel.cgroups.make(cgroup, name);
        nlink = nlink + 1;
        return fs.directory(child, this, mode & 07777, owner);
    }

    @Override
    public void rmdir(String name, Inode victim) {
        if (!(victim instanceof CgroupDirectory directory)) {
            throw Errno.EPERM.exception();
        }
        fs.kernel.cgroups.remove(directory.cgroup);
        directory.nlink = 0;
        nlink = nlink - 1;
    }

    @Override
    public Inode create(String name, int mode, long rdev, Credentials owner) {
        throw Errno.EACCES.exception();
    }
}
