package umlaut.kernel.sysv;

import java.util.Locale;
import umlaut.kernel.Kernel;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.task.Task;

/** /proc/sysvipc: the objects of the reader's IPC namespace, proc_sysvipc(5) (Linux: sysvipc_*_proc_show). */
final class SysvFiles {
    private static final long PAGE = 4096;

    private SysvFiles() {}

    static void addTo(Kernel kernel) {
        kernel.procFiles.text("sysvipc/msg", SysvFiles::queues);
        kernel.procFiles.text("sysvipc/sem", SysvFiles::semaphores);
        kernel.procFiles.text("sysvipc/shm", SysvFiles::segments);
    }

    private static void add(StringBuilder out, String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values));
    }

    private static void owners(StringBuilder out, IpcObject o, Task reader) {
        UserNamespace ns = reader.credentials().userNs();
        add(
                out,
                " %5d %5d %5d %5d",
                Integer.toUnsignedLong(ns.showUid(o.uid)),
                Integer.toUnsignedLong(ns.showGid(o.gid)),
                Integer.toUnsignedLong(ns.showUid(o.cuid)),
                Integer.toUnsignedLong(ns.showGid(o.cgid)));
    }

    private static String queues(Task reader) {
        StringBuilder out =
                new StringBuilder("       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid"
                        + "  cuid  cgid      stime      rtime      ctime\n");
        for (MessageQueue q : reader.ns().ipc().queues.all()) {
            synchronized (q) {
                add(out, "%10d %10d  %4o  %10d %10d", q.key, q.id, q.mode, q.bytes, q.messages.size());
                add(out, " %5d %5d", reader.pidSeen(q.lastSender), reader.pidSeen(q.lastReceiver));
                owners(out, q, reader);
                add(out, " %10d %10d %10d\n", q.sendTime, q.receiveTime, q.ctime);
            }
        }
        return out.toString();
    }

    private static String semaphores(Task reader) {
        StringBuilder out = new StringBuilder(
                "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n");
        for (SemSet s : reader.ns().ipc().semaphores.all()) {
            synchronized (s) {
                add(out, "%10d %10d  %4o %10d", s.key, s.id, s.mode, s.values.length);
                owners(out, s, reader);
                add(out, " %10d %10d\n", s.operationTime, s.ctime);
            }
        }
        return out.toString();
    }

    private static String segments(Task reader) {
        StringBuilder out = new StringBuilder(
                "       key      shmid perms                  size  cpid  lpid nattch   uid   gid"
                        + "  cuid  cgid      atime      dtime      ctime                   rss                  swap\n");
        for (ShmSegment s : reader.ns().ipc().memory.all()) {
            synchronized (s) {
                add(out, "%10d %10d  %4o %21d", s.key, s.id, s.mode, s.size);
                add(out, " %5d %5d  %5d", reader.pidSeen(s.creator), reader.pidSeen(s.lastPid), s.attached);
                owners(out, s, reader);
                long resident = s.bytes.allocatedBytes() / PAGE * PAGE;
                add(out, " %10d %10d %10d %21d %21d\n", s.attachTime, s.detachTime, s.ctime, resident, 0);
            }
        }
        return out.toString();
    }
}
