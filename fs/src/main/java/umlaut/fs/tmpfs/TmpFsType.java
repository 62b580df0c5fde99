package umlaut.fs.tmpfs;

import umlaut.kernel.Kernel;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.FileSystemType;
import umlaut.kernel.vfs.SuperBlock;

/** "tmpfs", and "ramfs", which here is a tmpfs without limits. */
public final class TmpFsType implements FileSystemType {
    private final String name;

    public TmpFsType() {
        this("tmpfs");
    }

    private TmpFsType(String name) {
        this.name = name;
    }

    public static TmpFsType ramfs() {
        return new TmpFsType("ramfs");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean userMountable() {
        return true;
    }

    @Override
    public void check(Kernel kernel, String option) {
        TmpFsOptions.defaults(kernel.memoryBytes()).with(option, kernel.memoryBytes());
    }

    @Override
    public SuperBlock mount(Kernel kernel, String source, String options, long device, boolean readOnly) {
        long memory = kernel.memoryBytes();
        TmpFsOptions parsed = TmpFsOptions.defaults(memory).with(options, memory);
        Task task = kernel.current();
        if (task != null) {
            parsed = parsed.ownedBy(task.credentials(), options);
        }
        return new TmpFs(kernel, name, name.equals("ramfs") ? parsed.unlimited() : parsed, device, readOnly);
    }
}
