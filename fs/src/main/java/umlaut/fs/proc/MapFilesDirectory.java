package umlaut.fs.proc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.DirentType;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.fs.support.TreeDirectory;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.mm.Vma;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/** /proc/PID/map_files, proc_pid_map_files(5): a link for each mapping of a file, named by its addresses. Who may trace the process sees them; only CAP_CHECKPOINT_RESTORE follows them. */
final class MapFilesDirectory extends TreeDirectory {
    private final Subject subject;

    MapFilesDirectory(PidDirectory up, long ino) {
        super(up.subject.fs(), up, ino, 0500);
        this.subject = up.subject;
        Ownership.update(this, subject, false);
    }

    @Override
    public boolean stale() {
        return !subject.exists();
    }

    @Override
    public void refresh() {
        Ownership.update(this, subject, false);
    }

    private static String name(Vma vma) {
        return Long.toHexString(vma.start()) + "-" + Long.toHexString(vma.end());
    }

    /** Now. */
    private static List<Vma> mappings(Subject subject) {
        Mm mm = subject.acquireMm();
        if (mm == null) {
            return List.of();
        }
        try {
            return mm.vmas().stream().filter(vma -> vma.file() != null).toList();
        } finally {
            mm.release();
        }
    }

    private static @Nullable File file(Subject subject, String name) {
        for (Vma vma : mappings(subject)) {
            if (name(vma).equals(name)) {
                return vma.file();
            }
        }
        return null;
    }

    @Override
    public @Nullable Inode lookup(String name) {
        PtraceAccess.require(subject.fs().kernel.current(), subject.task());
        File file = file(subject, name);
        return file == null ? null : new Link(subject, subject.fs().nextInode(), name, file);
    }

    @Override
    protected List<Entry> entries(@Nullable Task task) {
        PtraceAccess.require(task, subject.task());
        List<Entry> all = new ArrayList<>();
        for (Vma vma : mappings(subject)) {
            all.add(new Entry(name(vma), ino + vma.start(), DirentType.DT_LNK));
        }
        return all;
    }

    /** One link. */
    private static final class Link extends PidLinkBase {
        private final String name;

        Link(Subject subject, long ino, String name, File file) {
            super(subject, ino, Mode.S_IFLNK | (file.readable() ? 0400 : 0) | (file.writable() ? 0200 : 0));
            this.name = name;
        }

        @Override
        Path path(Task of) {
            File file = file(subject, name);
            Path path = file == null ? null : file.path;
            if (path == null) {
                throw Errno.ENOENT.exception();
            }
            return path;
        }

        @Override
        public boolean stale() {
            return super.stale() || file(subject, name) == null;
        }

        @Override
        public Path followMagic(@Nullable Task task) {
            if (task != null
                    && !task.credentials().capable(Capability.CAP_CHECKPOINT_RESTORE)
                    && !task.credentials().capable(Capability.CAP_SYS_ADMIN)) {
                throw Errno.EPERM.exception();
            }
            return super.followMagic(task);
        }
    }
}
