package umlaut.fs.vfat;

import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.kernel.task.Task;

/**
 * Mount options, mount(8). Names are UTF-8 always; times are UTC.
 *
 * @param uid owner of all files: usually who mounts
 * @param gid and their group
 * @param fileMask permissions files do not have
 * @param directoryMask and directories
 * @param quiet changes of owner and mode that cannot be are no errors
 */
record FatOptions(int uid, int gid, int fileMask, int directoryMask, boolean quiet) {
    /** @param task who mounts; null at boot */
    static FatOptions of(String options, @org.jspecify.annotations.Nullable Task task) {
        int umask = task == null ? 022 : task.fs().umask();
        FatOptions o = task == null
                ? new FatOptions(0, 0, umask, umask, false)
                : new FatOptions(task.credentials().uid(), task.credentials().gid(), umask, umask, false);
        for (String option : options.split(",")) {
            o = o.with(option);
        }
        return o;
    }

    private FatOptions with(String option) {
        int equals = option.indexOf('=');
        String value = equals < 0 ? "" : option.substring(equals + 1);
        return switch (equals < 0 ? option : option.substring(0, equals)) {
            case "uid" -> new FatOptions(number(value, 10), gid, fileMask, directoryMask, quiet);
            case "gid" -> new FatOptions(uid, number(value, 10), fileMask, directoryMask, quiet);
            case "umask" -> new FatOptions(uid, gid, number(value, 8), number(value, 8), quiet);
            case "fmask" -> new FatOptions(uid, gid, number(value, 8), directoryMask, quiet);
            case "dmask" -> new FatOptions(uid, gid, fileMask, number(value, 8), quiet);
            case "quiet" -> new FatOptions(uid, gid, fileMask, directoryMask, true);
            case "",
                    "utf8",
                    "iocharset",
                    "codepage",
                    "shortname",
                    "errors",
                    "check",
                    "tz",
                    "flush",
                    "discard",
                    "rodir",
                    "nonumtail",
                    "allow_utime",
                    "showexec",
                    "sys_immutable",
                    "debug" -> this;
            default -> throw Errno.EINVAL.exception();
        };
    }

    private static int number(String text, int base) {
        try {
            int n = Integer.parseInt(text, base);
            if (n >= 0) {
                return n;
            }
        } catch (NumberFormatException e) {
            // The same answer as for a negative number.
        }
        throw Errno.EINVAL.exception();
    }

    int mode(boolean directory, boolean readOnly) {
        if (directory) {
            return Mode.S_IFDIR | 0777 & ~directoryMask;
        }
        return Mode.S_IFREG | 0777 & ~fileMask & (readOnly ? ~0222 : ~0);
    }

    String show() {
        return String.format(
                        ",uid=%d,gid=%d,fmask=%04o,dmask=%04o%s",
                        uid, gid, fileMask, directoryMask, quiet ? ",quiet" : "")
                .replace(",uid=0", "")
                .replace(",gid=0", "");
    }
}
