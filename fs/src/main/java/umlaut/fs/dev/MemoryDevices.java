package umlaut.fs.dev;

import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.DeviceTable;

/** Character devices of major 1, entered in a kernel's device table (drivers/char/mem.c). */
public final class MemoryDevices {
    static final int MAJOR = 1;
    static final int NULL = 3, ZERO = 5, FULL = 7, RANDOM = 8, URANDOM = 9, KMSG = 11;

    private MemoryDevices() {}

    public static void register(Kernel kernel) {
        DeviceTable table = kernel.vfs.devices();
        table.registerChar(MAJOR, NULL, "mem", NullFile::new);
        table.registerChar(
                MAJOR,
                ZERO,
                "mem",
                (task, path, inode, flags) -> new ZeroFile(kernel, false, task, path, inode, flags));
        table.registerChar(
                MAJOR, FULL, "mem", (task, path, inode, flags) -> new ZeroFile(kernel, true, task, path, inode, flags));
        table.registerChar(MAJOR, RANDOM, "mem", RandomFile::new);
        table.registerChar(MAJOR, URANDOM, "mem", RandomFile::new);
        table.registerChar(
                MAJOR, KMSG, "mem", (task, path, inode, flags) -> new KmsgFile(kernel, task, path, inode, flags));
    }
}
