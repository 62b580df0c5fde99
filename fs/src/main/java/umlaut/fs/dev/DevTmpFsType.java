package umlaut.fs.dev;

import umlaut.fs.tmpfs.TmpFsType;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.FileSystemType;
import umlaut.kernel.vfs.SuperBlock;

/** "mount -t devtmpfs": a tmpfs born with the machine's device nodes (Linux: drivers/base/devtmpfs.c). */
public final class DevTmpFsType implements FileSystemType {
    private final TmpFsType tmpfs = new TmpFsType();

    @Override
    public String name() {
        return "devtmpfs";
    }

    @Override
    public SuperBlock mount(Kernel kernel, String source, String options, long device, boolean readOnly) {
        SuperBlock fresh = tmpfs.mount(kernel, source, options, device, false);
        DevTree.populate(fresh.root());
        fresh.setReadOnly(readOnly);
        return fresh;
    }
}
