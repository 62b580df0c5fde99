package umlaut.block;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
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
    private static final int CTL_ADD = 0x4c80, CTL_REMOVE = 0x4c81, CTL_GET_FREE = 0x4c82;
    private static final int SET_FD = 0x4c00, CLR_FD = 0x4c01, SET_STATUS64 = 0x4c04, GET_STATUS64 = 0x4c05;
    private static final int CHANGE_FD = 0x4c06, SET_CAPACITY = 0x4c07, SET_DIRECT_IO = 0x4c08, SET_BLOCK_SIZE = 0x4c09;
    private static final int CONFIGURE = 0x4c0a;
    /** struct loop_info64, and where it lies in struct loop_config. */
    private static final int INFO_SIZE = 232, CONFIG_INFO = 8;

    private static final int OFFSET = 24, SIZE_LIMIT = 32, NUMBER = 40, FLAGS = 52, NAME = 56, NAME_SIZE = 64;
    private static final int READ_ONLY = 1, AUTOCLEAR = 4, PARTSCAN = 8;
    private static final int MOST = 256;

    /** A loop device and what it was told. */
    private static final class Loop {
        final BlockDevice device;

        @Nullable LoopBackend backend;

        int flags;
        String name = "";
        long limit;

        Loop(BlockDevice device) {
            this.device = device;
        }
    }

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
            case CTL_GET_FREE -> free();
            case CTL_ADD -> {
                if (loops.containsKey((int) argument)) {
                    yield Errno.EEXIST.negative();
                }
                yield add((int) argument);
            }
            case CTL_REMOVE -> remove((int) argument);
            default -> Errno.ENOTTY.negative();
        };
    }

    @GuardedBy("this") private long free() {
        for (var entry : loops.entrySet()) {
            if (entry.getValue().backend == null) {
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
        loops.put(number, new Loop(device));
        devices.add(device);
        return number;
    }

    @GuardedBy("this") private long remove(int number) {
        Loop loop = loops.get(number);
        if (loop == null) {
            return Errno.ENODEV.negative();
        }
        if (loop.backend != null || loop.device.openers() > 0) {
            return Errno.EBUSY.negative();
        }
        loops.remove(number);
        devices.remove(loop.device);
        return 0;
    }

    // --- ioctl(2) on a loop device ---

    long ioctl(BlockDevice device, Task task, int command, long argument) {
        Loop loop;
        synchronized (this) {
            loop = loops.get(device.minor);
        }
        return loop == null ? Errno.ENXIO.negative() : perform(loop, task, command, argument);
    }

    private long perform(Loop loop, Task task, int command, long argument) {
        switch (command) {
            case SET_FD -> set(loop, task, (int) argument, 0, 0, 0, "");
            case CONFIGURE -> configure(loop, task, argument);
            case CLR_FD -> {
                require(loop);
                if (loop.device.openers() > 1) {
                    loop.flags |= AUTOCLEAR;
                } else {
                    clear(loop);
                }
            }
            case SET_STATUS64 -> setStatus(loop, task, argument);
            case GET_STATUS64 -> getStatus(loop, task, argument);
            case SET_CAPACITY -> resize(loop, task, require(loop).offset, loop.limit);
            case SET_DIRECT_IO -> require(loop);
            case SET_BLOCK_SIZE -> {
                require(loop);
                if (argument != BlockDevice.SECTOR) {
                    return Errno.EINVAL.negative();
                }
            }
            case CHANGE_FD -> {
                return Errno.EINVAL.negative();
            }
            default -> {
                return Errno.ENOTTY.negative();
            }
        }
        return 0;
    }

    private static LoopBackend require(Loop loop) {
        LoopBackend backend = loop.backend;
        if (backend == null) {
            throw Errno.ENXIO.exception();
        }
        return backend;
    }

    private void configure(Loop loop, Task task, long argument) {
        int fd = task.memory.getInt(argument);
        int blockSize = task.memory.getInt(argument + 4);
        if (blockSize != 0 && blockSize != BlockDevice.SECTOR) {
            throw Errno.EINVAL.exception();
        }
        long info = argument + CONFIG_INFO;
        set(
                loop,
                task,
                fd,
                task.memory.getLong(info + OFFSET),
                task.memory.getLong(info + SIZE_LIMIT),
                task.memory.getInt(info + FLAGS),
                name(task, info));
    }

    private static String name(Task task, long info) {
        String text = new String(task.memory.bytes(info + NAME, NAME_SIZE), StandardCharsets.ISO_8859_1);
        int end = text.indexOf(0);
        return end < 0 ? text : text.substring(0, end);
    }

    private synchronized void set(Loop loop, Task task, int fd, long offset, long limit, int flags, String name) {
        if (!task.credentials().capable(Capability.CAP_SYS_ADMIN)) {
            throw Errno.EPERM.exception();
        }
        if (loop.backend != null) {
            throw Errno.EBUSY.exception();
        }
        if (offset < 0 || limit < 0) {
            throw Errno.EOVERFLOW.exception();
        }
        File file = task.files().holdOpen(fd);
        int mode = file.inode().mode;
        if (!Mode.isRegular(mode) && !Mode.isBlock(mode) || !file.readable()) {
            file.release();
            throw Errno.EINVAL.exception();
        }
        boolean readOnly = !file.writable() || (flags & READ_ONLY) != 0;
        LoopBackend backend = new LoopBackend(file, task, offset, limit, readOnly);
        loop.backend = backend;
        loop.flags = flags & (AUTOCLEAR | PARTSCAN) | (readOnly ? READ_ONLY : 0);
        loop.limit = limit;
        loop.name = name;
        loop.device.setBackend(backend);
        loop.device.setWhenIdle(() -> idle(loop));
        show(loop);
    }

    private void idle(Loop loop) {
        if ((loop.flags & AUTOCLEAR) != 0) {
            clear(loop);
        }
    }

    private synchronized void clear(Loop loop) {
        LoopBackend backend = loop.backend;
        if (backend != null) {
            loop.device.setBackend(new NoMedium());
            loop.backend = null;
            loop.flags = 0;
            loop.name = "";
            backend.close();
            kernel.sysFiles.remove("devices/virtual/block/" + loop.device.name + "/loop");
        }
    }

    private void setStatus(Loop loop, Task task, long argument) {
        LoopBackend backend = require(loop);
        int flags = task.memory.getInt(argument + FLAGS);
        loop.flags = loop.flags & READ_ONLY | flags & (AUTOCLEAR | PARTSCAN);
        loop.name = name(task, argument);
        long offset = task.memory.getLong(argument + OFFSET);
        long limit = task.memory.getLong(argument + SIZE_LIMIT);
        if (offset != backend.offset || limit != loop.limit) {
            resize(loop, task, offset, limit);
        }
    }

    private synchronized void resize(Loop loop, Task task, long offset, long limit) {
        LoopBackend old = require(loop);
        if (offset < 0 || limit < 0) {
            throw Errno.EOVERFLOW.exception();
        }
        LoopBackend fresh = new LoopBackend(old.file, task, offset, limit, old.readOnly());
        loop.backend = fresh;
        loop.limit = limit;
        loop.device.setBackend(fresh);
    }

    private void getStatus(Loop loop, Task task, long argument) {
        LoopBackend backend = require(loop);
        Inode inode = backend.file.inode();
        var out = task.memory.build(INFO_SIZE);
        umlaut.abi.Le.clear(out, 0, INFO_SIZE);
        umlaut.abi.Le.putLong(out, 0, inode.device());
        umlaut.abi.Le.putLong(out, 8, inode.ino);
        umlaut.abi.Le.putLong(out, OFFSET, backend.offset);
        umlaut.abi.Le.putLong(out, SIZE_LIMIT, loop.limit);
        umlaut.abi.Le.putInt(out, NUMBER, loop.device.minor);
        umlaut.abi.Le.putInt(out, FLAGS, loop.flags);
        umlaut.abi.Le.putText(out, NAME, NAME_SIZE, loop.name);
        task.memory.write(argument, out, 0, INFO_SIZE);
    }

    /** What losetup(8) lists. */
    private void show(Loop loop) {
        String directory = "devices/virtual/block/" + loop.device.name + "/loop/";
        kernel.sysFiles.text(directory + "backing_file", reader -> backingFile(loop, reader) + "\n");
        kernel.sysFiles.text(directory + "offset", t -> require(loop).offset + "\n");
        kernel.sysFiles.text(directory + "sizelimit", t -> loop.limit + "\n");
        kernel.sysFiles.text(directory + "autoclear", t -> (loop.flags & AUTOCLEAR) / AUTOCLEAR + "\n");
        kernel.sysFiles.text(directory + "partscan", t -> (loop.flags & PARTSCAN) / PARTSCAN + "\n");
        kernel.sysFiles.text(directory + "dio", t -> "0\n");
    }

    private static String backingFile(Loop loop, Task reader) {
        Path path = require(loop).file.path;
        return path == null ? "" : path.display(reader.fs().root());
    }
}
