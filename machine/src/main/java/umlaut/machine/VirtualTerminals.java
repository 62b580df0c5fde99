package umlaut.machine;

import umlaut.abi.Mode;
import umlaut.fs.dev.DevTmpFsType;
import umlaut.fs.dev.DevTree;
import umlaut.kernel.Kernel;
import umlaut.kernel.tty.Tty;
import umlaut.kernel.tty.TtyDevices;
import umlaut.kernel.tty.TtyFile;
import umlaut.kernel.vfs.DeviceTable;
import umlaut.kernel.vfs.Inode;

/**
 * The terminals that a booted system has: /dev/tty1 is the console, which its user sees; what is shown on the others nobody sees, as on Linux's virtual terminals that are not in front (console(4),
 * tty(4); Linux: drivers/tty/vt). /dev/tty0 and /dev/console lead to the first.
 */
final class VirtualTerminals {
    private static final int MAJOR = 4, COUNT = 6;
    private static final int MODE = Mode.S_IFCHR | 0620;

    private VirtualTerminals() {}

    /** @return the one that is seen */
    static Tty register(Kernel kernel) {
        DeviceTable devices = kernel.vfs.devices();
        Inode dev = ((DevTmpFsType) kernel.vfs.type("devtmpfs")).root();
        Tty console = new Tty(kernel, "tty1", DeviceTable.number(MAJOR, 1));
        TtyDevices.register(devices, console);
        for (int minor = 0; minor <= COUNT; minor++) {
            Tty tty = minor <= 1 ? console : new Tty(kernel, "tty" + minor, DeviceTable.number(MAJOR, minor));
            if (minor > 1) {
                tty.setUnseen(true);
            }
            DevTree.node(dev, "tty" + minor, MODE, MAJOR, minor);
            devices.registerChar(
                    MAJOR, minor, "tty", (task, path, inode, flags) -> TtyFile.open(tty, task, path, inode, flags));
        }
        return console;
    }
}
