package umlaut.kernel.mm;

import umlaut.abi.Errno;
import umlaut.abi.Fcntl;
import umlaut.abi.MapFlags;
import umlaut.abi.MemfdFlags;
import umlaut.abi.OpenFlags;
import umlaut.kernel.ipc.Descriptors;
import umlaut.kernel.task.Task;

/** memfd_create(2). */
final class Memfd {
    private static final int KNOWN =
            MemfdFlags.MFD_CLOEXEC | MemfdFlags.MFD_ALLOW_SEALING | MemfdFlags.MFD_NOEXEC_SEAL | MemfdFlags.MFD_EXEC;

    private Memfd() {}

    static long create(Task task, long name, int flags) {
        boolean huge = (flags & MemfdFlags.MFD_HUGETLB) != 0;
        int known = huge ? KNOWN | MemfdFlags.MFD_HUGETLB | MapFlags.MAP_HUGE_MASK << MapFlags.MAP_HUGE_SHIFT : KNOWN;
        boolean noExec = (flags & MemfdFlags.MFD_NOEXEC_SEAL) != 0;
        if ((flags & ~known) != 0 || noExec && (flags & MemfdFlags.MFD_EXEC) != 0) {
            return Errno.EINVAL.negative();
        }
        String text = task.memory.string(name, MemfdFlags.MFD_NAME_MAX_LEN + 1, Errno.EINVAL);
        if (huge) {
            return Errno.ENOSYS.negative(); // as a kernel without CONFIG_HUGETLBFS
        }
        int seals = (flags & MemfdFlags.MFD_ALLOW_SEALING) != 0 || noExec ? 0 : Fcntl.F_SEAL_SEAL;
        seals |= noExec ? Fcntl.F_SEAL_EXEC : 0;
        MemfdInode inode = new MemfdInode(task.kernel, text, noExec ? 0666 : 0777, seals, task.credentials());
        MemfdFile file = new MemfdFile(inode, null, OpenFlags.O_RDWR | OpenFlags.O_LARGEFILE, task.credentials(), true);
        return Descriptors.install(task, file, (flags & MemfdFlags.MFD_CLOEXEC) != 0);
    }
}
