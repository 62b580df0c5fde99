package umlaut.kernel.sysv;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.IpcConst;
import umlaut.abi.Le;
import umlaut.abi.Sembuf;
import umlaut.abi.SemidDs;
import umlaut.abi.Seminfo;
import umlaut.abi.Timespec;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.task.Task;
import umlaut.kernel.wait.Blocking;
import umlaut.kernel.wait.BlockingOp;

/** semget(2), semop(2), semtimedop(2), semctl(2) (Linux: ipc/sem.c). */
final class SemaphoreCalls {
    private final IpcSettings settings;
    private final IpcTable<SemSet> table;
    private final SemUndo undo;

    SemaphoreCalls(IpcSettings settings, SemUndo undo) {
        this.settings = settings;
        this.table = new IpcTable<>(settings.semmni, settings.nextSemaphores);
        this.undo = undo;
    }

    List<SemSet> all() {
        return table.all();
    }

    long get(Task task, int key, int count, int flags) {
        if (count < 0 || count > settings.semmsl.get()) {
            return Errno.EINVAL.negative();
        }
        return table.get(
                task,
                key,
                flags,
                found -> {
                    if (count > found.values.length) {
                        throw Errno.EINVAL.exception();
                    }
                },
                () -> {
                    if (count == 0) {
                        throw Errno.EINVAL.exception();
                    }
                    int used = table.all().stream()
                            .mapToInt(set -> set.values.length)
                            .sum();
                    if (used + count > settings.semmns.get()) {
                        throw Errno.ENOSPC.exception();
                    }
                    return new SemSet(task, key, flags, count);
                });
    }

    // --- semop ---

    /** @param timeout guest address of a timespec, 0 = none */
    long operate(Task task, int id, long address, long count, long timeout) {
        MemorySegment in = timeout == 0 ? null : task.memory.struct(timeout, Timespec.SIZE);
        int operationCount = (int) count;
        if (Integer.toUnsignedLong(operationCount) > settings.semopm.get()) {
            return Errno.E2BIG.negative();
        }
        if (operationCount < 1) {
            return Errno.EINVAL.negative();
        }
        SemOperation[] operations = read(task, address, operationCount);
        if (id < 0) {
            return Errno.EINVAL.negative();
        }
        long deadline = Blocking.FOREVER;
        if (in != null) {
            if (!Timespec.isValid(in, 0)) {
                return Errno.EINVAL.negative();
            }
            deadline = task.kernel.clock.monotonicNs() + Timespec.toNs(in, 0);
            deadline = deadline < 0 ? Blocking.FOREVER : deadline;
        }
        SemSet set = table.find(id);
        boolean alters = false;
        for (SemOperation op : operations) {
            alters |= op.change() != 0;
            if (op.number() >= set.values.length) {
                return Errno.EFBIG.negative();
            }
        }
        set.require(task, alters ? IpcObject.WRITE : IpcObject.READ);
        Wait wait = new Wait();
        long result = Blocking.run(task, t -> t.add(set.changed), () -> attempt(task, set, operations, wait), deadline);
        wait.end(set);
        if (result == Errno.ETIMEDOUT.negative()) {
            return Errno.EAGAIN.negative();
        }
        return result == -Restart.ERESTARTSYS ? Errno.EINTR.negative() : result;
    }

    /** What a sleeping semop waits for: the counts that GETNCNT and GETZCNT show. Guarded by the set's monitor. */
    private static final class Wait {
        private int @Nullable [] counts;
        private int number;

        void on(SemSet set, SemOperation op) {
            end(set);
            number = op.number();
            int[] now = op.change() == 0 ? set.waitingForZero : set.waitingForMore;
            now[number]++;
            counts = now;
        }

        void end(SemSet set) {
            synchronized (set) {
                int[] before = counts;
                if (before != null) {
                    before[number]--;
                    counts = null;
                }
            }
        }
    }

