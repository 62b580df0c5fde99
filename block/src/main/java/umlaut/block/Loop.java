package umlaut.block;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Ioctl;
import umlaut.abi.Mode;
import umlaut.kernel.Kernel;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/** One loop device: which file it is a disk of, and ioctl(2) on it (Linux: drivers/block/loop.c, loop(4)). */
final class Loop {
    /** Where struct loop_info64 lies in struct loop_config. */
    private static final int CONFIG_INFO = 8;

    private static final int MOST_BLOCK = 65536;

    final BlockDevice device;
    private final Kernel kernel;
    private final BlockDevices devices;
    private volatile @Nullable LoopBackend backend;
    private volatile LoopStatus status = LoopStatus.NONE;

    Loop(Kernel kernel, BlockDevices devices, BlockDevice device) {
        this.kernel = kernel;
        this.devices = devices;
        this.device = device;
    }

    boolean isBound() {
        return backend != null;
    }

    synchronized long ioctl(BlockFile file, Task task, int command, long argument) {
        switch (command) {
            case Ioctl.LOOP_SET_FD -> bind(task, (int) argument, LoopStatus.NONE);
            case Ioctl.LOOP_CONFIGURE -> configure(task, argument);
            case Ioctl.LOOP_CHANGE_FD -> change(task, (int) argument);
            case Ioctl.LOOP_CLR_FD -> {
                require();
                if (device.openers() > 1) {
                    status = status.with(LoopStatus.AUTOCLEAR, true);
                } else {
                    clear();
                }
            }
            case Ioctl.LOOP_SET_STATUS -> setStatus(file, task, LoopStatus.readOld(task, argument));
            case Ioctl.LOOP_SET_STATUS64 -> setStatus(file, task, LoopStatus.read(task, argument));
            case Ioctl.LOOP_GET_STATUS -> {
                Inode inode = require().file.inode();
                status.writeOld(task, argument, device.minor, inode.device(), inode.ino);
            }
            case Ioctl.LOOP_GET_STATUS64 -> {
                Inode inode = require().file.inode();
                status.write(task, argument, device.minor, inode.device(), inode.ino);
            }
            case Ioctl.LOOP_SET_CAPACITY -> {
                requireMayChange(file, task);
                resize(task, status);
            }
            case Ioctl.LOOP_SET_DIRECT_IO -> {
                requireMayChange(file, task);
                require();
                status = status.with(LoopStatus.DIRECT_IO, argument != 0);
            }
            case Ioctl.LOOP_SET_BLOCK_SIZE -> {
                requireMayChange(file, task);
                require();
                device.setBlockSize(checkBlockSize(argument));
            }
            default -> {
                return Errno.ENOTTY.negative();
            }
        }
        return 0;
    }

    private static void requireMayChange(BlockFile file, Task task) {
        if (!file.writable() && !task.credentials().capable(Capability.CAP_SYS_ADMIN)) {
            throw Errno.EPERM.exception();
        }
    }

    private LoopBackend require() {
        LoopBackend bound = backend;
        if (bound == null) {
            throw Errno.ENXIO.exception();
        }
        return bound;
    }

    private static int checkBlockSize(long size) {
        if (size < BlockDevice.SECTOR || size > MOST_BLOCK || Long.bitCount(size) != 1) {
            throw Errno.EINVAL.exception();
        }
        return (int) size;
    }

    @GuardedBy("this") private void configure(Task task, long argument) {
        int fd = task.memory.getInt(argument);
        long blockSize = Integer.toUnsignedLong(task.memory.getInt(argument + 4));
        LoopStatus wanted = LoopStatus.read(task, argument + CONFIG_INFO);
        if ((wanted.flags() & ~Ioctl.LOOP_CONFIGURE_SETTABLE_FLAGS) != 0) {
            throw Errno.EINVAL.exception();
        }
        int checked = blockSize == 0 ? BlockDevice.SECTOR : checkBlockSize(blockSize);
        bind(task, fd, wanted);
        device.setBlockSize(checked);
    }

