package umlaut.fs.proc;

import umlaut.abi.MountFlags;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.DeviceTable;
import umlaut.kernel.vfs.Mount;
import umlaut.kernel.vfs.MountNamespace;
import umlaut.kernel.vfs.Path;

/**
 * proc_pid_mounts(5), proc_pid_mountinfo(5), proc_pid_mountstats(5): what the process can reach, named as it sees it.
 */
final class MountsText {
    private MountsText() {}

    static MountNamespace namespace(Subject subject) {
        return subject.task().fs().namespace();
    }

    private interface Row {
        void add(StringBuilder out, Mount mount, String at);
    }

    private static String rows(Subject subject, Row row) {
        Path root = subject.task().fs().root();
        StringBuilder out = new StringBuilder();
        for (Mount mount : namespace(subject).mounts()) {
            Path top = mount.rootPath();
            if (top.reachableFrom(root)) {
                row.add(out, mount, escape(top.display(root)));
            }
        }
        return out.toString();
    }

    static String mounts(Subject subject, Task reader) {
        return rows(
                subject,
                (out, mount, at) -> out.append(escape(mount.source))
                        .append(' ')
                        .append(at)
                        .append(' ')
                        .append(mount.superBlock.type)
                        .append(mount.readOnly() ? " ro" : " rw")
                        .append(flags(mount))
                        .append(mount.superBlock.showOptions())
                        .append(" 0 0\n"));
    }

    static String mountinfo(Subject subject, Task reader) {
        return rows(subject, (out, mount, at) -> {
            Mount parent = mount.parent();
            long device = mount.superBlock.device;
            out.append(mount.id)
                    .append(' ')
                    .append(parent == null ? mount.id : parent.id)
                    .append(' ');
            out.append(DeviceTable.major(device))
                    .append(':')
                    .append(DeviceTable.minor(device))
                    .append(' ');
            out.append(escape(mount.insideName())).append(' ').append(at).append(' ');
            out.append(mount.has(MountFlags.MS_RDONLY) ? "ro" : "rw").append(flags(mount));
            out.append(mount.propagation())
                    .append(" - ")
                    .append(mount.superBlock.type)
                    .append(' ');
            out.append(escape(mount.source)).append(mount.superBlock.readOnly() ? " ro" : " rw");
            out.append(mount.superBlock.showOptions()).append('\n');
        });
    }

    static String mountstats(Subject subject, Task reader) {
        return rows(
                subject,
                (out, mount, at) -> out.append("device ")
                        .append(escape(mount.source))
                        .append(" mounted on ")
                        .append(at)
                        .append(" with fstype ")
                        .append(mount.superBlock.type)
                        .append('\n'));
    }

    private static String flags(Mount mount) {
        StringBuilder out = new StringBuilder();
        flag(out, mount, MountFlags.MS_NOSUID, ",nosuid");
        flag(out, mount, MountFlags.MS_NODEV, ",nodev");
        flag(out, mount, MountFlags.MS_NOEXEC, ",noexec");
        flag(out, mount, MountFlags.MS_NOATIME, ",noatime");
        flag(out, mount, MountFlags.MS_NODIRATIME, ",nodiratime");
        flag(out, mount, MountFlags.MS_RELATIME, ",relatime");
        flag(out, mount, MountFlags.MS_NOSYMFOLLOW, ",nosymfollow");
        return out.toString();
    }

    private static void flag(StringBuilder out, Mount mount, int flag, String name) {
        if (mount.has(flag)) {
            out.append(name);
        }
    }

    /** Blanks, tabs, newlines, backslashes and # as octal. */
    static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ' ' || c == '\t' || c == '\n' || c == '\\' || c == '#') {
                out.append('\\').append("%03o".formatted((int) c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
