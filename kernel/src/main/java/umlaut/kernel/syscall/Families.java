package umlaut.kernel.syscall;

import umlaut.kernel.Kernel;
import umlaut.kernel.aio.AioFamily;
import umlaut.kernel.fanotify.FanotifyFamily;
import umlaut.kernel.landlock.LandlockFamily;
import umlaut.kernel.mm.MemoryCalls;
import umlaut.kernel.system.RefusedFamily;
import umlaut.kernel.vfs.FileFamily;
import umlaut.kernel.vfs.MountFamily;
import umlaut.kernel.vfs.PathFamily;

/** All families of system calls that a kernel is born with. File systems and networks add theirs when they are set up. */
public final class Families {
    private Families() {}

    public static void addAll(Kernel kernel) {
        Syscalls s = kernel.syscalls;
        s.add(new FileFamily());
        s.add(new PathFamily());
        s.add(new MountFamily());
        s.add(new TaskFamily());
        s.add(new SignalFamily());
        s.add(new CredentialsFamily());
        s.add(new SystemFamily());
        s.add(new MemoryCalls());
        s.add(new AioFamily(kernel));
        s.add(new FanotifyFamily(kernel));
        s.add(new LandlockFamily());
        s.add(new RefusedFamily());
    }
}
