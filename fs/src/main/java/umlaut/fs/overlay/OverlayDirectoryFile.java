package umlaut.fs.overlay;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;
import umlaut.abi.DirentType;
import umlaut.fs.support.DirectoryFile;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.DirectorySink;
import umlaut.kernel.vfs.Path;

/** An open directory of an overlay: merged when listing starts, then listed from that. Positions are entry numbers. */
final class OverlayDirectoryFile extends DirectoryFile {
    private static final int DOTS = 2;
    private final OverlayInode inode;

    @GuardedBy("this") private @Nullable MergedListing listing;

    OverlayDirectoryFile(OverlayInode inode, Path path, int flags, Credentials credentials) {
        super(inode, path, flags, credentials);
        this.inode = inode;
    }

    @Override
    public void readDirectory(Task task, DirectorySink sink) {
        long at = sink.position();
        MergedListing all;
        synchronized (this) {
            if (listing == null || at == 0) {
                listing = inode.listing();
            }
            all = listing;
        }
        if (at == 0 && !sink.add(".", inode.ino, DirentType.DT_DIR, ++at)) {
            return;
        }
        OverlayInode up = inode.parent;
        if (at == 1 && !sink.add("..", up == null ? inode.ino : up.ino, DirentType.DT_DIR, ++at)) {
            return;
        }
        for (long i = at - DOTS; i >= 0 && i < all.size(); i++) {
            MergedListing.Entry e = all.get((int) i);
            if (!sink.add(e.name(), e.ino(), e.type(), i + DOTS + 1)) {
                return;
            }
        }
    }
}
