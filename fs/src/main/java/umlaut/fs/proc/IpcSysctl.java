package umlaut.fs.proc;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import umlaut.abi.Errno;
import umlaut.fs.support.TreeDirectory;
import umlaut.kernel.sysv.IpcSettings;
import umlaut.kernel.task.Task;

/**
 * The limits of System V communication in /proc/sys/kernel, those of the reader's IPC namespace, proc_sys_kernel(5) (Linux: ipc/ipc_sysctl.c).
 */
final class IpcSysctl {
    private static final int INT_MAX = Integer.MAX_VALUE;
    /** IPCMNI: numbers have that many places. */
    private static final int PLACES = 32768;

    private IpcSysctl() {}

    static void addTo(TreeDirectory kernel) {
        SysctlTree.number(kernel, "auto_msgmni", 0, 0, 1);
        number(kernel, "msgmax", s -> s.msgmax, 0, INT_MAX);
        number(kernel, "msgmnb", s -> s.msgmnb, 0, INT_MAX);
        number(kernel, "msgmni", s -> s.msgmni, 0, PLACES);
        kernel.setting("sem", IpcSysctl::semaphores, IpcSysctl::setSemaphores);
        unsigned(kernel, "shmall", s -> s.shmall);
        unsigned(kernel, "shmmax", s -> s.shmmax);
        number(kernel, "shmmni", s -> s.shmmni, 0, PLACES);
        SysctlTree.number(kernel, "shm_rmid_forced", 0, 0, 1);
        number(kernel, "msg_next_id", s -> s.nextQueue, 0, INT_MAX);
        number(kernel, "sem_next_id", s -> s.nextSemaphores, 0, INT_MAX);
        number(kernel, "shm_next_id", s -> s.nextSegment, 0, INT_MAX);
    }

    private static IpcSettings of(Task task) {
        return task.ns().ipc().settings;
    }

    private static void number(
            TreeDirectory kernel, String name, Function<IpcSettings, AtomicLong> value, long least, long most) {
        kernel.setting(
                name,
                t -> value.apply(of(t)) + "\n",
                (t, text) -> value.apply(of(t)).set(SysctlTree.parse(t, text, least, most)));
    }

    private static void unsigned(TreeDirectory kernel, String name, Function<IpcSettings, AtomicLong> value) {
        kernel.setting(
                name,
                t -> Long.toUnsignedString(value.apply(of(t)).get()) + "\n",
                (t, text) -> value.apply(of(t)).set(SysctlTree.parseUnsigned(t, text)));
    }

    private static String semaphores(Task task) {
        IpcSettings s = of(task);
        return s.semmsl + "\t" + s.semmns + "\t" + s.semopm + "\t" + s.semmni + "\n";
    }

    /** As many of the four as are given. */
    private static void setSemaphores(Task task, String text) {
        IpcSettings s = of(task);
        AtomicLong[] all = {s.semmsl, s.semmns, s.semopm, s.semmni};
        String[] given = text.strip().split("\\s+");
        for (int i = 0; i < given.length && i < all.length; i++) {
            long value = SysctlTree.parse(task, given[i], 0, INT_MAX);
            if (i == all.length - 1 && value > PLACES) {
                throw Errno.ERANGE.exception();
            }
            all[i].set(value);
        }
    }
}
