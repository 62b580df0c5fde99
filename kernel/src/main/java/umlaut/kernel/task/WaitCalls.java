package umlaut.kernel.task;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Siginfo;
import umlaut.abi.WaitFlags;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.SigInfoLayout;
import umlaut.kernel.wait.Blocking;

/** wait4(2) and waitid(2): arguments and results of {@link Wait}. */
public final class WaitCalls {
    private static final int CLONE_OPTIONS = WaitFlags.__WNOTHREAD | WaitFlags.__WCLONE | WaitFlags.__WALL;
    private static final int WAIT4_OPTIONS =
            WaitFlags.WNOHANG | WaitFlags.WUNTRACED | WaitFlags.WCONTINUED | CLONE_OPTIONS;
    private static final int WAITID_EVENTS = WaitFlags.WEXITED | WaitFlags.WSTOPPED | WaitFlags.WCONTINUED;
    private static final int WAITID_OPTIONS = WaitFlags.WNOHANG | WaitFlags.WNOWAIT | WAITID_EVENTS | CLONE_OPTIONS;

    private WaitCalls() {}

    public static long wait4(Task task, int pid, long status, int options, long rusage) {
        if ((options & ~WAIT4_OPTIONS) != 0) {
            return Errno.EINVAL.negative();
        }
        if (pid == Integer.MIN_VALUE) {
            return Errno.ESRCH.negative();
        }
        int which = pid > 0 ? WaitFlags.P_PID : pid == -1 ? WaitFlags.P_ALL : WaitFlags.P_PGID;
        int id = pid > 0 ? pid : pid == 0 ? task.group.processGroup.pgid : task.group.pidNs.toGlobal(-pid);
        Wait wait = new Wait(task, which, id, null, options | WaitFlags.WEXITED);
        // The child itself, as it ends, may do this and answer the call.
        return Blocking.runForResult(
                task,
                table -> table.add(task.group.childEvents),
                () -> {
                    long found = wait.attempt();
                    if (found > 0 && status != 0) {
                        task.memory.putInt(status, wait.status);
                    }
                    if (found > 0 && rusage != 0) {
                        UsageCalls.write(task, rusage, wait.usage);
                    }
                    return found;
                },
                Blocking.FOREVER);
    }

    /** Linux stores the information, zeroes, even with an error. */
    public static long waitid(Task task, int which, int id, long info, int options, long rusage) {
        long result = find(task, which, id, info, options, rusage);
        if (result < 0 && !Restart.isRestart(result)) {
            writeInfo(task, info, null);
        }
        return result;
    }

    private static long find(Task task, int which, int id, long info, int options, long rusage) {
        if ((options & ~WAITID_OPTIONS) != 0 || (options & WAITID_EVENTS) == 0) {
            return Errno.EINVAL.negative();
        }
        int kind = which;
        int pid = id;
        int opts = options;
        ThreadGroup only = null;
        boolean nonBlocking = false;
        switch (which) {
            case WaitFlags.P_ALL -> {}
            case WaitFlags.P_PID -> {
                if (id <= 0) {
                    return Errno.EINVAL.negative();
                }
            }
            case WaitFlags.P_PGID -> {
                if (id < 0) {
                    return Errno.EINVAL.negative();
                }
                pid = id == 0 ? task.group.processGroup.pgid : task.group.pidNs.toGlobal(id);
            }
            case WaitFlags.P_PIDFD -> {
                if (id < 0) {
                    return Errno.EINVAL.negative();
                }
                PidFile file = PidFile.of(task, id);
                only = file.group;
                nonBlocking = file.nonBlocking();
                opts |= nonBlocking ? WaitFlags.WNOHANG : 0;
            }
            default -> {
                return Errno.EINVAL.negative();
            }
        }
        Wait wait = new Wait(task, kind, pid, only, opts);
        long found = wait.run();
        if (found < 0) {
            return found;
        }
        if (found == Wait.NONE && nonBlocking && (options & WaitFlags.WNOHANG) == 0) {
            return Errno.EAGAIN.negative();
        }
        if (found > 0 && rusage != 0) {
            UsageCalls.write(task, rusage, wait.usage);
        }
        writeInfo(task, info, found > 0 ? SigInfo.child(wait.code, (int) found, wait.uid, wait.siStatus) : null);
        return 0;
    }

    /** Only the fields that Linux writes; all zero when no child was ready. */
    private static void writeInfo(Task task, long address, @Nullable SigInfo info) {
        if (address == 0) {
            return;
        }
        MemorySegment out = task.memory.build(Siginfo.SIZE);
        if (info != null) {
            SigInfoLayout.write(out, 0, info);
        }
        task.memory.write(address, out, 0, Siginfo.SI_STATUS + 4);
    }
}
