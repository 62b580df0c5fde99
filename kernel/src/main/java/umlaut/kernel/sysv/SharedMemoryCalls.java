package umlaut.kernel.sysv;

import java.lang.foreign.MemorySegment;
import java.util.List;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.IpcConst;
import umlaut.abi.Le;
import umlaut.abi.MapFlags;
import umlaut.abi.ShmidDs;
import umlaut.abi.Shminfo;
import umlaut.kernel.mm.SharedSegment;
import umlaut.kernel.task.Task;

/** shmget(2), shmat(2), shmdt(2), shmctl(2) (Linux: ipc/shm.c). */
final class SharedMemoryCalls {
    private static final int COMMAND = 0xff;

    private final IpcSettings settings;
    private final IpcTable<ShmSegment> table;

    SharedMemoryCalls(IpcSettings settings) {
        this.settings = settings;
        this.table = new IpcTable<>(settings.shmmni, settings.nextSegment);
    }

    List<ShmSegment> all() {
        return table.all();
    }

    private long pages() {
        return table.all().stream().mapToLong(s -> s.size + 4095 >>> 12).sum();
    }

    long get(Task task, int key, long size, int flags) {
        return table.get(
                task,
                key,
                flags,
                found -> {
                    if (Long.compareUnsigned(size, found.size) > 0) {
                        throw Errno.EINVAL.exception();
                    }
                },
                () -> {
                    if (size == 0 || Long.compareUnsigned(size, settings.shmmax.get()) > 0) {
                        throw Errno.EINVAL.exception();
                    }
                    if (size > -4096 && size < 0
                            || Long.compareUnsigned(pages() + (size + 4095 >>> 12), settings.shmall.get()) > 0) {
                        throw Errno.ENOSPC.exception();
                    }
                    boolean huge = (flags & IpcConst.SHM_HUGETLB) != 0;
                    if (huge || size < 0 || (flags & IpcConst.SHM_NORESERVE) == 0 && size > task.kernel.memoryBytes()) {
                        throw Errno.ENOMEM.exception();
                    }
                    return new ShmSegment(task, table, key, flags, size);
                });
    }

    long attach(Task task, int id, long address, int flags) {
        long at = address;
        boolean remap = (flags & IpcConst.SHM_REMAP) != 0;
        if ((at & 4095) != 0) {
            if ((flags & IpcConst.SHM_RND) == 0) {
                return Errno.EINVAL.negative();
            }
            at &= -4096L;
        }
        if (id < 0 || at == 0 && remap) {
            return Errno.EINVAL.negative();
        }
        boolean readOnly = (flags & IpcConst.SHM_RDONLY) != 0;
        int prot = MapFlags.PROT_READ | (readOnly ? 0 : MapFlags.PROT_WRITE);
        int request = readOnly ? IpcObject.READ : IpcObject.READ | IpcObject.WRITE;
        if ((flags & IpcConst.SHM_EXEC) != 0) {
            prot |= MapFlags.PROT_EXEC;
            request |= 1;
        }
        ShmSegment segment = table.find(id);
        segment.require(task, request);
        // Kept while it is being attached, should the last other user leave now.
        segment.bytes.acquire();
        try {
            long result = SharedSegment.attach(task, at, remap, segment.size, prot, segment, segment.name);
            synchronized (segment) {
                segment.lastPid = task.group.tgid;
            }
            return result;
        } finally {
            segment.bytes.release();
        }
    }

    long detach(Task task, long address) {
        return SharedSegment.detach(task, address, ShmSegment.class);
    }

