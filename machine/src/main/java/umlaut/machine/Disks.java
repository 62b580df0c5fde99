package umlaut.machine;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Mode;
import umlaut.abi.MountFlags;
import umlaut.block.BlockDevice;
import umlaut.block.BlockDevices;
import umlaut.block.ImageException;
import umlaut.block.Images;
import umlaut.fs.dev.DevTmpFsType;
import umlaut.fs.dev.DevTree;
import umlaut.fs.disk.DiskType;
import umlaut.fs.erofs.ErofsType;
import umlaut.fs.ext4.Ext4Type;
import umlaut.fs.iso9660.IsoType;
import umlaut.fs.squashfs.SquashfsType;
import umlaut.fs.vfat.FatType;
import umlaut.host.Layouts;
import umlaut.host.Scratch;
import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.vfs.DeviceTable;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.LookupContext;
import umlaut.kernel.vfs.SuperBlock;
import umlaut.machine.uml.UbdDisk;

/** The machine's block devices and their names in /dev (Linux: arch/um/drivers/ubd_kern.c, drivers/base/devtmpfs.c). */
final class Disks implements BlockDevices.Nodes, AutoCloseable {
    private static final int MODE = Mode.S_IFBLK | 0660;

    /** Where the superblock has 0xef53, bytes from the beginning. */
    private static final long EXT4_MAGIC_AT = 1024 + 56;

    private static final int EXT4_MAGIC = 0xef53;
    private static final int MAJOR = 98, MINORS = 16;
    private static final Pattern NAME = Pattern.compile("(?:ubd|vd)([a-p]|\\d{1,2}(?=$))(\\d{0,2})");

    private final Kernel kernel;
    private final Inode dev;
    private @Nullable BlockDevice rootDisk;
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

    /** Before anything is mounted. @param root comes first. @throws MachineException for images that cannot be used */
    void attach(MachineConfig.@Nullable Disk root, List<MachineConfig.Disk> disks) {
        if (root != null) {
            rootDisk = attach(root);
        }
        disks.forEach(this::attach);
        booted = true;
    }

    /** A User-mode Linux's, by number; those that cannot be used are logged. */
    void attach(SortedMap<Integer, UbdDisk> numbered) {
        numbered.forEach((number, disk) -> {
            try {
                attach(number, disk);
            } catch (ImageException e) {
                kernel.log.error("Failed to open ubd" + number + ": " + e.line);
            }
        });
        booted = true;
    }

    /** @throws ImageException with one line */
    void attach(int number, UbdDisk disk) {
        String backing = disk.backing();
        try {
            if (backing != null && !Files.exists(Path.of(disk.file()))) {
                kernel.log.info("Creating \"" + disk.file() + "\" as COW file for \"" + backing + "\"");
            }
            devices.attach(
                    number,
                    backing == null
                            ? Images.open(disk.file(), disk.readOnly(), null)
                            : Images.open(backing, disk.readOnly(), disk.file()));
            link("ubd" + number, "ubd" + (char) ('a' + number));
        } catch (ErrnoException e) {
            throw new ImageException(
                    "disk image '" + disk.file() + "': " + e.errno().message());
        }
    }

    boolean has(int number) {
        return devices.disk(number) != null;
    }

    /** Takes a User-mode Linux's disk away. @throws ErrnoException ENODEV, EBUSY */
    void detach(int number) {
        devices.detach(number);
        remove("ubd" + number);
    }

    @Nullable BlockDevice find(int major, int minor) {
        try {
            return devices.find(DeviceTable.number(major, minor));
        } catch (ErrnoException e) {
            return null;
        }
    }

    /** ubda1, vda1, ubd0. */
    @Nullable BlockDevice byName(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return null;
        }
        String letter = matcher.group(1);
        int disk = Character.isDigit(letter.charAt(0)) ? Integer.parseInt(letter) : letter.charAt(0) - 'a';
        int part = matcher.group(2).isEmpty() ? 0 : Integer.parseInt(matcher.group(2));
        return find(MAJOR, disk * MINORS + part);
    }

    /** One line each, as /proc/partitions has them. */
    List<String> list() {
        return devices.list();
    }

    /** A file system on a device that has no name yet. @throws ErrnoException as mount(2) */
    SuperBlock mount(String type, BlockDevice device, String options, boolean readOnly) {
        return ((DiskType) kernel.vfs.type(type)).mountOn(kernel, device, options, readOnly);
    }

    private BlockDevice attach(MachineConfig.Disk disk) {
        try {
            String cow = disk.cow() == null ? null : disk.cow().toString();
            return devices.attach(Images.open(disk.file().toString(), disk.readOnly(), cow));
        } catch (ImageException e) {
            throw new MachineException(e.line);
        } catch (ErrnoException e) {
            throw new MachineException(
                    "disk image '" + disk.file() + "': " + e.errno().message());
        }
    }

    /** Mounts what the root's disk has: an ext4 on the whole of it or, the largest, on a partition. @throws MachineException if there is none */
    BlockDevice mountRoot(String name) {
        BlockDevice disk = Objects.requireNonNull(rootDisk);
        BlockDevice device = hasExt4(disk)
                ? disk
                : devices.partitions(disk).stream()
                        .filter(Disks::hasExt4)
                        .max(Comparator.comparingLong(p -> p.size))
                        .orElse(null);
        if (device == null) {
            throw new MachineException("image '" + name + "' has no ext4 on its disk");
        }
        try {
            SuperBlock fs = Ext4Type.mount(kernel, "ext4", devices, device, "", false);
            kernel.vfs.mountRoot(fs, "/dev/" + device.name, MountFlags.MS_RELATIME);
            return device;
        } catch (ErrnoException e) {
            throw new MachineException("cannot mount the disk of image '" + name + "': "
                    + e.errno().message() + " (run e2fsck on it)");
        }
    }

    private static boolean hasExt4(BlockDevice device) {
        if (device.size < EXT4_MAGIC_AT + BlockDevice.SECTOR) {
            return false;
        }
        MemorySegment two = Scratch.room();
        device.read(two, 0, 2, EXT4_MAGIC_AT);
        return (two.get(Layouts.SHORT, 0) & 0xffff) == EXT4_MAGIC;
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
        if (booted) {
            kernel.vfs.symlink(boot(), target, "/dev/" + name);
            return;
        }
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

    /** By all disks, so far. */
    long readBytes() {
        return devices.readBytes();
    }

    long writtenBytes() {
        return devices.writtenBytes();
    }

    private LookupContext boot() {
        return LookupContext.kernel(kernel.vfs.namespace());
    }

    @Override
    public void close() {
        devices.close();
    }
}
