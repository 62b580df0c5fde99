package umlaut.fs.dev;

import umlaut.fs.tmpfs.TmpFs;
import umlaut.fs.tmpfs.TmpFsOptions;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.FileSystemType;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.SuperBlock;

/** devtmpfs: a tmpfs that starts with the nodes of {@link DevTree}. One a kernel; all mounts show the same instance. */
public final class DevTmpFsType implements FileSystemType {
    private final TmpFs fs;

    public DevTmpFsType(Kernel kernel) {
        TmpFsOptions standard = TmpFsOptions.defaults(kernel.memoryBytes());
        long pages = standard.defaultPages();
        TmpFsOptions options = new TmpFsOptions(pages, standard.maxInodes(), 0755, 0, 0, pages);
        fs = new TmpFs(kernel, "devtmpfs", options, kernel.vfs.anonymousDevice(), false);
        DevTree.populate(fs.root());
    }

    /** For drivers that come later: see {@link DevTree#node}. */
    public Inode root() {
        return fs.root();
    }

    @Override
    public String name() {
        return "devtmpfs";
    }

    @Override
    public boolean shared() {
        return true;
    }

    @Override
    public SuperBlock mount(Kernel kernel, String source, String options, long device, boolean readOnly) {
        return fs;
    }
}