    private static SemOperation[] read(Task task, long address, int count) {
        byte[] raw = task.memory.bytes(address, count * Sembuf.SIZE);
        MemorySegment in = MemorySegment.ofArray(raw);
        SemOperation[] out = new SemOperation[count];
        for (int i = 0; i < count; i++) {
            long at = (long) i * Sembuf.SIZE;
            out[i] = new SemOperation(
                    Le.getUnsignedShort(in, at + Sembuf.SEM_NUM),
                    Le.getShort(in, at + Sembuf.SEM_OP),
                    Le.getShort(in, at + Sembuf.SEM_FLG));
        }
        return out;
    }

    /** All operations or none. */
    private long attempt(Task task, SemSet set, SemOperation[] operations, Wait wait) {
        boolean altered = false;
        synchronized (set) {
            if (set.removed) {
                return Errno.EIDRM.negative();
            }
            int done = 0;
            long result = 0;
            for (; done < operations.length && result == 0; done++) {
                result = step(task, set, operations[done]);
            }
            if (result != 0) {
                for (int i = done - 2; i >= 0; i--) {
                    takeBack(task, set, operations[i]);
                }
                if (result == BlockingOp.WOULD_BLOCK) {
                    wait.on(set, operations[done - 1]);
                }
                return result;
            }
            for (SemOperation op : operations) {
                set.pids[op.number()] = task.group.tgid;
                altered |= op.change() != 0;
            }
            set.operationTime = set.now();
        }
        if (altered) {
            set.changed.wakeAll(0);
        }
        return 0;
    }

    private long step(Task task, SemSet set, SemOperation op) {
        int value = set.values[op.number()];
        if (op.change() == 0 ? value != 0 : value + op.change() < 0) {
            return (op.flags() & IpcConst.IPC_NOWAIT) != 0 ? Errno.EAGAIN.negative() : BlockingOp.WOULD_BLOCK;
        }
        if (value + op.change() > IpcConst.SEMVMX) {
            return Errno.ERANGE.negative();
        }
        set.values[op.number()] = value + op.change();
        if ((op.flags() & IpcConst.SEM_UNDO) != 0 && op.change() != 0) {
            undo.of(task, set)[op.number()] -= op.change();
        }
        return 0;
    }

    private void takeBack(Task task, SemSet set, SemOperation op) {
        set.values[op.number()] -= op.change();
        if ((op.flags() & IpcConst.SEM_UNDO) != 0 && op.change() != 0) {
            undo.of(task, set)[op.number()] += op.change();
        }
    }

    // --- semctl ---

    long control(Task task, int id, int number, int command, long argument) {
        if (id < 0) {
            return Errno.EINVAL.negative();
        }
        switch (command & ~IpcConst.IPC_64) {
            case IpcConst.IPC_INFO, IpcConst.SEM_INFO -> {
                return info(task, argument, (command & ~IpcConst.IPC_64) == IpcConst.SEM_INFO);
            }
            case IpcConst.IPC_STAT -> {
                return stat(task, table.find(id), argument, true, 0);
            }
            case IpcConst.SEM_STAT -> {
                SemSet set = table.atPlace(id);
                return stat(task, set, argument, true, set.id);
            }
            case IpcConst.SEM_STAT_ANY -> {
                SemSet set = table.atPlace(id);
                return stat(task, set, argument, false, set.id);
            }
            case IpcConst.IPC_SET -> {
                MemorySegment in = task.memory.struct(argument, SemidDs.SIZE);
                SemSet set = table.find(id);
                set.requireOwner(task);
                set.set(in, SemidDs.SEM_PERM);
                return 0;
            }
            case IpcConst.IPC_RMID -> {
                return remove(task, table.find(id));
            }
            case IpcConst.SETVAL, IpcConst.SETALL -> {
                return store(task, table.find(id), number, command & ~IpcConst.IPC_64, argument);
            }
            case IpcConst.GETALL, IpcConst.GETVAL, IpcConst.GETPID, IpcConst.GETNCNT, IpcConst.GETZCNT -> {
                return load(task, table.find(id), number, command & ~IpcConst.IPC_64, argument);
            }
            default -> {
                return Errno.EINVAL.negative();
            }
        }
    }

