package umlaut.kernel.task;

import java.lang.foreign.MemorySegment;
import umlaut.engine.KnownFiles;
import umlaut.host.HostCalls;
import umlaut.host.Layouts;
import umlaut.host.Scratch;
import umlaut.host.Syscall;

/** Counters of getrusage(2) and /proc/PID/io that the kernel keeps itself; written by the task, read by anyone. */
public final class TaskAccounting {
    private static final int CPUCLOCK_THREAD = 6;

    public volatile long startMonotonicNs;
    /** The kernel thread's CPU clock, and where it stood when the thread became this task's; 0 = it has none yet. */
    private volatile int clock;

    private volatile long clockBaseNs;
    public volatile long voluntarySwitches;
    public volatile long involuntarySwitches;
    // Of calls like read(2) and write(2), but for those of KnownFiles. Not volatile: they are on the hottest paths, and
    // who reads them late loses
    // nothing.
    public long readBytes;

    public long writtenBytes;
    public long readCalls;
    public long writeCalls;

    /** Those that a former thread of the task made without the kernel. */
    public void addTransfers(KnownFiles files) {
        long[] sum = new long[4];
        files.addTransfers(sum);
        readBytes += sum[KnownFiles.BYTES_READ];
        writtenBytes += sum[KnownFiles.BYTES_WRITTEN];
        readCalls += sum[KnownFiles.READS];
        writeCalls += sum[KnownFiles.WRITES];
    }

    /** The caller, a Java thread, is the task's kernel thread from now on. */
    void beginKernelThread() {
        int tid = (int) HostCalls.call(Syscall.GETTID);
        int id = ~tid << 3 | CPUCLOCK_THREAD;
        clockBaseNs = clockNs(id);
        clock = id;
    }

    /** CPU time of the kernel thread for this task, ns. While the thread lives. */
    public long systemNs() {
        int id = clock;
        return id == 0 ? 0 : Math.max(0, clockNs(id) - clockBaseNs);
    }

    private static long clockNs(int id) {
        MemorySegment time = Scratch.inner();
        if (HostCalls.isError(HostCalls.call(Syscall.CLOCK_GETTIME, id, time.address()))) {
            return 0;
        }
        return time.get(Layouts.LONG, 0) * 1_000_000_000 + time.get(Layouts.LONG, 8);
    }
}
