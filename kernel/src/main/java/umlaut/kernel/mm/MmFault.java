package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;
import umlaut.abi.MapFlags;
import umlaut.abi.SiCode;
import umlaut.abi.Signal;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.SignalDelivery;
import umlaut.kernel.task.Task;

/**
 * Faults at addresses that have a VMA but nothing behind it on the host (Linux: mm/memory.c handle_mm_fault): a file that has grown since it was mapped, the end of a file
 * (SIGBUS), a stack that grows. All others are the program's.
 */
final class MmFault {
    private static final int ERROR_WRITE = 2;
    private static final int ERROR_FETCH = 16;

    private enum Outcome {
        MENDED,
        BEYOND_END,
        NO_ACCESS,
        NOT_OURS
    }

    private MmFault() {}

    static boolean handle(Mm mm, Task task, SigInfo info) {
        if (info.signo() != Signal.SIGSEGV || info.code() == SiCode.SI_KERNEL) {
            return false;
        }
        int prot = MapFlags.PROT_READ;
        if ((info.errorCode() & ERROR_WRITE) != 0) {
            prot = MapFlags.PROT_WRITE;
        } else if ((info.errorCode() & ERROR_FETCH) != 0) {
            prot = MapFlags.PROT_EXEC;
        }
        Outcome outcome = mend(mm, task, info.address(), prot);
        switch (outcome) {
            case MENDED -> {
                return true;
            }
            case BEYOND_END -> {
                forward(task, info, Signal.SIGBUS, SiCode.BUS_ADRERR);
                return true;
            }
            case NO_ACCESS -> {
                if (info.code() == SiCode.SEGV_MAPERR) {
                    forward(task, info, Signal.SIGSEGV, SiCode.SEGV_ACCERR);
                    return true;
                }
                return false;
            }
            case NOT_OURS -> {
                return false;
            }
        }
        return false;
    }

    private static void forward(Task task, SigInfo info, int signo, int code) {
        SignalDelivery.forceFault(
                task, SigInfo.fault(signo, code, info.address(), info.trapNumber(), info.errorCode()));
    }

    /** An access by the kernel faulted. @return true if it will work now */
    static boolean repair(Mm mm, Task task, long address, boolean writing) {
        return mend(mm, task, address, writing ? MapFlags.PROT_WRITE : MapFlags.PROT_READ) == Outcome.MENDED;
    }

    /** The file behind a mapping may have grown. @return true if {@code address} is mapped now and was not before */
    static boolean extend(Mm mm, long address) {
        mm.lock.lock();
        try {
            Vma vma = mm.tree.find(address);
            return vma != null
                    && vma.start <= address
                    && vma.source != null
                    && address >= vma.mappedEnd
                    && complete(mm, vma, address) == Outcome.MENDED;
        } finally {
            mm.lock.unlock();
        }
    }

    private static Outcome mend(Mm mm, Task task, long address, int prot) {
        if (address < 0 || address >= mm.layout.taskSize) {
            return Outcome.NOT_OURS;
        }
        mm.lock.lockToLook();
        try {
            Vma vma = mm.tree.find(address);
            if (vma == null) {
                return Outcome.NOT_OURS;
            }
            if (vma.start > address) {
                mm.lease.end();
                boolean grown = vma.has(Vma.GROWSDOWN) && allows(vma, prot) && MmStack.grow(mm, task, vma, address);
                return grown ? Outcome.MENDED : Outcome.NOT_OURS;
            }
            if (!allows(vma, prot)) {
                return Outcome.NO_ACCESS;
            }
            return vma.source != null && address >= vma.mappedEnd
                    ? complete(mm, vma, address)
                    : again(mm, task, vma, address);
        } finally {
            mm.lock.unlock();
        }
    }

    private static boolean allows(Vma vma, int prot) {
        return switch (prot) {
            case MapFlags.PROT_WRITE -> vma.writable();
            case MapFlags.PROT_EXEC -> vma.executable();
            default -> vma.prot != 0;
        };
    }

    /** Maps what the file has had added behind the part that is mapped. */
    @GuardedBy("mm.lock") private static Outcome complete(Mm mm, Vma vma, long address) {
        long result = Mmap.mapSource(mm, null, vma, vma.mappedEnd, vma.end, false);
        return result == 0 && address < vma.mappedEnd ? Outcome.MENDED : Outcome.BEYOND_END;
    }

    /** The VMA allows it: another thread's change has overtaken the fault. Worth a new try, but not for ever. */
    @GuardedBy("mm.lock") private static Outcome again(Mm mm, @Nullable Task task, Vma vma, long address) {
        if (mm.retryTask != task || mm.retryAddress != address) {
            mm.retryTask = task;
            mm.retryAddress = address;
            mm.retries = 0;
        }
        if (++mm.retries <= 3) {
            return Outcome.MENDED;
        }
        return vma.has(Vma.GUARDED) ? Outcome.NOT_OURS : Outcome.NO_ACCESS;
    }

    /** Unmaps on the host what a VMA maps from {@code offset} of its source on. The VMA may have left the list, its host call still to come. */
    static void invalidate(Mm mm, Vma vma, long offset) {
        mm.setLazy();
        mm.lock.lock();
        try {
            long from = Math.max(vma.start, vma.start + Math.max(0, offset - vma.offset));
            if (mm.tree.find(vma.start) == vma) {
                if (from < vma.mappedEnd) {
                    mm.space().unmap(null, from, vma.mappedEnd - from);
                    vma.mappedEnd = from;
                    mm.tree.touched();
                }
                return;
            }
            // What was mapped there since has made the engine carry out the unmapping before.
            long at = from;
            for (int i = mm.tree.indexAbove(from); at < vma.end; i++) {
                long gapEnd = i < mm.tree.size() ? Math.min(vma.end, mm.tree.get(i).start) : vma.end;
                if (gapEnd > at) {
                    mm.space().unmap(null, at, gapEnd - at);
                }
                at = i < mm.tree.size() ? Math.max(at, mm.tree.get(i).end) : vma.end;
            }
        } finally {
            mm.lock.unlock();
        }
    }
}
