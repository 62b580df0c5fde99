package umlaut.fs.proc;

import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.Inode;

/**
 * Whose a process's files are, proc_pid(5): the effective user's, or root's when the process is not dumpable (Linux:
 * task_dump_owner).
 */
final class Ownership {
    private Ownership() {}

    /** @param always the directory itself shows its user whatever dumpable says */
    static void update(Inode inode, Subject subject, boolean always) {
        Task task =
                subject.thread() != null ? subject.thread() : subject.group().leader();
        if (task == null) {
            return;
        }
        Mm mm = task.mmOrNull();
        Credentials who = task.credentials();
        boolean own = always || mm == null || mm.dumpable() == 1;
        inode.uid = own ? who.euid() : 0;
        inode.gid = own ? who.egid() : 0;
    }
}
