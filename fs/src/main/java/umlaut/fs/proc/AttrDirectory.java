package umlaut.fs.proc;

import umlaut.abi.Errno;
import umlaut.fs.support.TextInode;
import umlaut.fs.support.TreeDirectory;

/** /proc/PID/attr, proc_pid_attr(5): there is no security module, so nothing can be read or set. */
final class AttrDirectory extends TreeDirectory {
    AttrDirectory(PidDirectory up, long ino) {
        super(up.subject.fs(), up, ino, 0555);
        int n = 1;
        for (String name : new String[] {"current", "exec", "fscreate", "keycreate", "prev", "sockcreate"}) {
            add(
                    name,
                    new TextInode(
                            up.subject.fs(),
                            ino | (long) n++ << 12,
                            0666,
                            reader -> {
                                throw Errno.EINVAL.exception();
                            },
                            (writer, text) -> {
                                throw Errno.EINVAL.exception();
                            }));
        }
    }
}
