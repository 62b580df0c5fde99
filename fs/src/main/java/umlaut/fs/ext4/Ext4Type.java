package umlaut.fs.ext4;

import umlaut.block.BlockDevice;
import umlaut.block.BlockDevices;
import umlaut.fs.disk.DiskType;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.SuperBlock;

/** "ext4", and "ext3" and "ext2", which it mounts as well. */
public final class Ext4Type extends DiskType {
    private Ext4Type(String name, BlockDevices devices) {
        super(name, devices);
    }

    public static void register(Kernel kernel, BlockDevices devices) {
        for (String name : new String[] {"ext2", "ext3", "ext4"}) {
            kernel.vfs.register(new Ext4Type(name, devices));
        }
    }

    /**
     * Mounts a device that has no name yet: a machine's root (Linux: mount_root).
     *
     * @throws umlaut.abi.ErrnoException EBUSY, EACCES for writing to a read-only device, EINVAL, EUCLEAN, EIO; the kernel's log says why
     */
    public static SuperBlock mount(
            Kernel kernel, String name, BlockDevices devices, BlockDevice disk, String options, boolean readOnly) {
        return new Ext4Type(name, devices).mount(kernel, disk, options, readOnly);
    }

    @Override
    public void check(Kernel kernel, String option) {
        Ext4Options.check(option);
    }

    @Override
    protected SuperBlock open(
            Kernel kernel, BlockDevice disk, long number, String options, boolean readOnly, Runnable atEnd) {
        Ext4Fs fs = Ext4Fs.mount(kernel, name(), devices, disk, number, options, readOnly);
        fs.onEnd(atEnd);
        return fs;
    }
}
