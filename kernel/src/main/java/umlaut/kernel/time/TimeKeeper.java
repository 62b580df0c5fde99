package umlaut.kernel.time;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.Kernel;
import umlaut.kernel.task.ProcessHooks;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;

/** A kernel's timers by process; processes without timers have no entry. */
public final class TimeKeeper implements ProcessHooks.Hook {
    private final Kernel kernel;
    private final Map<ThreadGroup, ProcessTimers> timers = new ConcurrentHashMap<>();

    public TimeKeeper(Kernel kernel) {
        this.kernel = kernel;
        kernel.processHooks.add(this);
        kernel.syscalls.add(new TimeFamily(new TimerCalls(this)));
    }

    /** A process's timers, made on first use. */
    ProcessTimers of(ThreadGroup group) {
        return timers.computeIfAbsent(group, g -> new ProcessTimers(kernel, g));
    }

    /** Remaining time and interval in ns of an interval timer (ITIMER_*), for /proc. */
    public long[] interval(ThreadGroup group, int which) {
        ProcessTimers found = timers.get(group);
        return found == null ? new long[2] : found.get(which);
    }

    @Override
    public void exec(Task task) {
        @Nullable ProcessTimers found = timers.get(task.group);
        if (found != null) {
            found.deletePosix();
        }
    }

    @Override
    public void exit(Task task, boolean last) {
        @Nullable ProcessTimers found = last ? timers.remove(task.group) : null;
        if (found != null) {
            found.end();
        }
    }
}
