package umlaut.fs.proc;

import umlaut.abi.MountFlags;
import umlaut.fs.support.TreeDirectory;
import umlaut.fs.support.TreeFs;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.Inode;

/** The one procfs of a kernel: every mount shows it. */
public final class ProcFs extends TreeFs {
    final Kernel kernel;
    final CpuAccounting cpu;
    private final ProcRoot root;

    ProcFs(Kernel kernel, long device) {
        super("proc", device, false, MountFlags.PROC_SUPER_MAGIC, true, kernel.clock);
        this.kernel = kernel;
        this.cpu = new CpuAccounting(kernel);
        this.root = new ProcRoot(this);
        root.fillLater(top -> {
            top.directory("net").fillLater(NetFiles::addTo);
            top.directory("sys").fillLater(sys -> SysctlTree.addTo(sys, kernel));
            SystemFiles.addTo(top, this);
            top.follow(kernel.procFiles);
        });
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
