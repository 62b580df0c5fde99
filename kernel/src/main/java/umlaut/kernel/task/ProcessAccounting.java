package umlaut.kernel.task;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import umlaut.abi.AtFlags;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Le;
import umlaut.abi.OpenFlags;
import umlaut.abi.WaitFlags;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.ns.PidNamespace;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.ReadWrite;

/**
 * acct(2): a record of acct(5), third version, for each process that ends, in the file of its pid namespace and of each above (Linux: kernel/acct.c). Files are held open here, without
 * a descriptor. Faults and transfers are not counted.
 */
public final class ProcessAccounting {
    private static final int SIZE = 64;
    private static final int FLAG = 0, VERSION = 1, EXIT_CODE = 4, UID = 8, GID = 12, PID = 16, PPID = 20;
    private static final int BEGIN = 24, ELAPSED = 28, USER_TIME = 32, SYSTEM_TIME = 34, MEMORY = 36, COMM = 48;
    private static final int COMM_LENGTH = 16;
    private static final byte VERSION_3 = 3;
    private static final int AFORK = 1, ACORE = 8, AXSIG = 0x10;
    private static final long NS_PER_SECOND = 1_000_000_000L, NS_PER_TICK = 10_000_000L;
    private static final int FRACTION_BITS = 13, LARGEST_FRACTION = (1 << FRACTION_BITS) - 1, EXPONENT_STEP = 3;

    private final Map<PidNamespace, File> files = new ConcurrentHashMap<>();

    /** @param path address of the file's name; 0: no more records */
    public long acct(Task task, long path) {
        if (!task.credentials().capable(Capability.CAP_SYS_PACCT)) {
            return Errno.EPERM.negative();
        }
        File fresh = null;
        if (path != 0) {
            int flags = OpenFlags.O_WRONLY | OpenFlags.O_APPEND | OpenFlags.O_LARGEFILE;
            fresh = task.kernel.vfs.open(task, AtFlags.AT_FDCWD, task.memory.path(path), flags, 0);
            if (!fresh.inode().isRegular()) {
                fresh.release();
                return Errno.EACCES.negative();
            }
        }
        replace(task, task.group.pidNs, fresh);
        return 0;
    }

    /** A file's last record is of who takes it away. */
    private void replace(Task task, PidNamespace ns, @Nullable File fresh) {
        File old = fresh == null ? files.remove(ns) : files.put(ns, fresh);
        if (old != null) {
            write(task, old, record(task, ns, null));
            old.release();
        }
    }

    /** By the last thread of a process, its times summed up. @param mm what it had of memory, null if nothing */
    void processEnds(Task task, @Nullable Mm mm) {
        if (files.isEmpty()) {
            return;
        }
        for (PidNamespace ns = task.group.pidNs; ns != null; ns = ns.parent()) {
            File file = files.get(ns);
            if (file != null) {
                write(task, file, record(task, ns, mm));
            }
        }
        if (task.group.isInit()) {
            replace(task, task.group.pidNs, null);
        }
    }

    private static void write(Task task, File file, MemorySegment record) {
        try {
            ReadWrite.perform(task, file, new IovIter().kernel(record, 0, SIZE), true, -1, 0);
        } catch (ErrnoException e) {
            // No room: this one is lost, as in Linux.
        }
    }

    private static MemorySegment record(Task task, PidNamespace ns, @Nullable Mm mm) {
        ThreadGroup group = task.group;
        int status = Math.max(group.exitStatus(), 0);
        MemorySegment r = MemorySegment.ofArray(new byte[SIZE]);
        int flags = group.execed || !group.exiting() ? 0 : AFORK;
        if ((status & 0x7f) != 0) {
            flags |= (status & WaitFlags.WCOREFLAG) != 0 ? AXSIG | ACORE : AXSIG;
        }
        ThreadGroup parent = group.parent;
        long elapsedNs = task.kernel.clock.monotonicNs() - group.startMonotonicNs;
        Le.putByte(r, FLAG, (byte) flags);
        Le.putByte(r, VERSION, VERSION_3);
        Le.putInt(r, EXIT_CODE, status);
        Le.putInt(r, UID, task.credentials().uid());
        Le.putInt(r, GID, task.credentials().gid());
        Le.putInt(r, PID, ns.fromGlobal(group.tgid));
        Le.putInt(r, PPID, parent == null ? 0 : ns.fromGlobal(parent.tgid));
        Le.putInt(r, BEGIN, (int) ((task.kernel.clock.realtimeNs() - elapsedNs) / NS_PER_SECOND));
        Le.putInt(r, ELAPSED, Float.floatToIntBits((float) elapsedNs / NS_PER_TICK));
        Le.putShort(r, USER_TIME, compress(group.deadThreads.userNs() / NS_PER_TICK));
        Le.putShort(r, SYSTEM_TIME, compress(group.deadThreads.systemNs() / NS_PER_TICK));
        Le.putShort(r, MEMORY, compress(mm == null ? 0 : mm.counters().totalPages() * 4));
        byte[] comm = task.comm().getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < Math.min(comm.length, COMM_LENGTH - 1); i++) {
            Le.putByte(r, COMM + i, comm[i]);
        }
        return r;
    }

    /** comp_t: 13 bits of a number, above them how often it was divided by 8. */
    private static int compress(long value) {
        long v = value;
        int exponent = 0;
        boolean roundUp = false;
        while (v > LARGEST_FRACTION) {
            roundUp = (v & 1 << EXPONENT_STEP - 1) != 0;
            v >>= EXPONENT_STEP;
            exponent++;
        }
        if (roundUp && ++v > LARGEST_FRACTION) {
            v >>= EXPONENT_STEP;
            exponent++;
        }
        return exponent > 7 ? 0xffff : (exponent << FRACTION_BITS) + (int) v;
    }
}
