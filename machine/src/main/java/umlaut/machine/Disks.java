package umlaut.machine;

import java.util.List;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Mode;
import umlaut.block.BlockDevices;
import umlaut.block.ImageException;
import umlaut.block.Images;
import umlaut.fs.dev.DevTmpFsType;
import umlaut.fs.dev.DevTree;
import umlaut.fs.erofs.ErofsType;
import umlaut.fs.ext4.Ext4Type;
import umlaut.fs.iso9660.IsoType;
import umlaut.fs.squashfs.SquashfsType;
import umlaut.fs.vfat.FatType;
import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.vfs.DeviceTable;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.LookupContext;

/** The machine's block devices and their names in /dev (Linux: arch/um/drivers/ubd_kern.c, drivers/base/devtmpfs.c). */
final class Disks implements BlockDevices.Nodes, AutoCloseable {
    private static final int MODE = Mode.S_IFBLK | 0660;

    private final Kernel kernel;
    private final Inode dev;
    private final BlockDevices devices;
    /** /dev is mounted: names are made in it as everybody makes them. */
    private volatile boolean booted;

    Disks(Kernel kernel) {
        this.kernel = kernel;
        dev = ((DevTmpFsType) kernel.vfs.type("devtmpfs")).root();
        devices = new BlockDevices(kernel, this);
        Ext4Type.register(kernel, devices);
        kernel.vfs.register(new SquashfsType(devices));
        kernel.vfs.register(new ErofsType(devices));
        kernel.vfs.register(new IsoType(devices));
        kernel.vfs.register(new FatType(devices));
    }

    /** Before anything is mounted. @throws MachineException for images that cannot be used */
    void attach(List<MachineConfig.Disk> disks) {
        for (MachineConfig.Disk disk : disks) {
            try {
                String cow = disk.cow() == null ? null : disk.cow().toString();
                devices.attach(Images.open(disk.file().toString(), disk.readOnly(), cow));
            } catch (ImageException e) {
                throw new MachineException(e.line);
            } catch (ErrnoException e) {
                throw new MachineException(
                        "disk image '" + disk.file() + "': " + e.errno().message());
            }
        }
        booted = true;
    }

    @Override
    public void make(String name, long device) {
        if (booted) {
            kernel.vfs.mknod(boot(), "/dev/" + name, MODE, device);
        } else {
            DevTree.node(dev, name, MODE, DeviceTable.major(device), DeviceTable.minor(device));
        }
    }

    @Override
    public void makeControl(String name, long device) {
        DevTree.node(dev, name, Mode.S_IFCHR | 0660, DeviceTable.major(device), DeviceTable.minor(device));
    }

    @Override
    public void link(String name, String target) {
        dev.lock.lock();
        try {
            dev.symlink(name, target, Credentials.ROOT);
        } finally {
            dev.lock.unlock();
        }
    }

    @Override
    public void remove(String name) {
        try {
            kernel.vfs.unlink(boot(), "/dev/" + name);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }

    private LookupContext boot() {
        return LookupContext.kernel(kernel.vfs.namespace());
    }

    @Override
    public void close() {
        devices.close();
    }
}
