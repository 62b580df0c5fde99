package umlaut.fs.proc;

import org.jspecify.annotations.Nullable;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.mm.Vma;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.DeviceTable;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/** proc_pid_maps(5). */
final class MapsText {
    private static final int NAME_COLUMN = 73;

    private MapsText() {}

    static String maps(Subject subject, Task reader) {
        PtraceAccess.require(reader, subject.task());
        Mm mm = subject.acquireMm();
        if (mm == null) {
            return "";
        }
        try {
            StringBuilder out = new StringBuilder();
            for (Vma vma : mm.vmas()) {
                line(out, vma, reader);
            }
            return out.append(HostProcess.vsyscall(HostProcess.maps(mm.space())))
                    .toString();
        } finally {
            mm.release();
        }
    }

    static void line(StringBuilder out, Vma vma, Task reader) {
        int start = out.length();
        hex(out, vma.start()).append('-');
        hex(out, vma.end()).append(' ');
        out.append(vma.readable() ? 'r' : '-')
                .append(vma.writable() ? 'w' : '-')
                .append(vma.executable() ? 'x' : '-')
                .append(vma.isShared() ? 's' : 'p')
                .append(' ');
        File file = vma.file();
        hex(out, vma.fileOffset()).append(' ');
        long device = 0;
        long ino = 0;
        if (file != null) {
            Inode inode = file.inode();
            device = inode.superBlock.device;
            ino = inode.ino;
        }
        out.append("%02x:%02x ".formatted(DeviceTable.major(device), DeviceTable.minor(device)))
                .append(ino);
        String name = name(vma, file, reader);
        if (name != null) {
            do {
                out.append(' ');
            } while (out.length() - start < NAME_COLUMN);
            out.append(name.replace("\n", "\\012"));
        } else {
            out.append(' ');
        }
        out.append('\n');
    }

    private static @Nullable String name(Vma vma, @Nullable File file, Task reader) {
        if (vma.name() != null) {
            return vma.name();
        }
        if (file == null) {
            return vma.isStack() ? "[stack]" : null;
        }
        String anonymous = file.anonymousName();
        Path path = file.path;
        return anonymous != null
                ? anonymous
                : path == null ? null : path.display(reader.fs().root());
    }

    /** At least eight digits. */
    private static StringBuilder hex(StringBuilder out, long value) {
        String digits = Long.toHexString(value);
        return out.repeat('0', Math.max(0, 8 - digits.length())).append(digits);
    }
}
