package umlaut.fs.dev;

import umlaut.abi.Mode;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.vfs.DeviceTable;
import umlaut.kernel.vfs.Inode;

/**
 * The names that devtmpfs and udev make in /dev (Linux: drivers/base/devtmpfs.c,
 * Documentation/admin-guide/devices.txt): written into the root of an empty writable file system before it is mounted.
 * Those of terminals are here although their drivers are elsewhere: a node without a driver answers ENXIO.
 */
public final class DevTree {
    private static final int CHAR = Mode.S_IFCHR;
    private static final int TTY_MAJOR = 5;
    private static final int TTY_GROUP = 5;
    private static final int MISC_MAJOR = 10, TUN_MINOR = 200;

    private DevTree() {}

    /** @param root an empty directory of a file system that can hold device nodes */
    public static void populate(Inode root) {
        node(root, "null", CHAR | 0666, MemoryDevices.MAJOR, MemoryDevices.NULL);
        node(root, "zero", CHAR | 0666, MemoryDevices.MAJOR, MemoryDevices.ZERO);
        node(root, "full", CHAR | 0666, MemoryDevices.MAJOR, MemoryDevices.FULL);
        node(root, "random", CHAR | 0666, MemoryDevices.MAJOR, MemoryDevices.RANDOM);
        node(root, "urandom", CHAR | 0666, MemoryDevices.MAJOR, MemoryDevices.URANDOM);
        node(root, "kmsg", CHAR | 0644, MemoryDevices.MAJOR, MemoryDevices.KMSG);
        node(root, "tty", CHAR | 0666, TTY_MAJOR, 0);
        node(root, "console", CHAR | 0600, TTY_MAJOR, 1);
        node(root, "ptmx", CHAR | 0666, TTY_MAJOR, 2);
        symlink(root, "fd", "/proc/self/fd");
        symlink(root, "stdin", "/proc/self/fd/0");
        symlink(root, "stdout", "/proc/self/fd/1");
        symlink(root, "stderr", "/proc/self/fd/2");
        node(directory(root, "net", 0755), "tun", CHAR | 0666, MISC_MAJOR, TUN_MINOR);
        directory(root, "pts", 0755);
        directory(root, "shm", 01777);
        directory(root, "mqueue", 01777);
    }

    /** Makes one device node, of root, mode as given: for drivers that come later (terminals, block devices). */
    public static Inode node(Inode directory, String name, int mode, int major, int minor) {
        directory.lock.lock();
        try {
            Inode made = directory.create(name, mode, DeviceTable.number(major, minor), Credentials.ROOT);
            if (major == TTY_MAJOR && minor != 1) {
                made.gid = TTY_GROUP;
            }
            return made;
        } finally {
            directory.lock.unlock();
        }
    }

    private static void symlink(Inode directory, String name, String target) {
        directory.lock.lock();
        try {
            directory.symlink(name, target, Credentials.ROOT);
        } finally {
            directory.lock.unlock();
        }
    }

    private static Inode directory(Inode directory, String name, int mode) {
        directory.lock.lock();
        try {
            return directory.mkdir(name, mode, Credentials.ROOT);
        } finally {
            directory.lock.unlock();
        }
    }
}
