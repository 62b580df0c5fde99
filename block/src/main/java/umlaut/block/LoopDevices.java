package umlaut.block;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Ioctl;
import umlaut.kernel.Kernel;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.CharDevice;
import umlaut.kernel.vfs.DeviceTable;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/**
 * Loop devices: files of the guest as disks (Linux: drivers/block/loop.c, loop(4)). There is none until /dev/loop-control is asked for a free one, which is what losetup(8) and mount(8) do.
 */
final class LoopDevices implements CharDevice {
    static final int MAJOR = 7;
    private static final int MISC_MAJOR = 10, CONTROL_MINOR = 237;
    private static final int MOST = 256;

    private final Kernel kernel;
    private final BlockDevices devices;

    @GuardedBy("this") private final TreeMap<Integer, Loop> loops = new TreeMap<>();

    LoopDevices(Kernel kernel, BlockDevices devices) {
        this.kernel = kernel;
        this.devices = devices;
    }

    void register() {
        kernel.vfs.devices().registerChar(MISC_MAJOR, CONTROL_MINOR, "misc", this);
        devices.nodes().makeControl("loop-control", DeviceTable.number(MISC_MAJOR, CONTROL_MINOR));
    }

    // --- /dev/loop-control ---

    @Override
    public File open(@Nullable Task task, Path path, Inode inode, int flags) {
        return new LoopControl(this, task, path, inode, flags);
    }

    synchronized long control(int command, long argument) {
        return switch (command) {
            case Ioctl.LOOP_CTL_GET_FREE -> free();
            case Ioctl.LOOP_CTL_ADD -> {
                if (loops.containsKey((int) argument)) {
                    yield Errno.EEXIST.negative();
                }
                yield add((int) argument);
            }
            case Ioctl.LOOP_CTL_REMOVE -> remove((int) argument);
            default -> Errno.ENOTTY.negative();
        };
    }

    @GuardedBy("this") private long free() {
        for (var entry : loops.entrySet()) {
            if (!entry.getValue().isBound()) {
                return entry.getKey();
            }
        }
        int number = 0;
        while (loops.containsKey(number)) {
            number++;
        }
        return add(number);
    }

    @GuardedBy("this") private long add(int number) {
        if (number < 0 || number >= MOST) {
            return Errno.ENOSPC.negative();
        }
        BlockDevice device = new BlockDevice("loop" + number, MAJOR, number, new NoMedium());
        loops.put(number, new Loop(kernel, devices, device));
        devices.add(device);
        return number;
    }

    @GuardedBy("this") private long remove(int number) {
        Loop loop = loops.get(number);
        if (loop == null) {
            return Errno.ENODEV.negative();
        }
        if (loop.isBound() || loop.device.openers() > 0) {
            return Errno.EBUSY.negative();
        }
        loops.remove(number);
        devices.remove(loop.device);
        return 0;
    }

    /** ioctl(2) on one of them. */
    long ioctl(BlockFile file, Task task, int command, long argument) {
        Loop loop;
        synchronized (this) {
            loop = loops.get(file.device().minor);
        }
        return loop == null ? Errno.ENXIO.negative() : loop.ioctl(file, task, command, argument);
    }
}
