package umlaut.kernel.wait;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Poll;
import umlaut.abi.PselectSigset;
import umlaut.abi.Timespec;
import umlaut.abi.Timeval;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;

/** select(2) and pselect6(2) (fs/select.c): three bit maps of descriptors, in and out. */
final class Select {
    private static final int READ =
            Poll.POLLRDNORM | Poll.POLLRDBAND | Poll.POLLIN | Poll.POLLHUP | Poll.POLLERR | Poll.POLLNVAL;
    private static final int WRITE = Poll.POLLWRBAND | Poll.POLLWRNORM | Poll.POLLOUT | Poll.POLLERR | Poll.POLLNVAL;
    private static final int EXCEPT = Poll.POLLPRI | Poll.POLLNVAL;

    private final Task task;
    private final int count;
    private final int words;
    private final long[][] asked = new long[3][];
    private final long[][] found = new long[3][];
    private final @Nullable File[] files;

    private Select(Task task, int count, long in, long out, long except) {
        this.task = task;
        this.count = count;
        this.words = (count + 63) >>> 6;
        this.files = new @Nullable File[count];
        asked[0] = load(in);
        asked[1] = load(out);
        asked[2] = load(except);
        for (int i = 0; i < 3; i++) {
            found[i] = new long[words];
        }
    }

    static long select(Task task, int count, long in, long out, long except, long timeout) {
        long deadline = Blocking.FOREVER;
        if (timeout != 0) {
            MemorySegment time = task.memory.struct(timeout, Timeval.SIZE);
            long micros = Timeval.microseconds(time, 0);
            deadline = Poller.deadline(task, Timeval.seconds(time, 0) + micros / 1_000_000, micros % 1_000_000 * 1_000);
        }
        long result = run(task, count, in, out, except, deadline);
        if (timeout != 0 && !Poller.sticky(task)) {
            long left = deadline == 0 ? 0 : Math.max(0, deadline - task.kernel.clock.monotonicNs());
            MemorySegment room = task.memory.build(Timeval.SIZE);
            Timeval.writeNs(room, 0, left);
            task.memory.writeIfPossible(timeout, room);
        }
        return result;
    }

    static long pselect(Task task, int count, long in, long out, long except, long timeout, long maskArgument) {
        long mask = 0;
        long maskSize = 0;
        if (maskArgument != 0) {
            MemorySegment packed = task.memory.struct(maskArgument, PselectSigset.SIZE);
            mask = Le.getLong(packed, PselectSigset.SS);
            maskSize = Le.getLong(packed, PselectSigset.SS_LEN);
        }
        long deadline = Blocking.FOREVER;
        if (timeout != 0) {
            MemorySegment time = task.memory.struct(timeout, Timespec.SIZE);
            deadline = Poller.deadline(task, Timespec.seconds(time, 0), Timespec.nanoseconds(time, 0));
        }
        TemporaryMask.set(task, mask, maskSize);
        long result;
        try {
            result = run(task, count, in, out, except, deadline);
        } catch (umlaut.abi.ErrnoException e) {
            result = e.errno().negative();
        }
        TemporaryMask.finish(task, result);
        Poller.putRemaining(task, timeout, deadline);
        return result;
    }

    private static long run(Task task, int count, long in, long out, long except, long deadlineNs) {
        if (count < 0) {
            return Errno.EINVAL.negative();
        }
        Select select = new Select(task, Math.min(count, tableSize(task.files().size())), in, out, except);
        try {
            long result = select.holdFiles() ? select.await(deadlineNs) : Errno.EBADF.negative();
            if (result >= 0) {
                select.store(in, 0);
                select.store(out, 1);
                select.store(except, 2);
            }
            return result;
        } finally {
            for (File file : select.files) {
                if (file != null) {
                    file.release();
                }
            }
        }
    }

    /** How many descriptors Linux's table has room for: the first 64 lie in it, then it grows by doubling (alloc_fdtable). */
    private static int tableSize(int used) {
        return used <= 64 ? 64 : Math.max(128, Integer.highestOneBit(used - 1) << 1);
    }

    private long[] load(long address) {
        long[] set = new long[words];
        if (address != 0) {
            for (int i = 0; i < words; i += 512) {
                int here = Math.min(512, words - i);
                MemorySegment bits = task.memory.struct(address + 8L * i, 8 * here);
                for (int j = 0; j < here; j++) {
                    set[i + j] = Le.getLong(bits, 8L * j);
                }
            }
            if ((count & 63) != 0) {
                set[words - 1] &= (1L << (count & 63)) - 1;
            }
        }
        return set;
    }

    private void store(long address, int which) {
        if (address == 0) {
            return;
        }
        for (int i = 0; i < words; i += 512) {
            int here = Math.min(512, words - i);
            MemorySegment bits = task.memory.build(8 * here);
            for (int j = 0; j < here; j++) {
                Le.putLong(bits, 8L * j, found[which][i + j]);
            }
            task.memory.write(address + 8L * i, bits);
        }
    }

    /** @return false if a descriptor that is asked for is not open */
    private boolean holdFiles() {
        for (int word = 0; word < words; word++) {
            long bits = asked[0][word] | asked[1][word] | asked[2][word];
            for (; bits != 0; bits &= bits - 1) {
                int fd = (word << 6) + Long.numberOfTrailingZeros(bits);
                File file = Poller.holdOrNull(task.files(), fd);
                if (file == null) {
                    return false;
                }
                files[fd] = file;
            }
        }
        return true;
    }

    private long await(long deadlineNs) {
        int ready = look(PollTable.NONE);
        if (ready != 0 || deadlineNs == 0) {
            return ready;
        }
        try (Sleeper sleeper = new Sleeper(task, false)) {
            sleeper.prepare();
            ready = look(sleeper);
            while (ready == 0) {
                if (task.signalPending()) {
                    return -Restart.ERESTARTNOHAND;
                }
                boolean inTime = sleeper.sleep(deadlineNs);
                sleeper.prepare();
                ready = look(PollTable.NONE);
                if (!inTime) {
                    break;
                }
            }
            return ready;
        }
    }

    private int look(PollTable table) {
        int ready = 0;
        for (int fd = 0; fd < count; fd++) {
            File file = files[fd];
            if (file != null) {
                int state = file.poll(table);
                ready += mark(0, fd, state & READ) + mark(1, fd, state & WRITE) + mark(2, fd, state & EXCEPT);
            }
        }
        return ready;
    }

    private int mark(int which, int fd, int state) {
        long bit = 1L << fd;
        if (state == 0 || (asked[which][fd >>> 6] & bit) == 0) {
            return 0;
        }
        found[which][fd >>> 6] |= bit;
        return 1;
    }
}
