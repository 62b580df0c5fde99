package umlaut.kernel.aio;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Le;
import umlaut.abi.Nr;
import umlaut.abi.Timespec;
import umlaut.kernel.Kernel;
import umlaut.kernel.mm.KernelMapping;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.syscall.SyscallFamily;
import umlaut.kernel.task.Task;
import umlaut.kernel.wait.Blocking;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.TemporaryMask;

/** io_setup(2), io_destroy(2), io_submit(2), io_cancel(2), io_getevents(2) and io_pgetevents (fs/aio.c). */
public final class AioFamily implements SyscallFamily {
    /** Events that a ring may hold at most. */
    private static final int MOST_EVENTS = 0x10000000 / 32;

    private static final String RING_NAME = "/[aio] (deleted)";

    private final Kernel kernel;

    public AioFamily(Kernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public long call(Task task, int nr, Args a) {
        return switch (nr) {
            case Nr.IO_SETUP -> setup(task, a.i(0), a.l(1));
            case Nr.IO_DESTROY -> destroy(task, a.l(0));
            case Nr.IO_SUBMIT -> submit(task, a.l(0), a.l(1), a.l(2));
            case Nr.IO_CANCEL -> cancel(task, a.l(0), a.l(1));
            case Nr.IO_GETEVENTS -> getEvents(task, a.l(0), a.l(1), a.l(2), a.l(3), a.l(4), 0);
            case Nr.IO_PGETEVENTS -> getEvents(task, a.l(0), a.l(1), a.l(2), a.l(3), a.l(4), a.l(5));
            default -> NOT_MINE;
        };
    }

    private long setup(Task task, int requests, long result) {
        if (task.memory.getLong(result) != 0 || requests == 0) {
            return Errno.EINVAL.negative();
        }
        long wanted = Integer.toUnsignedLong(requests);
        int processors = kernel.config.cpus();
        if (2 * Math.max(wanted, 4L * processors) > MOST_EVENTS) {
            return Errno.EINVAL.negative();
        }
        if (!kernel.aio.reserve(wanted)) {
            return Errno.EAGAIN.negative();
        }
        long length = AioContext.ringBytes(requests, processors);
        Mm mm = task.mm();
        AioContext context;
        try {
            long address = KernelMapping.map(task, length, RING_NAME);
            context = new AioContext(mm, kernel.aio, address, length, requests);
        } catch (ErrnoException e) {
            kernel.aio.inUse.addAndGet(-wanted);
            throw e;
        }
        context.writeHeader(task);
        mm.aio().add(context);
        try {
            task.memory.putLong(result, context.address);
        } catch (ErrnoException e) {
            end(mm, context);
            throw e;
        }
        return 0;
    }

    private static void end(Mm mm, AioContext context) {
        mm.aio().remove(context);
        context.end();
        KernelMapping.unmap(mm, context.address, context.length);
    }

    private static long destroy(Task task, long id) {
        Mm mm = task.mm();
        AioContext context = mm.aio().find(id);
        end(mm, context);
        Blocking.on(task, context.finished, () -> context.isQuiet() ? 0 : BlockingOp.WOULD_BLOCK);
        return 0;
    }

    private static long submit(Task task, long id, long count, long pointers) {
        AioContext context = task.mm().aio().find(id);
        if (count < 0) {
            return Errno.EINVAL.negative();
        }
        long most = Math.min(count, context.places);
        for (int i = 0; i < most; i++) {
            try {
                AioSubmit.submit(task, context, task.memory.getLong(pointers + 8L * i));
            } catch (ErrnoException e) {
                return i > 0 ? i : e.errno().negative();
            }
        }
        return most;
    }

    private static long cancel(Task task, long id, long iocb) {
        if (task.memory.getInt(iocb + umlaut.abi.Iocb.AIO_KEY) != AioSubmit.KEY) {
            return Errno.EINVAL.negative();
        }
        AioPoll poll = task.mm().aio().find(id).takePoll(iocb);
        if (poll == null) {
            return Errno.EINVAL.negative();
        }
        poll.cancel();
        return Errno.EINPROGRESS.negative();
    }

    /** @param mask address of a struct __aio_sigset, 0 = none */
    private static long getEvents(Task task, long id, long least, long most, long events, long timeout, long mask) {
        long waitNs = Long.MAX_VALUE;
        if (timeout != 0) {
            MemorySegment time = task.memory.struct(timeout, Timespec.SIZE);
            waitNs = Timespec.toNs(time, 0);
        }
        if (mask != 0) {
            MemorySegment set = task.memory.struct(mask, 16);
            TemporaryMask.set(task, Le.getLong(set, 0), Le.getLong(set, 8));
        }
        long result;
        try {
            result = read(task, id, least, most, events, waitNs);
        } catch (ErrnoException e) {
            result = e.errno().negative();
        }
        boolean interrupted = result == 0 && task.signalPending();
        if (interrupted) {
            result = mask == 0 ? Errno.EINTR.negative() : -Restart.ERESTARTNOHAND;
        }
        return TemporaryMask.finish(task, result);
    }

    private static long read(Task task, long id, long least, long most, long events, long waitNs) {
        AioContext context = task.mm().aio().find(id);
        if (least > most || least < 0) {
            return Errno.EINVAL.negative();
        }
        long[] taken = {take(task, context, events, most, 0)};
        if (taken[0] < least && waitNs > 0) {
            long now = task.kernel.clock.monotonicNs();
            long deadline = waitNs > Long.MAX_VALUE - now ? Blocking.FOREVER : now + waitNs;
            Blocking.run(
                    task,
                    table -> table.add(context.finished),
                    () -> {
                        taken[0] += take(task, context, events, most, taken[0]);
                        return taken[0] >= least ? 0 : BlockingOp.WOULD_BLOCK;
                    },
                    deadline);
        }
        return taken[0];
    }

    private static long take(Task task, AioContext context, long events, long most, long have) {
        try {
            return context.take(task, events + have * umlaut.abi.IoEvent.SIZE, most - have);
        } catch (ErrnoException e) {
            if (have > 0) {
                return 0;
            }
            throw e;
        }
    }
}
