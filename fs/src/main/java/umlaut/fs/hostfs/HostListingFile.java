package umlaut.fs.hostfs;

import umlaut.abi.DirentType;
import umlaut.fs.support.DirectoryFile;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.DirectorySink;
import umlaut.kernel.vfs.Path;

/** An open directory of an image: listed from memory. Positions are entry numbers, "." and ".." being the first two. */
final class HostListingFile extends DirectoryFile {
    private static final int DOTS = 2;
    private final HostInode inode;

    HostListingFile(HostInode inode, Path path, int flags, Credentials credentials) {
        super(inode, path, flags, credentials);
        this.inode = inode;
    }

    @Override
    public void readDirectory(Task task, DirectorySink sink) {
        long at = sink.position();
        if (at == 0 && !sink.add(".", inode.ino, DirentType.DT_DIR, ++at)) {
            return;
        }
        HostInode up = inode.parent();
        if (at == 1 && !sink.add("..", up == null ? inode.ino : up.ino, DirentType.DT_DIR, ++at)) {
            return;
        }
        HostListing all = inode.listing();
        for (long i = at - DOTS; i >= 0 && i < all.names.length; i++) {
            int n = (int) i;
            if (!sink.add(all.names[n], all.inos[n], all.types[n], i + DOTS + 1)) {
                return;
            }
        }
    }
}