    long control(Task task, int id, int command, long buffer) {
        if (id < 0) {
            return Errno.EINVAL.negative();
        }
        switch (command & ~IpcConst.IPC_64 & COMMAND) {
            case IpcConst.IPC_INFO -> {
                return info(task, buffer);
            }
            case IpcConst.SHM_INFO -> {
                return usage(task, buffer);
            }
            case IpcConst.IPC_STAT -> {
                ShmSegment s = table.find(id);
                s.require(task, IpcObject.READ);
                stat(task, s, buffer);
                return 0;
            }
            case IpcConst.SHM_STAT, IpcConst.SHM_STAT_ANY -> {
                ShmSegment s = table.atPlace(id);
                if ((command & COMMAND & ~IpcConst.IPC_64) == IpcConst.SHM_STAT) {
                    s.require(task, IpcObject.READ);
                }
                stat(task, s, buffer);
                return s.id;
            }
            case IpcConst.IPC_SET -> {
                MemorySegment in = task.memory.struct(buffer, ShmidDs.SIZE);
                ShmSegment s = table.find(id);
                s.requireOwner(task);
                s.set(in, ShmidDs.SHM_PERM);
                return 0;
            }
            case IpcConst.IPC_RMID -> {
                ShmSegment s = table.find(id);
                s.requireOwner(task);
                s.markRemoved();
                return 0;
            }
            case IpcConst.SHM_LOCK, IpcConst.SHM_UNLOCK -> {
                return lock(task, table.find(id), (command & COMMAND) == IpcConst.SHM_LOCK);
            }
            default -> {
                return Errno.EINVAL.negative();
            }
        }
    }

    private static long lock(Task task, ShmSegment s, boolean on) {
        if (!task.credentials().capableIn(task.ns().ipc().owner(), Capability.CAP_IPC_LOCK)) {
            s.requireOwner(task);
        }
        synchronized (s) {
            s.mode = on ? s.mode | IpcConst.SHM_LOCKED : s.mode & ~IpcConst.SHM_LOCKED;
        }
        return 0;
    }

    private static void stat(Task task, ShmSegment s, long buffer) {
        MemorySegment out = task.memory.build(ShmidDs.SIZE);
        synchronized (s) {
            s.put(out, ShmidDs.SHM_PERM);
            Le.putLong(out, ShmidDs.SHM_SEGSZ, s.size);
            Le.putLong(out, ShmidDs.SHM_ATIME, s.attachTime);
            Le.putLong(out, ShmidDs.SHM_DTIME, s.detachTime);
            Le.putLong(out, ShmidDs.SHM_CTIME, s.ctime);
            Le.putInt(out, ShmidDs.SHM_CPID, task.pidSeen(s.creator));
            Le.putInt(out, ShmidDs.SHM_LPID, task.pidSeen(s.lastPid));
            Le.putLong(out, ShmidDs.SHM_NATTCH, s.attached);
        }
        task.memory.write(buffer, out);
    }

    private long info(Task task, long buffer) {
        MemorySegment out = task.memory.build(Shminfo.SIZE);
        Le.putLong(out, Shminfo.SHMMAX, settings.shmmax.get());
        Le.putLong(out, Shminfo.SHMMIN, IpcConst.SHMMIN);
        Le.putLong(out, Shminfo.SHMMNI, settings.shmmni.get());
        Le.putLong(out, Shminfo.SHMSEG, settings.shmmni.get());
        Le.putLong(out, Shminfo.SHMALL, settings.shmall.get());
        task.memory.write(buffer, out);
        return table.highestPlace();
    }

    private long usage(Task task, long buffer) {
        long pages = 0;
        long resident = 0;
        int count = 0;
        for (ShmSegment s : table.all()) {
            pages += s.size + 4095 >> 12;
            resident += s.bytes.allocatedBytes() >> 12;
            count++;
        }
        MemorySegment out = task.memory.build(Shminfo.SHM_INFO_SIZE);
        Le.putInt(out, Shminfo.USED_IDS, count);
        Le.putLong(out, Shminfo.SHM_TOT, pages);
        Le.putLong(out, Shminfo.SHM_RSS, resident);
        task.memory.write(buffer, out);
        return table.highestPlace();
    }
}
