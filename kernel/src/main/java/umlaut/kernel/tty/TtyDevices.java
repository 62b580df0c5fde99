package umlaut.kernel.tty;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.CharDevice;
import umlaut.kernel.vfs.DeviceTable;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/** The devices of major 5: /dev/tty, the caller's own terminal (tty(4)), and /dev/console (console(4)). */
public final class TtyDevices {
    public static final int MAJOR = 5;
    public static final int TTY = 0;
    public static final int CONSOLE = 1;
    public static final int PTMX = 2;

    private TtyDevices() {}

    /** @param console what /dev/console is, or null for none: opening it is then ENODEV */
    public static void register(DeviceTable devices, @Nullable Tty console) {
        registerConsole(devices, (task, path, inode, flags) -> {
            if (console == null) {
                throw Errno.ENODEV.exception();
            }
            return TtyFile.open(console, task, path, inode, flags);
        });
    }

    /** @param console how /dev/console is opened */
    public static void registerConsole(DeviceTable devices, CharDevice console) {
        devices.registerChar(MAJOR, TTY, "/dev/tty", TtyDevices::openOwn);
        devices.registerChar(MAJOR, CONSOLE, "/dev/console", console);
    }

    private static File openOwn(@Nullable Task task, Path path, Inode inode, int flags) {
        Tty own = task == null ? null : TtyJobControl.of(task);
        if (own == null) {
            throw Errno.ENXIO.exception();
        }
        return TtyFile.open(own, task, path, inode, flags);
    }
}
