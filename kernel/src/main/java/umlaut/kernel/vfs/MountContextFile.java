package umlaut.kernel.vfs;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.OpenFlags;
import umlaut.kernel.task.Task;

/**
 * What fsopen(2) and fspick(2) give: a file system in the making, or one to be changed (Linux: struct fs_context, fs/fsopen.c). Reading takes one message of what went
 * wrong. Its monitor guards it.
 */
final class MountContextFile extends File {
    /** How far it is. */
    private enum Phase {
        CREATE_PARAMETERS,
        AWAITING_MOUNT,
        RECONFIGURE_PARAMETERS,
        FAILED,
        DONE
    }

    private static final int MESSAGES = 8;

    private final Vfs vfs;
    private final FileSystemType type;
    private final StringBuilder options = new StringBuilder();
    private final Deque<String> messages = new ArrayDeque<>();
    private Phase phase;
    private @Nullable String source;
    private boolean readOnly;
    private @Nullable SuperBlock made;

    /** @param picked to be changed; null: a new one of {@code type} */
    MountContextFile(Task task, FileSystemType type, @Nullable SuperBlock picked) {
        super(null, OpenFlags.O_RDWR, task.credentials());
        this.vfs = task.kernel.vfs;
        this.type = type;
        this.made = picked;
        this.readOnly = picked != null && picked.readOnly();
        this.phase = picked == null ? Phase.CREATE_PARAMETERS : Phase.RECONFIGURE_PARAMETERS;
    }

    @Override
    public long seek(long offset, int whence) {
        throw Errno.ESPIPE.exception();
    }

    @Override
    public Inode inode() {
        return vfs.anonInode;
    }

    @Override
    public String anonymousName() {
        return "anon_inode:[fscontext]";
    }

    @Override
    public synchronized long read(Task task, umlaut.kernel.mm.IovIter to, long offset) {
        String message = messages.poll();
        if (message == null) {
            return Errno.ENODATA.negative();
        }
        byte[] text = (message + "\n").getBytes(StandardCharsets.ISO_8859_1);
        MemorySegment room = task.fileScratch.room();
        MemorySegment.copy(text, 0, room, ValueLayout.JAVA_BYTE, 0, text.length);
        if (to.remaining() < text.length) {
            return Errno.EMSGSIZE.negative();
        }
        long moved = to.copyOut(room, 0, text.length);
        return to.result(moved);
    }

    private ErrnoException complain(Errno errno, String text) {
        if (messages.size() == MESSAGES) {
            messages.poll();
        }
        messages.add("e " + text);
        return errno.exception();
    }

    // --- fsconfig ---

    private void requireParameters() {
        if (phase != Phase.CREATE_PARAMETERS && phase != Phase.RECONFIGURE_PARAMETERS) {
            throw Errno.EBUSY.exception();
        }
    }

    /** FSCONFIG_SET_FLAG. */
    synchronized void setFlag(String key) {
        requireParameters();
        switch (key) {
            case "ro" -> readOnly = true;
            case "rw" -> readOnly = false;
            case "source" -> throw complain(Errno.EINVAL, "VFS: Non-string source");
            case "sync", "async", "dirsync", "lazytime", "nolazytime", "mand", "nomand" -> {}
            default -> add(key);
        }
    }

    /** FSCONFIG_SET_STRING. */
    synchronized void setString(String key, String value) {
        requireParameters();
        if (!key.equals("source")) {
            add(key + "=" + value);
            return;
        }
        if (source != null) {
            throw complain(Errno.EINVAL, "VFS: Multiple sources");
        }
        source = value;
    }

    private void add(String option) {
        try {
            type.check(vfs.kernel, option);
        } catch (ErrnoException e) {
            int eq = option.indexOf('=');
            String key = eq < 0 ? option : option.substring(0, eq);
            throw complain(e.errno(), type.name() + ": Unknown parameter '" + key + "'");
        }
        options.append(options.isEmpty() ? "" : ",").append(option);
    }

    /** FSCONFIG_CMD_CREATE. @param exclusive fails if the file system was there already */
    synchronized void create(Task task, boolean exclusive) {
        if (phase != Phase.CREATE_PARAMETERS) {
            throw Errno.EBUSY.exception();
        }
        MountCalls.requireMountable(task, type);
        try {
            SuperBlock fresh = MountCalls.newSuper(
                    task, type.name(), source == null ? "none" : source, options.toString(), readOnly);
            if (exclusive && type.shared()) {
                throw Errno.EBUSY.exception();
            }
            made = fresh;
            phase = Phase.AWAITING_MOUNT;
        } catch (ErrnoException e) {
            phase = Phase.FAILED;
            throw e;
        }
    }

    /** FSCONFIG_CMD_RECONFIGURE. */
    synchronized void reconfigure(Task task) {
        SuperBlock fs = made;
        if (phase != Phase.RECONFIGURE_PARAMETERS || fs == null) {
            throw Errno.EBUSY.exception();
        }
        if (!task.credentials().capableIn(fs.userNs(), umlaut.abi.Capability.CAP_SYS_ADMIN)) {
            throw Errno.EPERM.exception();
        }
        try {
            MountCalls.reconfigure(fs, readOnly, options.toString());
            options.setLength(0);
        } catch (ErrnoException e) {
            phase = Phase.FAILED;
            throw e;
        }
    }

    /** fsmount(2). @param flags MS_* of the mount itself; @return a mount that stands nowhere; throws EINVAL, EBUSY, EPERM */
    synchronized Mount mount(int flags, MountNamespace caller) {
        SuperBlock fs = made;
        if (fs == null) {
            throw Errno.EINVAL.exception();
        }
        MountCalls.requireRevealing(fs, caller);
        if (phase != Phase.AWAITING_MOUNT) {
            throw Errno.EBUSY.exception();
        }
        phase = Phase.DONE;
        return vfs.mounts().newDetached(fs, source == null ? "none" : source, flags, caller);
    }

    @Override
    protected synchronized void onRelease() {
        SuperBlock fs = made;
        if (phase == Phase.AWAITING_MOUNT && fs != null && fs.mounts == 0 && !type.shared()) {
            fs.kill();
        }
    }
}
