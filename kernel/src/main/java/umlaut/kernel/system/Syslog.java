package umlaut.kernel.system;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.RebootConst;
import umlaut.kernel.KernelLog;
import umlaut.kernel.task.Task;
import umlaut.kernel.wait.Blocking;
import umlaut.kernel.wait.BlockingOp;

/** syslog(2): the kernel's log as dmesg(1) reads it, "&lt;level&gt;[seconds] text". */
public final class Syslog {
    private static final int BUFFER_BYTES = 256 << 10;
    private static final int LEVELS = 8;
    private long cleared;
    /** The first line that SYSLOG_ACTION_READ has not given out, and how much of it has been. */
    private long next;

    private int given;
    /** What it was before it was switched off; -1 while it is not. */
    private int levelBefore = -1;

    public long syslog(Task task, int action, long address, int length) {
        if (action != RebootConst.SYSLOG_ACTION_READ) {
            return other(task, action, address, length);
        }
        if (!permitted(task)) {
            return Errno.EPERM.negative();
        }
        if (address == 0 || length < 0) {
            return Errno.EINVAL.negative();
        }
        return length == 0
                ? 0
                : Blocking.on(task, task.kernel.log.arrived, () -> read(task, address, take(task.kernel.log, length)));
    }

    private static boolean permitted(Task task) {
        return task.credentials().capable(Capability.CAP_SYSLOG)
                || task.credentials().capable(Capability.CAP_SYS_ADMIN);
    }

    private synchronized long other(Task task, int action, long address, int length) {
        boolean open = action == RebootConst.SYSLOG_ACTION_READ_ALL || action == RebootConst.SYSLOG_ACTION_SIZE_BUFFER;
        if (!open && !permitted(task)) {
            return Errno.EPERM.negative();
        }
        return switch (action) {
            case RebootConst.SYSLOG_ACTION_CLOSE, RebootConst.SYSLOG_ACTION_OPEN -> 0;
            case RebootConst.SYSLOG_ACTION_READ_ALL -> read(task, address, length);
            case RebootConst.SYSLOG_ACTION_READ_CLEAR -> {
                long n = read(task, address, length);
                clear(task);
                yield n;
            }
            case RebootConst.SYSLOG_ACTION_CLEAR -> clear(task);
            case RebootConst.SYSLOG_ACTION_CONSOLE_OFF -> {
                levelBefore = levelBefore < 0 ? task.kernel.log.consoleLevel : levelBefore;
                task.kernel.log.consoleLevel = 1;
                yield 0;
            }
            case RebootConst.SYSLOG_ACTION_CONSOLE_ON -> {
                task.kernel.log.consoleLevel = levelBefore < 0 ? task.kernel.log.consoleLevel : levelBefore;
                levelBefore = -1;
                yield 0;
            }
            case RebootConst.SYSLOG_ACTION_CONSOLE_LEVEL -> {
                if (length < 1 || length > LEVELS) {
                    yield Errno.EINVAL.negative();
                }
                task.kernel.log.consoleLevel = length;
                levelBefore = -1;
                yield 0;
            }
            case RebootConst.SYSLOG_ACTION_SIZE_UNREAD -> unread(task.kernel.log);
            case RebootConst.SYSLOG_ACTION_SIZE_BUFFER -> BUFFER_BYTES;
            default -> Errno.EINVAL.negative();
        };
    }

    private long read(Task task, long address, byte[] lines) {
        task.memory.putBytes(address, lines);
        return lines.length == 0 ? BlockingOp.WOULD_BLOCK : lines.length;
    }

    /** Lines that nobody has taken yet, which are then taken; the last maybe in part. @return empty if there are none */
    public synchronized byte[] take(KernelLog log, int most) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (KernelLog.Entry entry : log.entries()) {
            if (entry.sequence() < next) {
                continue;
            }
            byte[] line = format(entry).getBytes(StandardCharsets.UTF_8);
            int from = entry.sequence() == next ? Math.min(given, line.length) : 0;
            int n = Math.min(line.length - from, most - out.size());
            out.write(line, from, n);
            next = entry.sequence();
            given = from + n;
            if (given < line.length) {
                break;
            }
            next++;
            given = 0;
        }
        return out.toByteArray();
    }

    /** Bytes that nobody has taken. */
    public synchronized long unread(KernelLog log) {
        long sum = 0;
        for (KernelLog.Entry entry : log.entries()) {
            sum += entry.sequence() < next ? 0 : format(entry).getBytes(StandardCharsets.UTF_8).length;
        }
        return sum - given;
    }

    private long clear(Task task) {
        List<KernelLog.Entry> entries = task.kernel.log.entries();
        if (!entries.isEmpty()) {
            cleared = entries.getLast().sequence() + 1;
        }
        return 0;
    }

    /** The newest whole lines that fit. */
    private long read(Task task, long address, int length) {
        if (address == 0 || length < 0) {
            return Errno.EINVAL.negative();
        }
        ArrayDeque<byte[]> lines = new ArrayDeque<>();
        int total = 0;
        for (KernelLog.Entry entry : task.kernel.log.entries().reversed()) {
            if (entry.sequence() < cleared) {
                break;
            }
            byte[] line = format(entry).getBytes(StandardCharsets.UTF_8);
            if (total + line.length > length) {
                break;
            }
            total += line.length;
            lines.addFirst(line);
        }
        long at = address;
        for (byte[] line : lines) {
            task.memory.putBytes(at, line);
            at += line.length;
        }
        return total;
    }

    private static String format(KernelLog.Entry entry) {
        return "<" + entry.level() + ">" + KernelLog.stamp(entry) + entry.text() + "\n";
    }
}
