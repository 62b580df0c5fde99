package umlaut.kernel.mm;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Prctl;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;

/** What prctl(2) shows and changes of an address space's description: PR_SET_MM, PR_GET_AUXV (kernel/sys.c). */
public final class MemoryPrctl {
    /** struct prctl_mm_map: eleven addresses, the auxiliary vector's address and size, and a descriptor. */
    private static final int MAP_SIZE = 104, ADDRESSES = 11, AUXV = 88, AUXV_SIZE = 96, EXE_FD = 100;

    private static final int START_CODE = 0,
            END_CODE = 1,
            START_DATA = 2,
            END_DATA = 3,
            START_BRK = 4,
            BRK = 5,
            START_STACK = 6,
            ARG_START = 7,
            ARG_END = 8,
            ENV_START = 9,
            ENV_END = 10;
    private static final int MOST_AUXV_BYTES = 52 * 8;

    private MemoryPrctl() {}

    /** @return bytes of the whole vector */
    public static long getAuxv(Task task, long address, long length) {
        long[] auxv = task.mm().layout.auxv;
        int bytes = auxv.length * Long.BYTES;
        byte[] raw = new byte[bytes];
        MemorySegment out = MemorySegment.ofArray(raw);
        for (int i = 0; i < auxv.length; i++) {
            Le.putLong(out, (long) i * Long.BYTES, auxv[i]);
        }
        int wanted = (int) Math.min(length < 0 ? Integer.MAX_VALUE : length, bytes);
        task.memory.putBytes(address, wanted == bytes ? raw : Arrays.copyOf(raw, wanted));
        return bytes;
    }

    public static long setMm(Task task, long option, long value, long size, long rest) {
        boolean sized =
                option == Prctl.PR_SET_MM_AUXV || option == Prctl.PR_SET_MM_MAP || option == Prctl.PR_SET_MM_MAP_SIZE;
        if (rest != 0 || size != 0 && !sized) {
            return Errno.EINVAL.negative();
        }
        if (option == Prctl.PR_SET_MM_MAP_SIZE) {
            task.memory.putInt(value, MAP_SIZE);
            return 0;
        }
        if (option == Prctl.PR_SET_MM_MAP) {
            return setMap(task, value, size);
        }
        if (!task.credentials().capable(Capability.CAP_SYS_RESOURCE)) {
            return Errno.EPERM.negative();
        }
        if (option == Prctl.PR_SET_MM_EXE_FILE) {
            return setExecutable(task, (int) value);
        }
        if (option == Prctl.PR_SET_MM_AUXV) {
            return setAuxv(task, value, size);
        }
        return setOne(task, option, value);
    }

    private static long setOne(Task task, long option, long value) {
        int index = switch ((int) option) {
            case Prctl.PR_SET_MM_START_CODE -> START_CODE;
            case Prctl.PR_SET_MM_END_CODE -> END_CODE;
            case Prctl.PR_SET_MM_START_DATA -> START_DATA;
            case Prctl.PR_SET_MM_END_DATA -> END_DATA;
            case Prctl.PR_SET_MM_START_STACK -> START_STACK;
            case Prctl.PR_SET_MM_START_BRK -> START_BRK;
            case Prctl.PR_SET_MM_BRK -> BRK;
            case Prctl.PR_SET_MM_ARG_START -> ARG_START;
            case Prctl.PR_SET_MM_ARG_END -> ARG_END;
            case Prctl.PR_SET_MM_ENV_START -> ENV_START;
            case Prctl.PR_SET_MM_ENV_END -> ENV_END;
            default -> -1;
        };
        Mm mm = task.mm();
        if (index < 0 || !inRange(mm, value)) {
            return Errno.EINVAL.negative();
        }
        long[] all = addresses(mm.layout);
        all[index] = value;
        check(mm, all);
        boolean onStack = index >= START_STACK;
        if (onStack && mm.vmaAbove(value) == null) {
            return Errno.EFAULT.negative();
        }
        apply(mm, all);
        return 0;
    }

