package umlaut.fs;

import umlaut.fs.cgroup.CgroupType;
import umlaut.fs.dev.DevTmpFsType;
import umlaut.fs.dev.MemoryDevices;
import umlaut.fs.overlay.OverlayType;
import umlaut.fs.proc.ProcType;
import umlaut.fs.sys.SysType;
import umlaut.fs.tmpfs.TmpFsType;
import umlaut.kernel.Kernel;

/**
 * What every kernel has: the file systems that need nothing from outside, and the memory devices.
 *
 * @param proc for those who add files to /proc
 * @param sys for those who add devices to /sys
 * @param dev for those who add nodes to /dev
 */
public record StandardFileSystems(ProcType proc, SysType sys, DevTmpFsType dev) {
    /** Makes them known to the kernel's VFS; once, before anything is mounted. */
    public static StandardFileSystems register(Kernel kernel) {
        MemoryDevices.register(kernel);
        StandardFileSystems all =
                new StandardFileSystems(new ProcType(kernel), new SysType(kernel), new DevTmpFsType(kernel));
        kernel.vfs.register(new TmpFsType());
        kernel.vfs.register(TmpFsType.ramfs());
        kernel.vfs.register(all.proc);
        kernel.vfs.register(all.sys);
        kernel.vfs.register(all.dev);
        kernel.vfs.register(new OverlayType());
        kernel.vfs.register(new CgroupType(kernel));
        return all;
    }
}
