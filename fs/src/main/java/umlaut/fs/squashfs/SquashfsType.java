package umlaut.fs.squashfs;

import umlaut.abi.Errno;
import umlaut.block.BlockDevice;
import umlaut.block.BlockDevices;
import umlaut.fs.disk.DiskType;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.SuperBlock;

/** "squashfs". A mount that asks for writing gets one that is read-only, as on Linux. */
public final class SquashfsType extends DiskType {
    public SquashfsType(BlockDevices devices) {
        super("squashfs", devices);
    }

    @Override
    public void check(Kernel kernel, String option) {
        if (!option.isEmpty() && !option.equals("errors=continue") && !option.startsWith("threads=")) {
            throw Errno.EINVAL.exception();
        }
    }

    @Override
    protected SuperBlock open(
            Kernel kernel, BlockDevice disk, long number, String options, boolean readOnly, Runnable atEnd) {
        for (String option : options.split(",")) {
            check(kernel, option);
        }
        return new SquashFs(kernel, disk, number, atEnd);
    }
}