    private static boolean inRange(Mm mm, long address) {
        return address >= MmArea.MIN_ADDRESS && address < mm.layout.taskSize;
    }

    private static long[] addresses(MmLayout l) {
        return new long[] {
            l.startCode,
            l.endCode,
            l.startData,
            l.endData,
            l.startBrk,
            l.brk,
            l.startStack,
            l.argStart,
            l.argEnd,
            l.envStart,
            l.envEnd
        };
    }

    /** validate_prctl_map_addr. */
    private static void check(Mm mm, long[] a) {
        boolean good = a[START_CODE] < a[END_CODE]
                && a[START_DATA] <= a[END_DATA]
                && a[START_BRK] <= a[BRK]
                && a[ARG_START] <= a[ARG_END]
                && a[ENV_START] <= a[ENV_END];
        for (long address : a) {
            good &= inRange(mm, address);
        }
        if (!good) {
            throw Errno.EINVAL.exception();
        }
    }

    private static void apply(Mm mm, long[] a) {
        mm.lock.lock();
        try {
            MmLayout l = mm.layout;
            l.startCode = a[START_CODE];
            l.endCode = a[END_CODE];
            l.startData = a[START_DATA];
            l.endData = a[END_DATA];
            l.startBrk = a[START_BRK];
            l.brk = a[BRK];
            l.startStack = a[START_STACK];
            l.argStart = a[ARG_START];
            l.argEnd = a[ARG_END];
            l.envStart = a[ENV_START];
            l.envEnd = a[ENV_END];
        } finally {
            mm.lock.unlock();
        }
    }

    private static long setMap(Task task, long address, long size) {
        if (size != MAP_SIZE) {
            return Errno.EINVAL.negative();
        }
        MemorySegment in = task.memory.struct(address, MAP_SIZE);
        long[] all = new long[ADDRESSES];
        for (int i = 0; i < ADDRESSES; i++) {
            all[i] = Le.getLong(in, i * 8L);
        }
        long auxv = Le.getLong(in, AUXV);
        int auxvSize = Le.getInt(in, AUXV_SIZE);
        int fd = Le.getInt(in, EXE_FD);
        Mm mm = task.mm();
        check(mm, all);
        if (fd != -1) {
            boolean allowed = task.credentials().capable(Capability.CAP_SYS_ADMIN)
                    || task.credentials().capable(Capability.CAP_CHECKPOINT_RESTORE);
            long result = allowed ? setExecutable(task, fd) : Errno.EPERM.negative();
            if (result != 0) {
                return result;
            }
        }
        if (auxvSize != 0) {
            long result = auxv == 0 ? Errno.EINVAL.negative() : setAuxv(task, auxv, Integer.toUnsignedLong(auxvSize));
            if (result != 0) {
                return result;
            }
        }
        apply(mm, all);
        return 0;
    }

    /** The last pair is always AT_NULL. */
    private static long setAuxv(Task task, long address, long size) {
        if (Long.compareUnsigned(size, MOST_AUXV_BYTES) > 0) {
            return Errno.EINVAL.negative();
        }
        MemorySegment in = MemorySegment.ofArray(task.memory.bytes(address, (int) size));
        long[] fresh = new long[(int) size / Long.BYTES + 2];
        for (int i = 0; i < fresh.length - 2; i++) {
            fresh[i] = Le.getLong(in, (long) i * Long.BYTES);
        }
        task.mm().layout.auxv = fresh;
        return 0;
    }

    private static long setExecutable(Task task, int fd) {
        File file = task.files().hold(fd);
        boolean good = file.path != null
                && file.inode().isRegular()
                && !Mmap.noExec(file)
                && file.inode().permits(task.credentials(), umlaut.kernel.vfs.Permissions.MAY_EXEC);
        if (!good) {
            file.release();
            return Errno.EACCES.negative();
        }
        task.mm().setExecutable(file);
        return 0;
    }
}
