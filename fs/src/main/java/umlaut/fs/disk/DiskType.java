package umlaut.fs.disk;

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

/** A type of file system on a block device (Linux: get_tree_bdev). A device mounted again shows the same instance. */
public abstract class DiskType implements FileSystemType {
    private final String name;
    protected final BlockDevices devices;

    protected DiskType(String name, BlockDevices devices) {
        this.name = name;
        this.devices = devices;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final boolean needsDevice() {
        return true;
    }

    /** Can it be written at all? Otherwise a mount that does not say "ro" fails with EACCES, upon which mount(8) tries again with it. */
    protected boolean writes() {
        return true;
    }

    /**
     * @param number st_dev
     * @param atEnd what is to be done when it is unmounted
     * @throws umlaut.abi.ErrnoException EINVAL for no file system of this type or unknown options, EIO, EUCLEAN; the kernel's log says why
     */
    protected abstract SuperBlock open(
            Kernel kernel, BlockDevice disk, long number, String options, boolean readOnly, Runnable atEnd);

    @Override
    public final SuperBlock mount(Kernel kernel, String source, String options, long device, boolean readOnly) {
        Task task = kernel.current();
        LookupContext who = task == null ? LookupContext.kernel(kernel.vfs.namespace()) : LookupContext.of(task);
        Inode node = kernel.vfs.lookup(who, source, 0).inode();
        if (!Mode.isBlock(node.mode)) {
            throw Errno.ENOTBLK.exception();
        }
        return mount(kernel, devices.find(node.rdev), options, readOnly);
    }

    /** At boot, when devices have no names yet. @throws umlaut.abi.ErrnoException as mount(2) */
    public final SuperBlock mountOn(Kernel kernel, BlockDevice disk, String options, boolean readOnly) {
        return mount(kernel, disk, options, readOnly);
    }

    /** @throws umlaut.abi.ErrnoException EBUSY, EACCES for writing where that cannot be, and as {@link #open} */
    protected final SuperBlock mount(Kernel kernel, BlockDevice disk, String options, boolean readOnly) {
        SuperBlock known = devices.mounted(disk);
        if (known != null) {
            if (known.readOnly() != readOnly || !known.type.equals(name)) {
                throw Errno.EBUSY.exception();
            }
            return known;
        }
        if (!readOnly && (disk.readOnly() || !writes())) {
            throw Errno.EACCES.exception();
        }
        Object claimer = new Object();
        disk.claim(claimer);
        try {
            long number = DeviceTable.number(disk.major, disk.minor);
            SuperBlock fs = open(kernel, disk, number, options, readOnly, () -> {
                devices.setUnmounted(disk);
                disk.unclaim(claimer);
                disk.closed();
            });
            devices.setMounted(disk, fs);
            disk.opened();
            return fs;
        } catch (RuntimeException e) {
            disk.unclaim(claimer);
            throw e;
        }
    }
}
