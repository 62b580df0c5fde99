package umlaut.kernel.mm;

import umlaut.abi.Errno;
import umlaut.abi.OpenFlags;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.ipc.Descriptors;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;

/**
 * memfd_secret(2) (Linux: mm/secretmem.c): memory that only programs which map it can read. It counts as locked, is in no core file, and neither ptrace(2) nor
 * process_vm_readv(2) reach it. It can only be mapped, shared; its size is set once.
 */
final class SecretFile extends File {
    /** Its size is for good. */
    private static final class SecretInode extends MemfdInode {
        SecretInode(Task task) {
            super(task.kernel, "secretmem", 0600, 0, task.credentials());
        }

        @Override
        @SuppressWarnings("GuardedBy") // as the method it overrides
        public void truncate(long length) {
            if (size != 0) {
                throw Errno.EINVAL.exception();
            }
            super.truncate(length);
        }
    }

    private final SecretInode inode;

    private SecretFile(SecretInode inode, Credentials who) {
        super(null, OpenFlags.O_RDWR | OpenFlags.O_LARGEFILE, who);
        this.inode = inode;
        if (!inode.hold()) {
            throw new IllegalStateException("a new inode is gone");
        }
    }

    /** memfd_secret(2). */
    static long create(Task task, int flags) {
        if ((flags & ~OpenFlags.O_CLOEXEC) != 0) {
            return Errno.EINVAL.negative();
        }
        SecretFile file = new SecretFile(new SecretInode(task), task.credentials());
        return Descriptors.install(task, file, (flags & OpenFlags.O_CLOEXEC) != 0);
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public boolean hasData(boolean writing) {
        return false;
    }

    @Override
    public MappingSource mapping(boolean shared, boolean writable) {
        if (!shared) {
            throw Errno.EINVAL.exception();
        }
        return inode.bytes;
    }

    @Override
    public int vmaFlags() {
        return Vma.SECRET | Vma.LOCKED | Vma.DONTDUMP;
    }

    @Override
    protected void onRelease() {
        inode.unhold();
    }

    @Override
    public String anonymousName() {
        return "/secretmem (deleted)";
    }
}