    private long remove(Task task, SemSet set) {
        set.requireOwner(task);
        synchronized (set) {
            set.removed = true;
        }
        table.remove(set);
        undo.removed(set);
        set.changed.wakeAll(0);
        return 0;
    }

    private long store(Task task, SemSet set, int number, int command, long argument) {
        boolean all = command == IpcConst.SETALL;
        if (!all && (number < 0 || number >= set.values.length)) {
            return Errno.EINVAL.negative();
        }
        set.require(task, IpcObject.WRITE);
        byte[] raw = all ? task.memory.bytes(argument, set.values.length * 2) : new byte[0];
        synchronized (set) {
            for (int i = all ? 0 : number; i <= (all ? set.values.length - 1 : number); i++) {
                int value = all ? Le.getUnsignedShort(MemorySegment.ofArray(raw), 2L * i) : (int) argument;
                if (value < 0 || value > IpcConst.SEMVMX) {
                    return Errno.ERANGE.negative();
                }
                set.values[i] = value;
                set.pids[i] = task.group.tgid;
            }
            set.ctime = set.now();
            undo.forget(set, all ? -1 : number);
        }
        set.changed.wakeAll(0);
        return 0;
    }

    private static long load(Task task, SemSet set, int number, int command, long argument) {
        set.require(task, IpcObject.READ);
        if (command == IpcConst.GETALL) {
            byte[] out = new byte[set.values.length * 2];
            synchronized (set) {
                for (int i = 0; i < set.values.length; i++) {
                    Le.putShort(MemorySegment.ofArray(out), 2L * i, set.values[i]);
                }
            }
            task.memory.putBytes(argument, out);
            return 0;
        }
        if (number < 0 || number >= set.values.length) {
            return Errno.EINVAL.negative();
        }
        synchronized (set) {
            return switch (command) {
                case IpcConst.GETVAL -> set.values[number];
                case IpcConst.GETPID -> task.pidSeen(set.pids[number]);
                case IpcConst.GETNCNT -> set.waitingForMore[number];
                default -> set.waitingForZero[number];
            };
        }
    }

    private static long stat(Task task, SemSet set, long address, boolean check, long result) {
        if (check) {
            set.require(task, IpcObject.READ);
        }
        MemorySegment out = task.memory.build(SemidDs.SIZE);
        synchronized (set) {
            set.put(out, SemidDs.SEM_PERM);
            Le.putLong(out, SemidDs.SEM_OTIME, set.operationTime);
            Le.putLong(out, SemidDs.SEM_CTIME, set.ctime);
            Le.putLong(out, SemidDs.SEM_NSEMS, set.values.length);
        }
        task.memory.write(address, out);
        return result;
    }

    private long info(Task task, long address, boolean usage) {
        int sets = 0;
        int semaphores = 0;
        for (SemSet set : table.all()) {
            sets++;
            semaphores += set.values.length;
        }
        MemorySegment out = task.memory.build(Seminfo.SIZE);
        Le.putInt(out, Seminfo.SEMMAP, IpcConst.SEMMNS);
        Le.putInt(out, Seminfo.SEMMNI, (int) settings.semmni.get());
        Le.putInt(out, Seminfo.SEMMNS, (int) settings.semmns.get());
        Le.putInt(out, Seminfo.SEMMNU, IpcConst.SEMMNS);
        Le.putInt(out, Seminfo.SEMMSL, (int) settings.semmsl.get());
        Le.putInt(out, Seminfo.SEMOPM, (int) settings.semopm.get());
        Le.putInt(out, Seminfo.SEMUME, IpcConst.SEMOPM);
        Le.putInt(out, Seminfo.SEMUSZ, usage ? sets : 20);
        Le.putInt(out, Seminfo.SEMVMX, IpcConst.SEMVMX);
        Le.putInt(out, Seminfo.SEMAEM, usage ? semaphores : IpcConst.SEMVMX);
        task.memory.write(address, out);
        return table.highestPlace();
    }
}
