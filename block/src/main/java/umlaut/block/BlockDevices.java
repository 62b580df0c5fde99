package umlaut.block;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.DeviceTable;
import umlaut.kernel.vfs.SuperBlock;

/**
 * The block devices of a kernel: by number for open(2) and mount(2), in /dev, /sys and /proc (Linux: block/genhd.c). Major 98 is User-mode Linux's own, "ubd": its disks have minors
 * 0, 16, 32...
 */
public final class BlockDevices implements AutoCloseable {
    /** Makes and removes names in /dev, which is a file system above us. */
    public interface Nodes {
        void make(String name, long device);

        /** A character device, for root only. */
        void makeControl(String name, long device);

        void link(String name, String target);

        void remove(String name);
    }

    private static final int UBD_MAJOR = 98, UBD_MINORS = 16;
    private static final int MOST_DISKS = 16;

    private final Kernel kernel;
    private final Nodes nodes;
    private final LoopDevices loops;

    @GuardedBy("this") private final Map<Long, BlockDevice> byNumber = new TreeMap<>();

    @GuardedBy("this") private final Map<BlockDevice, Long> sequences = new LinkedHashMap<>();

    @GuardedBy("this") private long nextSequence = 1;

    @GuardedBy("this") private final List<AutoCloseable> users = new ArrayList<>();

    @GuardedBy("this") private final Map<BlockDevice, SuperBlock> mounted = new HashMap<>();

    public BlockDevices(Kernel kernel, Nodes nodes) {
        this.kernel = kernel;
        this.nodes = nodes;
        kernel.procFiles.text("partitions", t -> partitions());
        kernel.procFiles.text("diskstats", t -> statistics());
        loops = new LoopDevices(kernel, this);
        loops.register();
    }

    /** Attaches the next disk: /dev/ubda, then /dev/ubdb..., with the names that virtio gives as links. */
    public synchronized BlockDevice attach(BlockBackend backend) {
        int index = 0;
        while (disk(index) != null) {
            index++;
        }
        if (index == MOST_DISKS) {
            throw new ImageException("at most " + MOST_DISKS + " disks can be attached");
        }
        return attach(index, backend);
    }

    /** Attaches a disk in the place of that number, which is free. */
    public synchronized BlockDevice attach(int index, BlockBackend backend) {
        char letter = (char) ('a' + index);
        BlockDevice disk = new BlockDevice("ubd" + letter, UBD_MAJOR, index * UBD_MINORS, backend);
        show(disk);
        nodes.link("vd" + letter, disk.name);
        for (BlockDevice part : Partitions.of(disk)) {
            show(part);
            nodes.link("vd" + letter + part.partition, part.name);
        }
        return disk;
    }

    /** The disk with that number, or null. */
    public synchronized @Nullable BlockDevice disk(int index) {
        return byNumber.get(DeviceTable.number(UBD_MAJOR, index * UBD_MINORS));
    }

    /** Takes a disk away. @throws umlaut.abi.ErrnoException ENODEV, EBUSY while it or a partition of it is open or mounted */
    public synchronized void detach(int index) {
        BlockDevice disk = disk(index);
        if (disk == null) {
            throw Errno.ENODEV.exception();
        }
        if (disk.inUse() || disk.partsInUse()) {
            throw Errno.EBUSY.exception();
        }
        String alias = "vd" + disk.name.charAt(disk.name.length() - 1);
        for (BlockDevice part : partitions(disk)) {
            hide(part);
            nodes.remove(alias + part.partition);
        }
        hide(disk);
        nodes.remove(alias);
        disk.close();
    }

    public synchronized List<BlockDevice> partitions(BlockDevice disk) {
        return byNumber.values().stream().filter(d -> d.whole == disk).toList();
    }

    /** @throws umlaut.abi.ErrnoException ENXIO */
    public synchronized BlockDevice find(long number) {
        BlockDevice device = byNumber.get(number);
        if (device == null) {
            throw Errno.ENXIO.exception();
        }
        return device;
    }

    private static long number(BlockDevice device) {
        return DeviceTable.number(device.major, device.minor);
    }

