package umlaut.fs.vfat;

import umlaut.block.BlockDevice;
import umlaut.block.BlockDevices;
import umlaut.fs.disk.DiskType;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.SuperBlock;

/** "vfat". */
public final class FatType extends DiskType {
    public FatType(BlockDevices devices) {
        super("vfat", devices);
    }

    @Override
    public void check(Kernel kernel, String option) {
        FatOptions.of(option, null);
    }

    @Override
    protected SuperBlock open(
            Kernel kernel, BlockDevice disk, long number, String options, boolean readOnly, Runnable atEnd) {
        FatOptions parsed = FatOptions.of(options, kernel.current());
        return new FatFs(kernel, devices, disk, number, parsed, readOnly, atEnd);
    }
}
