package umlaut.fs.proc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.DirentType;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.abi.OpenFlags;
import umlaut.fs.support.TreeDirectory;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.FileTable;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/** /proc/PID/fd and /proc/PID/fdinfo: an entry an open descriptor, proc_pid_fd(5), proc_pid_fdinfo(5). */
final class FdDirectory extends TreeDirectory {
    private static final int FD_SHIFT = 12;
    private final Subject subject;
    private final boolean infos;

    private FdDirectory(PidDirectory up, long ino, boolean infos) {
        super(up.subject.fs(), up, ino, infos ? 0555 : 0500);
        this.subject = up.subject;
        this.infos = infos;
        refresh();
    }

    static FdDirectory descriptors(PidDirectory up, long ino, int mode) {
        return new FdDirectory(up, ino, false);
    }

    static FdDirectory infos(PidDirectory up, long ino, int mode) {
        return new FdDirectory(up, ino, true);
    }

    @Override
    public boolean stale() {
        return !subject.exists();
    }

    @Override
    public void refresh() {
        Ownership.update(this, subject, false);
    }

    /** A process may always look at its own descriptors (proc_fd_permission). */
    @Override
    @SuppressWarnings("ReferenceEquality") // the very credentials object, not equal ones
    public boolean permits(Credentials credentials, int mask) {
        refresh();
        return super.permits(credentials, mask) || credentials == subject.task().credentials();
    }

    @Override
    public @Nullable Inode lookup(String name) {
        int fd = ProcRoot.number(name);
        Task of = subject.task();
        File file = fd < 0 ? null : of.files().lookup(fd);
        if (file == null) {
            return null;
        }
        long number = inoOf(fd);
        if (infos) {
            return new PidText(subject, number, 0444, reader -> info(fd), null) {
                @Override
                public boolean stale() {
                    return super.stale() || subject.task().files().lookup(fd) == null;
                }
            };
        }
        int mode = Mode.S_IFLNK | (file.readable() ? 0500 : 0) | (file.writable() ? 0300 : 0);
        return new FdLink(subject, number, mode, fd, file);
    }

    private long inoOf(int fd) {
        return ino | (long) (fd + 1) << FD_SHIFT;
    }

    private String info(int fd) {
        Task of = subject.task();
        FileTable files = of.files();
        File file = files.lookup(fd);
        if (file == null) {
            throw Errno.ENOENT.exception();
        }
        int flags = file.flags() | (files.closeOnExec(fd) ? OpenFlags.O_CLOEXEC : 0);
        Path path = file.path;
        int mount = path == null ? 0 : path.mount().id;
        return "pos:\t" + file.position() + "\nflags:\t0" + Integer.toOctalString(flags) + "\nmnt_id:\t" + mount
                + "\nino:\t" + file.inode().ino + "\n" + file.fdInfo();
    }

    @Override
    protected List<Entry> entries(@Nullable Task task) {
        PtraceAccess.require(task, subject.task());
        List<Entry> all = new ArrayList<>();
        FileTable files = subject.task().files();
        for (int fd = 0; fd < files.size(); fd++) {
            if (files.lookup(fd) != null) {
                all.add(new Entry(Integer.toString(fd), inoOf(fd), infos ? DirentType.DT_REG : DirentType.DT_LNK));
            }
        }
        return all;
    }

    /** One descriptor as a magic link, good as long as the same file stands there. */
    private static final class FdLink extends PidLinkBase {
        private final int fd;
        private final File file;

        FdLink(Subject subject, long ino, int mode, int fd, File file) {
            super(subject, ino, mode);
            this.fd = fd;
            this.file = file;
        }

        @Override
        public boolean stale() {
            return super.stale() || subject.task().files().lookup(fd) != file;
        }

        @Override
        Path path(Task of) {
            return of.kernel.vfs.pathOf(file);
        }

        @Override
        String name(Task of, @Nullable Task reader) {
            String anonymous = file.anonymousName();
            return anonymous != null ? anonymous : super.name(of, reader);
        }
    }
}
