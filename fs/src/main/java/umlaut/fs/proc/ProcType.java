package umlaut.fs.proc;

import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.FileSystemType;
import umlaut.kernel.vfs.SuperBlock;

/** mount -t proc. One a kernel, made with it; all mounts show the same instance. */
public final class ProcType implements FileSystemType {
    private final ProcFs fs;

    public ProcType(Kernel kernel) {
        fs = new ProcFs(kernel, kernel.vfs.anonymousDevice());
    }

    public ProcFs fs() {
        return fs;
    }

    @Override
    public String name() {
        return "proc";
    }

    @Override
    public SuperBlock mount(Kernel kernel, String source, String options, long device, boolean readOnly) {
        return fs;
    }
}
