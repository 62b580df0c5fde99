package umlaut.kernel.wait;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Personality;
import umlaut.abi.Poll;
import umlaut.abi.Pollfd;
import umlaut.abi.Rlimit;
import umlaut.abi.Timespec;
import umlaut.kernel.mm.UserAccess;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.FileTable;

/** poll(2) and ppoll(2) (fs/select.c). The first look allocates nothing; only who must sleep keeps lists. */
final class Poller {
    private static final int ALWAYS = Poll.POLLERR | Poll.POLLHUP;
    /** As many as {@code UserAccess.struct} takes at once. */
    private static final int CHUNK = 4096 / Pollfd.SIZE;

    private Poller() {}

    /** When a timeout given in ms ends: 0 for "don't wait", {@link Blocking#FOREVER} for negative ones. */
    static long deadlineMs(Task task, int timeoutMs) {
        if (timeoutMs <= 0) {
            return timeoutMs == 0 ? 0 : Blocking.FOREVER;
        }
        return task.kernel.clock.monotonicNs() + timeoutMs * 1_000_000L;
    }

    /** When a timeout ends. @throws umlaut.abi.ErrnoException EINVAL */
    static long deadline(Task task, long seconds, long nanoseconds) {
        if (seconds < 0 || Long.compareUnsigned(nanoseconds, 1_000_000_000L) >= 0) {
            throw Errno.EINVAL.exception();
        }
        if ((seconds | nanoseconds) == 0) {
            return 0;
        }
        long sum = task.kernel.clock.monotonicNs() + Timespec.toNs(seconds, nanoseconds);
        return sum < 0 ? Blocking.FOREVER : sum;
    }

    static long poll(Task task, long address, int count, int timeoutMs) {
        return restartable(task, address, count, deadlineMs(task, timeoutMs));
    }

    private static long restartable(Task task, long address, int count, long deadlineNs) {
        long result = pollUntil(task, address, count, deadlineNs, true);
        if (result == -Restart.ERESTARTNOHAND) {
            task.setRestartBlock(t -> restartable(t, address, count, deadlineNs));
            return -Restart.ERESTART_RESTARTBLOCK;
        }
        return result;
    }

    static long ppoll(Task task, long address, int count, long timeout, long mask, long maskSize) {
        long deadline = Blocking.FOREVER;
        if (timeout != 0) {
            MemorySegment time = task.memory.struct(timeout, Timespec.SIZE);
            deadline = deadline(task, Timespec.seconds(time, 0), Timespec.nanoseconds(time, 0));
        }
        TemporaryMask.set(task, mask, maskSize);
        long result = TemporaryMask.finish(task, pollUntil(task, address, count, deadline, timeout == 0));
        putRemaining(task, timeout, deadline);
        return result;
    }

    /** Does the task's personality(2) want its timeouts left alone, as other Unix systems do? */
    static boolean sticky(Task task) {
        return (task.settings.personality & Personality.STICKY_TIMEOUTS) != 0;
    }

    /** Linux's ppoll and pselect store the time left; a failure to do so changes nothing. */
    static void putRemaining(Task task, long timeout, long deadlineNs) {
        if (timeout == 0 || deadlineNs == Blocking.FOREVER || sticky(task)) {
            return;
        }
        long left = deadlineNs == 0 ? 0 : Math.max(0, deadlineNs - task.kernel.clock.monotonicNs());
        MemorySegment room = task.memory.build(Timespec.SIZE);
        Timespec.writeNs(room, 0, left);
        task.memory.writeIfPossible(timeout, room);
    }

    /**
     * @param deadlineNs 0: don't wait
     * @param isAll nothing remains to be stored after the result is known
     */
    private static long pollUntil(Task task, long address, int count, long deadlineNs, boolean isAll) {
        if (Integer.toUnsignedLong(count) > Math.min(Integer.MAX_VALUE, unsignedLimit(task))) {
            return Errno.EINVAL.negative();
        }
        UserAccess.requireRange(address, (long) count * Pollfd.SIZE);
        long ready = look(task, address, count);
        if (ready != 0 || deadlineNs == 0) {
            return ready;
        }
        return sleep(task, address, count, deadlineNs, isAll);
    }

