package umlaut.fs.erofs;

import umlaut.abi.Errno;
import umlaut.block.BlockDevice;
import umlaut.block.BlockDevices;
import umlaut.fs.disk.DiskType;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.SuperBlock;

/** "erofs". A mount that asks for writing gets one that is read-only, as on Linux. */
public final class ErofsType extends DiskType {
    public ErofsType(BlockDevices devices) {
        super("erofs", devices);
    }

    @Override
    public void check(Kernel kernel, String option) {
        switch (option) {
            case "", "user_xattr", "nouser_xattr", "acl", "noacl", "dax=never" -> {}
            default -> {
                if (!option.startsWith("cache_strategy=")) {
                    throw Errno.EINVAL.exception();
                }
            }
        }
    }

    @Override
    protected SuperBlock open(
            Kernel kernel, BlockDevice disk, long number, String options, boolean readOnly, Runnable atEnd) {
        for (String option : options.split(",")) {
            check(kernel, option);
        }
        return new EroFs(kernel, disk, number, atEnd);
    }
}
