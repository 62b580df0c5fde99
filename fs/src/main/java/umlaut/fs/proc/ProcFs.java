package umlaut.fs.proc;

import org.jspecify.annotations.Nullable;
import umlaut.abi.MountFlags;
import umlaut.fs.support.TreeDirectory;
import umlaut.fs.support.TreeFs;
import umlaut.kernel.Kernel;
import umlaut.kernel.ns.PidNamespace;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.Inode;

/** An instance of procfs, proc(5): the processes of one pid namespace, in its numbers, and the kernel's files. */
public final class ProcFs extends TreeFs {
    final Kernel kernel;
    final CpuAccounting cpu;
    /** Whose processes it shows. */
    final PidNamespace pids;

    private volatile ProcOptions options;
    private final ProcRoot root;

    ProcFs(Kernel kernel, long device, PidNamespace pids, ProcOptions options) {
        super("proc", device, false, MountFlags.PROC_SUPER_MAGIC, true, kernel.clock);
        this.kernel = kernel;
        this.cpu = new CpuAccounting(kernel);
        this.pids = pids;
        this.options = options;
        this.root = new ProcRoot(this);
        if (options.pidsOnly()) {
            return;
        }
        root.fillLater(top -> {
            top.directory("net").fillLater(NetFiles::addTo);
            top.directory("sys").fillLater(sys -> SysctlTree.addTo(sys, kernel));
            SystemFiles.addTo(top, this);
            top.follow(kernel.procFiles);
        });
    }

    @Override
    public String showOptions() {
        return options.text();
    }

    @Override
    public void remount(String text) {
        options = ProcOptions.parse(text, options);
    }

    /** hidepid: may {@code reader} do that with a process's directory? @param level 1: enter it, 2: see it (has_pid_permissions) */
    boolean shows(@Nullable Task reader, Task of, int level) {
        ProcOptions o = options;
        if (reader == null || o.hidePid() != 4 && o.hidePid() < level) {
            return true;
        }
        return o.hidePid() != 4 && reader.credentials().inGroup(o.gid()) || PtraceAccess.may(reader, of);
    }

    /** What the initial namespace's {@code pid} is called here; 0 if it is not seen. */
    int seen(int pid) {
        return pids.fromGlobal(pid);
    }

    @Override
    public Inode root() {
        return root;
    }

    /** The top directory, for files that other parts of the kernel show; "net" and "sys" are below it. */
    public TreeDirectory top() {
        return root;
    }
}
