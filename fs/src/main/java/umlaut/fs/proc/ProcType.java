package umlaut.fs.proc;

import umlaut.kernel.Kernel;
import umlaut.kernel.ns.PidNamespace;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.FileSystemType;
import umlaut.kernel.vfs.SuperBlock;

/** mount -t proc. The first instance is made with the kernel; mounts that would be like it show it. */
public final class ProcType implements FileSystemType {
    private final ProcFs fs;

    public ProcType(Kernel kernel) {
        PidNamespace pids = kernel.namespaces.initial().pidForChildren();
        fs = new ProcFs(kernel, kernel.vfs.anonymousDevice(), pids, ProcOptions.NONE);
    }

    public ProcFs fs() {
        return fs;
    }

    @Override
    public String name() {
        return "proc";
    }

    @Override
    public boolean userMountable() {
        return true;
    }

    @Override
    public void check(Kernel kernel, String option) {
        ProcOptions.parse(option, ProcOptions.NONE);
    }

    @Override
    public UserNamespace userNamespace(Task task) {
        return task.group.pidNs.owner();
    }

    /** Without options and in the first pid namespace the kernel's own instance; else one that shows the caller's namespace. */
    @Override
    public SuperBlock mount(Kernel kernel, String source, String options, long device, boolean readOnly) {
        Task task = kernel.current();
        PidNamespace pids = task == null ? fs.pids : task.group.pidNs;
        ProcOptions parsed = ProcOptions.parse(options, ProcOptions.NONE);
        if (pids == fs.pids && parsed.equals(ProcOptions.NONE)) {
            return fs;
        }
        return new ProcFs(kernel, device, pids, parsed);
    }
}
