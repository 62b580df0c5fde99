package umlaut.fs.iso9660;

import umlaut.block.BlockDevice;
import umlaut.block.BlockDevices;
import umlaut.fs.disk.DiskType;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.SuperBlock;

/** "iso9660". */
public final class IsoType extends DiskType {
    public IsoType(BlockDevices devices) {
        super("iso9660", devices);
    }

    @Override
    protected boolean writes() {
        return false;
    }

    @Override
    public void check(Kernel kernel, String option) {
        IsoOptions.of(option);
    }

    @Override
    protected SuperBlock open(
            Kernel kernel, BlockDevice disk, long number, String options, boolean readOnly, Runnable atEnd) {
        return new IsoFs(kernel, disk, number, IsoOptions.of(options), atEnd);
    }
}
