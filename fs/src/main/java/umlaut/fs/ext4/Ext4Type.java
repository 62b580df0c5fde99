package umlaut.fs.ext4;

import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.block.BlockDevice;
import umlaut.block.BlockDevices;
import umlaut.kernel.Kernel;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.DeviceTable;
import umlaut.kernel.vfs.FileSystemType;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.LookupContext;
import umlaut.kernel.vfs.SuperBlock;

/** "ext4", and "ext3" and "ext2", which it mounts as well. A device mounted again shows the same instance. */
public final class Ext4Type implements FileSystemType {
    private final String name;
    private final BlockDevices devices;

    private Ext4Type(String name, BlockDevices devices) {
        this.name = name;
        this.devices = devices;
    }

    public static void register(Kernel kernel, BlockDevices devices) {
        for (String name : new String[] {"ext2", "ext3", "ext4"}) {
            kernel.vfs.register(new Ext4Type(name, devices));
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean needsDevice() {
        return true;
    }

    @Override
    public void check(Kernel kernel, String option) {
        Ext4Options.check(option);
    }

    @Override
    public SuperBlock mount(Kernel kernel, String source, String options, long device, boolean readOnly) {
        Task task = kernel.current();
        LookupContext who = task == null ? LookupContext.kernel(kernel.vfs.namespace()) : LookupContext.of(task);
        Inode node = kernel.vfs.lookup(who, source, 0).inode();
        if (!Mode.isBlock(node.mode)) {
            throw Errno.ENOTBLK.exception();
        }
        return mount(kernel, name, devices, devices.find(node.rdev), options, readOnly);
    }

    /**
     * Mounts a device that has no name yet: a machine's root (Linux: mount_root).
     *
     * @throws umlaut.abi.ErrnoException EBUSY, EACCES for writing to a read-only device, EINVAL, EUCLEAN, EIO; the kernel's log says why
     */
    public static SuperBlock mount(
            Kernel kernel, String name, BlockDevices devices, BlockDevice disk, String options, boolean readOnly) {
        SuperBlock known = devices.mounted(disk);
        if (known != null) {
            if (known.readOnly() != readOnly || !known.type.equals(name)) {
                throw Errno.EBUSY.exception();
            }
            return known;
        }
        if (!readOnly && disk.readOnly()) {
            throw Errno.EACCES.exception();
        }
        Object claimer = new Object();
        disk.claim(claimer);
        try {
            long number = DeviceTable.number(disk.major, disk.minor);
            Ext4Fs fs = Ext4Fs.mount(kernel, name, devices, disk, number, options, readOnly);
            devices.setMounted(disk, fs);
            disk.opened();
            fs.onEnd(() -> {
                disk.unclaim(claimer);
                disk.closed();
            });
            return fs;
        } catch (RuntimeException e) {
            disk.unclaim(claimer);
            throw e;
        }
    }
}