    @GuardedBy("this") private void show(BlockDevice device) {
        byNumber.put(number(device), device);
        sequences.put(device, nextSequence++);
        kernel.vfs
                .devices()
                .registerBlock(
                        device.major,
                        device.minor,
                        "ubd",
                        (task, path, inode, flags) -> BlockFile.open(this, device, task, path, inode, flags));
        nodes.make(device.name, number(device));
        BlockSysfs.show(kernel.sysFiles, device);
    }

    @GuardedBy("this") private void hide(BlockDevice device) {
        byNumber.remove(number(device));
        sequences.remove(device);
        kernel.vfs.devices().unregisterBlock(device.major, device.minor);
        nodes.remove(device.name);
        BlockSysfs.hide(kernel.sysFiles, device);
    }

    /** BLKRRPART. @throws umlaut.abi.ErrnoException EBUSY while a partition is in use */
    synchronized void rescan(BlockDevice disk) {
        if (disk.partsInUse()) {
            throw Errno.EBUSY.exception();
        }
        partitions(disk).forEach(this::remove);
        Partitions.of(disk).forEach(this::add);
    }

    Nodes nodes() {
        return nodes;
    }

    LoopDevices loops() {
        return loops;
    }

    synchronized void add(BlockDevice device) {
        show(device);
    }

    synchronized void remove(BlockDevice device) {
        hide(device);
    }

    synchronized long sequence(BlockDevice device) {
        return sequences.getOrDefault(device.whole != null ? device.whole : device, 0L);
    }

    // --- /proc ---

    private synchronized String partitions() {
        StringBuilder out = new StringBuilder("major minor  #blocks  name\n\n");
        for (BlockDevice d : byNumber.values()) {
            out.append(String.format("%4d  %7d %10d %s%n", d.major, d.minor, d.size >> 10, d.name));
        }
        return out.toString();
    }

    /** By all disks, so far. */
    public synchronized long readBytes() {
        return byNumber.values().stream()
                .filter(d -> d.whole == null)
                .mapToLong(d -> d.readSectors.get() * BlockDevice.SECTOR)
                .sum();
    }

    public synchronized long writtenBytes() {
        return byNumber.values().stream()
                .filter(d -> d.whole == null)
                .mapToLong(d -> d.writtenSectors.get() * BlockDevice.SECTOR)
                .sum();
    }

    /** What there is, for people. */
    public synchronized List<String> list() {
        return byNumber.values().stream()
                .map(d -> String.format("%02x%02x %14d %s", d.major, d.minor, d.size >> 10, d.name))
                .toList();
    }

    private synchronized String statistics() {
        StringBuilder out = new StringBuilder();
        for (BlockDevice d : byNumber.values()) {
            out.append(String.format("%4d %7d %s %s%n", d.major, d.minor, d.name, BlockSysfs.statistics(d, " ")));
        }
        return out.toString();
    }

    /** The file system on the device, if it is mounted: all mounts show the same. */
    public synchronized @Nullable SuperBlock mounted(BlockDevice device) {
        return mounted.get(device);
    }

    public synchronized void setMounted(BlockDevice device, SuperBlock fs) {
        mounted.put(device, fs);
    }

    public synchronized void setUnmounted(BlockDevice device) {
        mounted.remove(device);
    }

    /** Runs {@code user}'s end before the disks': a mounted file system writes what it has to write. */
    public synchronized void addUser(AutoCloseable user) {
        users.add(user);
    }

    public synchronized void removeUser(AutoCloseable user) {
        users.remove(user);
    }

    /** At the machine's end. */
    @Override
    public void close() {
        List<AutoCloseable> last;
        synchronized (this) {
            last = new ArrayList<>(users);
        }
        for (AutoCloseable user : last) {
            try {
                user.close();
            } catch (Exception e) {
                kernel.log.error("a file system could not be unmounted: " + e.getMessage());
            }
        }
        closeDisks();
    }

    private synchronized void closeDisks() {
        for (BlockDevice device : byNumber.values()) {
            try {
                device.close();
            } catch (ErrnoException e) {
                kernel.log.warn(device.name + ": " + e.errno().message());
            }
        }
        byNumber.clear();
    }
}
