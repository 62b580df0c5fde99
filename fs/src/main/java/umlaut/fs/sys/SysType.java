package umlaut.fs.sys;

import umlaut.kernel.Kernel;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.FileSystemType;
import umlaut.kernel.vfs.SuperBlock;

/** mount -t sysfs. One a kernel, made with it; all mounts show the same instance. */
public final class SysType implements FileSystemType {
    private final SysFs fs;

    public SysType(Kernel kernel) {
        fs = new SysFs(kernel, kernel.vfs.anonymousDevice());
    }

    public SysFs fs() {
        return fs;
    }

    @Override
    public String name() {
        return "sysfs";
    }

    @Override
    public boolean userMountable() {
        return true;
    }

    @Override
    public UserNamespace userNamespace(Task task) {
        return task.ns().net().owner();
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
