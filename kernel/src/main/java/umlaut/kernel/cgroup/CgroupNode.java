package umlaut.kernel.cgroup;

import umlaut.kernel.cred.Credentials;

/** A directory of the cgroup2 file system, to those who are handed one open: clone3(2) with CLONE_INTO_CGROUP. */
public interface CgroupNode {
    Cgroup cgroup();

    /** May someone put processes there: write its cgroup.procs? */
    boolean mayAttach(Credentials who);
}