    private static long unsignedLimit(Task task) {
        long limit = task.group.limits.soft(Rlimit.RLIMIT_NOFILE);
        return limit < 0 ? Long.MAX_VALUE : limit;
    }

    /** One look at every entry, with its result stored. @return how many have something */
    private static long look(Task task, long address, int count) {
        FileTable files = task.files();
        long ready = 0;
        for (int done = 0; done < count; done += CHUNK) {
            int here = Math.min(CHUNK, count - done);
            long base = address + (long) done * Pollfd.SIZE;
            MemorySegment fds = task.memory.struct(base, here * Pollfd.SIZE);
            boolean changed = false;
            for (int i = 0; i < here; i++) {
                long at = (long) i * Pollfd.SIZE;
                int fd = Le.getInt(fds, at + Pollfd.FD);
                int events = Le.getUnsignedShort(fds, at + Pollfd.EVENTS);
                int found = fd < 0 ? 0 : state(files.lookup(fd), events, PollTable.NONE);
                if (found != 0) {
                    ready++;
                }
                if (Le.getUnsignedShort(fds, at + Pollfd.REVENTS) != found) {
                    Le.putShort(fds, at + Pollfd.REVENTS, found);
                    changed = true;
                }
            }
            if (changed) {
                task.memory.write(base, fds, 0, (long) here * Pollfd.SIZE);
            }
        }
        return ready;
    }

    private static int state(@Nullable File file, int events, PollTable table) {
        return file == null ? Poll.POLLNVAL : file.poll(table) & (events | ALWAYS);
    }

    private static long sleep(Task task, long address, int count, long deadlineNs, boolean isAll) {
        @Nullable File[] files = new @Nullable File[count];
        int[] events = new int[count];
        int[] found = new int[count];
        try {
            hold(task, address, files, events);
            BlockingOp op = () -> {
                int ready = look(files, events, found, PollTable.NONE);
                if (ready == 0) {
                    return BlockingOp.WOULD_BLOCK;
                }
                store(task, address, found);
                return ready;
            };
            Blocking.Source source = table -> look(files, events, found, table);
            // A signal mask to be put back is the task's own to put back.
            long result = isAll && task.savedSignalMask == null
                    ? Blocking.runForResult(task, source, op, deadlineNs)
                    : Blocking.run(task, source, op, deadlineNs);
            if (result == Errno.ETIMEDOUT.negative()) {
                return 0;
            }
            return result == -Restart.ERESTARTSYS ? -Restart.ERESTARTNOHAND : result;
        } finally {
            for (File file : files) {
                if (file != null) {
                    file.release();
                }
            }
        }
    }

    /** Takes a reference on each file; events are -1 for entries to be passed over. */
    private static void hold(Task task, long address, @Nullable File[] files, int[] events) {
        for (int done = 0; done < files.length; done += CHUNK) {
            int here = Math.min(CHUNK, files.length - done);
            MemorySegment fds = task.memory.struct(address + (long) done * Pollfd.SIZE, here * Pollfd.SIZE);
            for (int i = 0; i < here; i++) {
                int fd = Le.getInt(fds, (long) i * Pollfd.SIZE + Pollfd.FD);
                events[done + i] = fd < 0 ? -1 : Le.getUnsignedShort(fds, (long) i * Pollfd.SIZE + Pollfd.EVENTS);
                files[done + i] = fd < 0 ? null : holdOrNull(task.files(), fd);
            }
        }
    }

    private static int look(@Nullable File[] files, int[] events, int[] found, PollTable table) {
        int ready = 0;
        for (int i = 0; i < files.length; i++) {
            if (events[i] >= 0) {
                found[i] = state(files[i], events[i], table);
                ready += found[i] != 0 ? 1 : 0;
            }
        }
        return ready;
    }

    /** Stores results where they are not 0, which the first look has stored everywhere. */
    private static void store(Task task, long address, int[] found) {
        for (int i = 0; i < found.length; i++) {
            if (found[i] != 0) {
                task.memory.putShort(address + (long) i * Pollfd.SIZE + Pollfd.REVENTS, found[i]);
            }
        }
    }

    static @Nullable File holdOrNull(FileTable table, int fd) {
        synchronized (table) {
            File file = table.lookup(fd);
            return file == null ? null : file.acquire();
        }
    }
}