    @GuardedBy("this") private void bind(Task task, int fd, LoopStatus wanted) {
        if (!task.credentials().capable(Capability.CAP_SYS_ADMIN)) {
            throw Errno.EPERM.exception();
        }
        File file = openFile(task, fd);
        if (backend != null) {
            file.release();
            throw Errno.EBUSY.exception();
        }
        boolean readOnly = !file.writable() || wanted.has(LoopStatus.READ_ONLY);
        LoopBackend fresh = new LoopBackend(file, task, wanted.offset(), wanted.limit(), readOnly);
        backend = fresh;
        status = wanted.with(LoopStatus.READ_ONLY, readOnly);
        device.setBackend(fresh);
        device.setWhenIdle(this::idle);
        show();
        if (status.has(LoopStatus.PARTSCAN)) {
            devices.rescan(device);
        }
    }

    /** @return held; a file that can be a disk */
    private static File openFile(Task task, int fd) {
        File file = task.files().holdOpen(fd);
        int mode = file.inode().mode;
        if (!Mode.isRegular(mode) && !Mode.isBlock(mode) || !file.readable()) {
            file.release();
            throw Errno.EINVAL.exception();
        }
        return file;
    }

    /** LOOP_CHANGE_FD: another file of the same size, under a device that nobody can have written to. */
    @GuardedBy("this") private void change(Task task, int fd) {
        File file = openFile(task, fd);
        LoopBackend old = backend;
        if (old == null) {
            file.release();
            throw Errno.ENXIO.exception();
        }
        LoopBackend fresh = new LoopBackend(file, task, status.offset(), status.limit(), old.readOnly());
        if (!status.has(LoopStatus.READ_ONLY) || fresh.size() != old.size()) {
            file.release();
            throw Errno.EINVAL.exception();
        }
        backend = fresh;
        device.setBackend(fresh);
        old.close();
        if (status.has(LoopStatus.PARTSCAN)) {
            devices.rescan(device);
        }
    }

    private synchronized void idle() {
        if (status.has(LoopStatus.AUTOCLEAR)) {
            clear();
        }
    }

    @GuardedBy("this") private void clear() {
        LoopBackend bound = backend;
        if (bound != null) {
            boolean parts = status.has(LoopStatus.PARTSCAN);
            device.setBackend(new NoMedium());
            device.setBlockSize(BlockDevice.SECTOR);
            backend = null;
            status = LoopStatus.NONE;
            bound.close();
            kernel.sysFiles.remove("devices/virtual/block/" + device.name + "/loop");
            if (parts) {
                devices.rescan(device);
            }
        }
    }

    @GuardedBy("this") private void setStatus(BlockFile file, Task task, LoopStatus wanted) {
        requireMayChange(file, task);
        require();
        LoopStatus old = status;
        LoopStatus fresh = old.changedTo(wanted);
        if (fresh.offset() != old.offset() || fresh.limit() != old.limit()) {
            resize(task, fresh);
        }
        status = fresh;
        if (fresh.has(LoopStatus.PARTSCAN) && !old.has(LoopStatus.PARTSCAN)) {
            devices.rescan(device);
        }
    }

    @GuardedBy("this") private void resize(Task task, LoopStatus as) {
        LoopBackend old = require();
        LoopBackend fresh = new LoopBackend(old.file, task, as.offset(), as.limit(), old.readOnly());
        backend = fresh;
        device.setBackend(fresh);
    }

    /** What losetup(8) lists. */
    private void show() {
        String directory = "devices/virtual/block/" + device.name + "/loop/";
        kernel.sysFiles.text(directory + "backing_file", reader -> backingFile(reader) + "\n");
        kernel.sysFiles.text(directory + "offset", t -> status.offset() + "\n");
        kernel.sysFiles.text(directory + "sizelimit", t -> status.limit() + "\n");
        kernel.sysFiles.text(directory + "autoclear", t -> number(LoopStatus.AUTOCLEAR) + "\n");
        kernel.sysFiles.text(directory + "partscan", t -> number(LoopStatus.PARTSCAN) + "\n");
        kernel.sysFiles.text(directory + "dio", t -> number(LoopStatus.DIRECT_IO) + "\n");
    }

    private int number(int flag) {
        return status.has(flag) ? 1 : 0;
    }

    private String backingFile(Task reader) {
        Path path = require().file.path;
        return path == null ? "" : path.display(reader.fs().root());
    }
}
