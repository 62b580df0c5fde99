package umlaut.block;

import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Ioctl;
import umlaut.kernel.task.Task;

/** ioctl(2) on block devices (Linux: block/ioctl.c, include/uapi/linux/fs.h); sizes in bytes unless said otherwise. */
final class BlockIoctl {
    private static final int BLKGETSIZE64 = 0x80081272, BLKSSZGET = 0x1268, BLKBSZGET = 0x80081270;
    private static final int BLKBSZSET = 0x40081271, BLKPBSZGET = 0x127b, BLKIOMIN = 0x1278, BLKIOOPT = 0x1279;
    private static final int BLKALIGNOFF = 0x127a, BLKDISCARD = 0x1277, BLKSECDISCARD = 0x127d, BLKZEROOUT = 0x127f;
    private static final int BLKDISCARDZEROES = 0x127c, BLKROTATIONAL = 0x127e, BLKGETDISKSEQ = 0x80081280;
    private static final int BLKSECTGET = 0x1267, HDIO_GETGEO = 0x0301;
    private static final int HEADS = 255, SECTORS = 63;
    private static final int BLOCK_SIZE = 4096;
    private static final int READ_AHEAD_SECTORS = 256;

    private BlockIoctl() {}

    static long perform(BlockDevices devices, BlockFile file, Task task, int command, long argument) {
        BlockDevice device = file.device();
        switch (command) {
            case BLKGETSIZE64 -> task.memory.putLong(argument, device.size);
            case Ioctl.BLKGETSIZE -> task.memory.putLong(argument, device.size / BlockDevice.SECTOR);
            case BLKSSZGET, BLKPBSZGET, BLKIOMIN -> task.memory.putInt(argument, device.blockSize());
            case BLKBSZGET -> task.memory.putInt(argument, BLOCK_SIZE);
            case BLKBSZSET -> {
                int size = task.memory.getInt(argument);
                if (size < BlockDevice.SECTOR || size > BLOCK_SIZE || Integer.bitCount(size) != 1) {
                    return Errno.EINVAL.negative();
                }
            }
            case BLKIOOPT, BLKALIGNOFF, BLKDISCARDZEROES -> task.memory.putInt(argument, 0);
            case BLKROTATIONAL -> task.memory.putBytes(argument, new byte[2]);
            case BLKSECTGET -> task.memory.putBytes(argument, new byte[] {0, 5}); // 1,280 sectors
            case Ioctl.BLKRAGET -> task.memory.putLong(argument, READ_AHEAD_SECTORS);
            case Ioctl.BLKROGET -> task.memory.putInt(argument, device.readOnly() ? 1 : 0);
            case BLKGETDISKSEQ -> task.memory.putLong(argument, devices.sequence(device));
            case HDIO_GETGEO -> geometry(task, device, argument);
            default -> {
                return change(devices, file, task, command, argument);
            }
        }
        return 0;
    }

    private static long change(BlockDevices devices, BlockFile file, Task task, int command, long argument) {
        BlockDevice device = file.device();
        switch (command) {
            case Ioctl.BLKRASET -> requireAdmin(task);
            case Ioctl.BLKROSET -> {
                requireAdmin(task);
                device.setReadOnly(task.memory.getInt(argument) != 0);
            }
            case Ioctl.BLKFLSBUF -> {
                requireAdmin(task);
                device.flush();
            }
            case BLKDISCARD, BLKSECDISCARD, BLKZEROOUT -> {
                long start = task.memory.getLong(argument);
                long length = task.memory.getLong(argument + 8);
                return discard(file, device, start, length);
            }
            case Ioctl.BLKRRPART -> {
                requireAdmin(task);
                if (device.whole != null) {
                    return Errno.EINVAL.negative();
                }
                devices.rescan(device);
            }
            default -> {
                return device.major == LoopDevices.MAJOR
                        ? devices.loops().ioctl(file, task, command, argument)
                        : Errno.ENOTTY.negative();
            }
        }
        return 0;
    }

    private static long discard(BlockFile file, BlockDevice device, long start, long length) {
        if (!file.writable()) {
            return Errno.EBADF.negative();
        }
        if (((start | length) & BlockDevice.SECTOR - 1) != 0 || start < 0 || length < 0 || start + length < 0) {
            return Errno.EINVAL.negative();
        }
        if (start + length > device.size) {
            return Errno.EINVAL.negative();
        }
        device.discard(start, length);
        return 0;
    }

    private static void requireAdmin(Task task) {
        if (!task.credentials().capable(Capability.CAP_SYS_ADMIN)) {
            throw Errno.EACCES.exception();
        }
    }

    /** struct hd_geometry. */
    private static void geometry(Task task, BlockDevice device, long argument) {
        long cylinders = device.size / BlockDevice.SECTOR / (HEADS * SECTORS);
        var out = task.memory.build(16);
        umlaut.abi.Le.putByte(out, 0, HEADS);
        umlaut.abi.Le.putByte(out, 1, SECTORS);
        umlaut.abi.Le.putShort(out, 2, (int) Math.min(cylinders, 65535));
        umlaut.abi.Le.putLong(out, 8, device.start / BlockDevice.SECTOR);
        task.memory.write(argument, out, 0, 16);
    }
}
