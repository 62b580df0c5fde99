package umlaut.fs.overlay;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;
import umlaut.fs.support.DirectoryFile;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.DirectorySink;
import umlaut.kernel.vfs.Path;

/** An open directory of an overlay: merged when listing starts, then listed from that. Positions are entry numbers. */
final class OverlayDirectoryFile extends DirectoryFile {
    private final OverlayInode inode;

    @GuardedBy("this") private @Nullable MergedListing listing;

    OverlayDirectoryFile(OverlayInode inode, Path path, int flags, Credentials credentials) {
        super(inode, path, flags, credentials);
        this.inode = inode;
    }

    @Override
    public void readDirectory(Task task, DirectorySink sink) {
        MergedListing all;
        synchronized (this) {
            if (listing == null || sink.position() == 0) {
                listing = inode.listing();
            }
            all = listing;
        }
        OverlayInode up = inode.parent;
        if (!sink.addDots(inode.ino, up == null ? inode.ino : up.ino)) {
            return;
        }
        for (long i = sink.behindDots() - DirectorySink.DOTS; i < all.size(); i++) {
            MergedListing.Entry e = all.get((int) i);
            if (!sink.add(e.name(), e.ino(), e.type(), i + DirectorySink.DOTS + 1)) {
                return;
            }
        }
    }
}
