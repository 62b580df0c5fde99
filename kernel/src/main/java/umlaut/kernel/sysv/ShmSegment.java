package umlaut.kernel.sysv;

import umlaut.abi.IpcConst;
import umlaut.kernel.mm.MappingSource;
import umlaut.kernel.mm.Shmem;
import umlaut.kernel.mm.Vma;
import umlaut.kernel.task.Task;

/** A shared memory segment (shmget(2); Linux: struct shmid_kernel). Mapped like a file; marked for removal it lives until its last VMA has gone. */
final class ShmSegment extends IpcObject implements MappingSource {
    final long size;
    final Shmem bytes;
    final String name;
    final int creator;
    private final IpcTable<ShmSegment> table;
    int lastPid;
    int attached;
    long attachTime;
    long detachTime;

    ShmSegment(Task task, IpcTable<ShmSegment> table, int key, int mode, long size) {
        super(task, key, mode);
        this.table = table;
        this.size = size;
        this.creator = task.group.tgid;
        this.name = String.format("/SYSV%08x (deleted)", key);
        this.bytes = new Shmem(task.kernel.pages);
        bytes.truncate(size);
    }

    @Override
    public void extent(long offset, long length, boolean writable, Extent into) {
        bytes.extent(offset, length, writable, into);
    }

    @Override
    public void mapped(Vma vma) {
        bytes.mapped(vma);
        synchronized (this) {
            attached++;
            attachTime = now();
        }
    }

    @Override
    public void unmapped(Vma vma) {
        bytes.unmapped(vma);
        synchronized (this) {
            attached--;
            detachTime = now();
            if (attached > 0 || (mode & IpcConst.SHM_DEST) == 0) {
                return;
            }
        }
        destroy();
    }

    /** IPC_RMID: gone for new shmget calls at once, and altogether when nobody has it attached. */
    void markRemoved() {
        synchronized (this) {
            mode |= IpcConst.SHM_DEST;
            key = IpcConst.IPC_PRIVATE;
            if (attached > 0) {
                return;
            }
        }
        destroy();
    }

    private void destroy() {
        synchronized (this) {
            if (removed) {
                return;
            }
            removed = true;
        }
        table.remove(this);
        bytes.release();
    }
}
