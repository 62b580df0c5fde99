package umlaut.machine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.MountFlags;
import umlaut.block.BlockDevice;
import umlaut.fs.hostfs.HostFs;
import umlaut.fs.hostfs.HostOptions;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.DeviceTable;
import umlaut.kernel.vfs.LookupContext;
import umlaut.kernel.vfs.SuperBlock;
import umlaut.machine.uml.UmlConfig;

/** Mounts what root=, rootfstype=, rootflags=, ro and rw say, and devtmpfs on its /dev (Linux: init/do_mounts.c). */
final class UmlRoot {
    private static final List<String> TYPES = List.of("ext4", "ext3", "ext2", "squashfs", "erofs", "iso9660", "vfat");
    private static final String HOSTFS = "hostfs";
    private static final int FLAGS = MountFlags.MS_RELATIME;

    private final Kernel kernel;
    private final Disks disks;
    private final UmlConfig config;

    UmlRoot(Kernel kernel, Disks disks, UmlConfig config) {
        this.kernel = kernel;
        this.disks = disks;
        this.config = config;
    }

    /** @return whether it came from an initrd. @throws MachineException with what a panic says */
    boolean mount() {
        if (mountInitrd()) {
            return true;
        }
        UmlConfig.Root root = config.root();
        if (HOSTFS.equals(root.type())) {
            mountHost(root);
        } else {
            mountDisk(root);
        }
        mountDevices();
        return false;
    }

    /** @return whether it has an init of its own; else it is as if it was not there */
    private boolean mountInitrd() {
        Path file = config.initrd();
        if (file == null) {
            return false;
        }
        SuperBlock fs =
                kernel.vfs.type("tmpfs").mount(kernel, "rootfs", "mode=755", kernel.vfs.anonymousDevice(), false);
        Initramfs first = new Initramfs(fs.root());
        try {
            kernel.log.info("Trying to unpack rootfs image as initramfs...");
            first.unpack(file);
        } catch (IOException | ErrnoException e) {
            kernel.log.error("Initramfs unpacking failed: " + file + ": " + e.getMessage());
        }
        if (!first.has(config.initrdInit())) {
            kernel.log.warn("check access for rdinit=" + config.initrdInit() + " failed: " + -Errno.ENOENT.number()
                    + ", ignoring");
            return false;
        }
        kernel.vfs.mountRoot(fs, "rootfs", 0);
        return true;
    }

    private void mountHost(UmlConfig.Root root) {
        String directory = root.options().isEmpty() ? "/" : root.options();
        try {
            String at = UmlHostFs.inside(config.hostRoot(), directory);
            SuperBlock fs = HostFs.open(at, kernel.vfs.anonymousDevice(), HostOptions.volume(at, root.readOnly()));
            show(fs, "/dev/root", HOSTFS, root.readOnly());
        } catch (ErrnoException e) {
            kernel.log.error("VFS: Cannot mount the host's '" + directory + "': "
                    + e.errno().message());
            throw cannotMount("unknown-block(0,0)");
        }
    }

    private void mountDisk(UmlConfig.Root root) {
        BlockDevice device = device(root.device());
        String block =
                device == null ? "unknown-block(0,0)" : "unknown-block(" + device.major + "," + device.minor + ")";
        if (device == null) {
            kernel.log.error("VFS: Cannot open root device \"" + root.device() + "\" or " + block + ": error -"
                    + Errno.ENXIO.number());
            kernel.log.error("Please append a correct \"root=\" boot option; here are the available partitions:");
            List<String> there = disks.list();
            there.forEach(kernel.log::error);
            if (there.isEmpty()) {
                kernel.log.error("none: ubd0=FILE gives the machine a disk, see linux --help");
            }
            throw cannotMount(block);
        }
        String types = root.type();
        for (String type : types == null ? TYPES : List.of(types.split(","))) {
            SuperBlock fs = attempt(type, device, root);
            if (fs != null) {
                show(fs, "/dev/root", type, fs.readOnly());
                kernel.log.info("VFS: Mounted root (" + type + " filesystem)" + (fs.readOnly() ? " readonly" : "")
                        + " on device " + device.major + ":" + device.minor + ".");
                return;
            }
        }
        kernel.log.error("List of all bdev filesystems: " + String.join(" ", TYPES));
        throw cannotMount(block);
    }

    private static MachineException cannotMount(String block) {
        return new MachineException("VFS: Unable to mount root fs on " + block);
    }

    /** @return null: it has no file system of that type */
    private @Nullable SuperBlock attempt(String type, BlockDevice device, UmlConfig.Root root) {
        try {
            return disks.mount(type, device, root.options(), root.readOnly() || device.readOnly());
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EACCES && !root.readOnly()) {
                try {
                    return disks.mount(type, device, root.options(), true);
                } catch (ErrnoException second) {
                    return null;
                }
            }
            return null;
        }
    }

    private void show(SuperBlock fs, String source, String type, boolean readOnly) {
        kernel.vfs.mountRoot(fs, source, FLAGS | (readOnly ? MountFlags.MS_RDONLY : 0));
        if (HOSTFS.equals(type)) {
            kernel.log.info("VFS: Mounted root (hostfs filesystem)" + (readOnly ? " readonly" : "") + " on device 0:"
                    + DeviceTable.minor(fs.device) + ".");
        }
    }

    /** CONFIG_DEVTMPFS_MOUNT. */
    private void mountDevices() {
        try {
            kernel.vfs.mount(
                    LookupContext.kernel(kernel.vfs.namespace()), "devtmpfs", "/dev", "devtmpfs", FLAGS, "mode=755");
            kernel.log.info("devtmpfs: mounted");
        } catch (ErrnoException e) {
            kernel.log.info("devtmpfs: error mounting -" + e.errno().number());
        }
    }

    /** By /dev/ubda1, ubda1, /dev/ubd0, 98:1 or the number in hexadecimal; null if there is none. */
    private @Nullable BlockDevice device(String name) {
        if (name.matches("\\d{1,4}:\\d{1,6}")) {
            int colon = name.indexOf(':');
            return disks.find(Integer.parseInt(name.substring(0, colon)), Integer.parseInt(name.substring(colon + 1)));
        }
        String plain = name.startsWith("/dev/") ? name.substring("/dev/".length()) : name;
        if (plain.equals("root")) {
            return disks.find(98, 0);
        }
        BlockDevice found = disks.byName(plain);
        if (found == null && plain.matches("[0-9a-fA-F]{3,8}")) {
            int number = (int) Long.parseLong(plain, 16);
            return disks.find(number >> 8, number & 0xff);
        }
        return found;
    }
}
