package umlaut.kernel.vfs;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import umlaut.abi.Fcntl;
import umlaut.kernel.task.Task;

/** proc_locks(5): every lock and lease on files that somebody has open (Linux: fs/locks.c locks_show). */
public final class LocksText {
    private LocksText() {}

    public static String of(Task reader) {
        StringBuilder text = new StringBuilder();
        int id = 0;
        for (Inode inode : lockedInodes(reader)) {
            for (String line : lines(inode, reader)) {
                text.append(++id).append(": ").append(line).append('\n');
            }
        }
        return text.toString();
    }

    private static Set<Inode> lockedInodes(Task reader) {
        Set<Inode> found = new java.util.LinkedHashSet<>();
        for (Task task : reader.kernel.tasks.tasks()) {
            FileTable files = task.files();
            for (int fd = 0; fd < files.size(); fd++) {
                File file = files.lookup(fd);
                InodeState state = file == null ? null : file.inode().stateOrNull();
                if (file != null && state != null && (state.locks != null || state.lease != null)) {
                    found.add(file.inode());
                }
            }
        }
        return found;
    }

    private static List<String> lines(Inode inode, Task reader) {
        List<String> lines = new ArrayList<>();
        InodeState state = inode.state();
        FileLocks locks = state.locks;
        Leases.Lease lease = state.lease;
        if (locks != null) {
            for (FileLocks.Lock lock : locks.flocks()) {
                line(lines, "FLOCK  ADVISORY ", lock, inode, reader);
            }
            for (FileLocks.Lock lock : locks.recordLocks()) {
                String kind = lock.owner() instanceof File ? "OFDLCK" : "POSIX ";
                line(lines, kind + " ADVISORY ", lock, inode, reader);
            }
        }
        if (lease != null) {
            AsyncOwner owner = lease.file().owner();
            int pid = owner == null ? 0 : owner.id();
            FileLocks.Lock whole = new FileLocks.Lock(lease.file(), lease.type(), 0, Long.MAX_VALUE, pid);
            line(lines, "LEASE  ACTIVE   ", whole, inode, reader);
        }
        return lines;
    }

    /** Nothing about locks of processes that the reader does not see. */
    private static void line(List<String> lines, String kind, FileLocks.Lock lock, Inode inode, Task reader) {
        int pid = lock.pid() < 0 ? lock.pid() : reader.pidSeen(lock.pid());
        if (pid == 0) {
            return;
        }
        String type = switch (lock.type()) {
            case Fcntl.F_WRLCK -> "WRITE";
            case Fcntl.F_RDLCK -> "READ";
            default -> "UNLCK";
        };
        long device = inode.superBlock.device;
        String end = lock.end() == Long.MAX_VALUE ? "EOF" : Long.toString(lock.end());
        lines.add("%s %s %d %02x:%02x:%d %d %s"
                .formatted(
                        kind,
                        type,
                        pid,
                        DeviceTable.major(device),
                        DeviceTable.minor(device),
                        inode.ino,
                        lock.start(),
                        end));
    }
}
