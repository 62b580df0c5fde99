package umlaut.kernel.cred;

import org.jspecify.annotations.Nullable;
import umlaut.kernel.landlock.Domain;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.task.Task;

/**
 * Credentials in the making (Linux: prepare_creds and commit_creds in kernel/cred.c): the task's own, changed field by
 * field, then put in place as a whole.
 */
final class NewCredentials {
    private final Credentials old;
    int uid;
    int euid;
    int suid;
    int fsuid;
    int gid;
    int egid;
    int sgid;
    int fsgid;
    int[] groups;
    long inheritable;
    long permitted;
    long effective;
    long bounding;
    long ambient;
    int securebits;
    boolean noNewPrivs;
    UserNamespace userNs;

    @Nullable Domain domain;

    NewCredentials(Credentials old) {
        this.old = old;
        uid = old.uid();
        euid = old.euid();
        suid = old.suid();
        fsuid = old.fsuid();
        gid = old.gid();
        egid = old.egid();
        sgid = old.sgid();
        fsgid = old.fsgid();
        groups = old.groups();
        inheritable = old.inheritable();
        permitted = old.permitted();
        effective = old.effective();
        bounding = old.bounding();
        ambient = old.ambient();
        securebits = old.securebits();
        noNewPrivs = old.noNewPrivs();
        userNs = old.userNs();
        domain = old.domain();
    }

    /**
     * Makes them the task's. Gained or changed identity makes a process undumpable and forgets its parent-death signal.
     */
    long commit(Task task) {
        boolean changed = euid != old.euid()
                || egid != old.egid()
                || fsuid != old.fsuid()
                || fsgid != old.fsgid()
                || (permitted & ~old.permitted()) != 0;
        if (changed) {
            task.mm().setDumpable(0);
            task.settings.parentDeathSignal = 0;
        }
        if (uid != old.uid()) {
            task.kernel.users.of(uid).tasks.incrementAndGet();
            task.kernel.users.of(old.uid()).tasks.decrementAndGet();
        }
        task.setCredentials(make());
        return 0;
    }

    Credentials make() {
        return new Credentials(
                uid,
                euid,
                suid,
                fsuid,
                gid,
                egid,
                sgid,
                fsgid,
                groups,
                inheritable,
                permitted,
                effective,
                bounding,
                ambient,
                securebits,
                noNewPrivs,
                userNs,
                domain);
    }
}
