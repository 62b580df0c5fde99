package umlaut.fs.proc;

import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskSettings;

/**
 * What can be written to a process's files, proc_pid_comm(5), proc_pid_oom_score_adj(5), proc_pid_timerslack_ns(5) and
 * others.
 */
final class PidSettings {
    private static final int OOM_ADJ_MAX = 15, OOM_DISABLE = -17, OOM_SCORE_MAX = 1000;

    private PidSettings() {}

    /** Who logged in, once and for all that descends from the task: another id takes CAP_AUDIT_CONTROL (audit_set_loginuid). */
    static void setLoginUid(Subject subject, Task writer, String text) {
        Task task = subject.task();
        long id = number(text);
        if (id < 0 || id > 0xffff_ffffL) {
            throw Errno.EINVAL.exception();
        }
        if (writer != task
                || task.settings.loginUid != TaskSettings.UNSET
                        && !writer.credentials().capable(Capability.CAP_AUDIT_CONTROL)) {
            throw Errno.EPERM.exception();
        }
        task.settings.loginUid = (int) id;
        task.settings.auditSession =
                (int) id == TaskSettings.UNSET ? TaskSettings.UNSET : task.kernel.auditSessions.incrementAndGet();
    }

    /** Only a thread of the same process may name it. */
    static void setComm(Subject subject, Task writer, String text) {
        Task task = subject.task();
        if (writer.group != task.group) {
            throw Errno.EINVAL.exception();
        }
        int end = text.indexOf('\n');
        task.setComm(end < 0 ? text : text.substring(0, end));
    }

    static long number(String text) {
        try {
            return Long.decode(text.strip());
        } catch (NumberFormatException e) {
            throw Errno.EINVAL.exception();
        }
    }

    /** proc_pid_coredump_filter(5): hexadecimal, or octal, decimal or hexadecimal as written. */
    static String coredumpFilter(Subject subject) {
        Mm mm = subject.task().mmOrNull();
        return mm == null ? "" : "%08x\n".formatted(mm.coredumpFilter);
    }

    static void setCoredumpFilter(Subject subject, String text) {
        long value = number(text.strip());
        Mm mm = subject.task().mmOrNull();
        if (mm == null) {
            throw Errno.ESRCH.exception();
        }
        mm.coredumpFilter = (int) value & 0x1ff;
    }

    /** What is counted is counted by the host; there is nothing to reset. */
    static void clearRefs(String text) {
        long what = number(text);
        if (what < 1 || what > 5) {
            throw Errno.EINVAL.exception();
        }
    }

    static void setOomScoreAdj(Subject subject, Task writer, String text) {
        long value = number(text);
        if (value < -OOM_SCORE_MAX || value > OOM_SCORE_MAX) {
            throw Errno.EINVAL.exception();
        }
        if (value < subject.group().oomScoreAdj && !writer.credentials().capable(Capability.CAP_SYS_RESOURCE)) {
            throw Errno.EACCES.exception();
        }
        subject.group().oomScoreAdj = (int) value;
    }

    /** The old scale, -17 to 15. */
    static String oomAdj(Subject subject) {
        int adj = subject.group().oomScoreAdj;
        return (adj == OOM_SCORE_MAX ? OOM_ADJ_MAX : adj * -OOM_DISABLE / OOM_SCORE_MAX) + "\n";
    }

    static void setOomAdj(Subject subject, Task writer, String text) {
        long value = number(text);
        if (value < OOM_DISABLE || value > OOM_ADJ_MAX) {
            throw Errno.EINVAL.exception();
        }
        long scaled = value == OOM_ADJ_MAX ? OOM_SCORE_MAX : value * OOM_SCORE_MAX / -OOM_DISABLE;
        setOomScoreAdj(subject, writer, Long.toString(scaled));
    }

    static void setTimerSlack(Subject subject, Task writer, String text) {
        PtraceAccess.require(writer, subject.task());
        long value = number(text);
        subject.task().settings.timerSlackNs = value == 0 ? 50_000 : value;
    }
}
