package umlaut.kernel.landlock;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.Map;
import umlaut.abi.OpenFlags;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.FileId;
import umlaut.kernel.vfs.Inode;

/** A ruleset in the making, as landlock_create_ruleset(2) opens it. The monitor guards its rules. */
final class RulesetFile extends File {
    final int handledFs;
    final int handledNet;
    private final int scoped;
    private final Inode inode;

    @GuardedBy("this") private final Map<FileId, Integer> files = new HashMap<>();

    @GuardedBy("this") private final Map<Integer, Integer> ports = new HashMap<>();

    RulesetFile(int handledFs, int handledNet, int scoped, Inode inode, Credentials who) {
        super(null, OpenFlags.O_RDWR, who);
        this.handledFs = handledFs;
        this.handledNet = handledNet;
        this.scoped = scoped;
        this.inode = inode;
    }

    synchronized void allow(FileId object, int rights) {
        files.merge(object, rights, (a, b) -> a | b);
    }

    synchronized void allowPort(int port, int rights) {
        ports.merge(port, rights, (a, b) -> a | b);
    }

    synchronized Layer layer() {
        return new Layer(handledFs, handledNet, scoped, Map.copyOf(files), Map.copyOf(ports));
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public boolean hasData(boolean writing) {
        return false;
    }

    @Override
    public String anonymousName() {
        return "anon_inode:[landlock-ruleset]";
    }
}
