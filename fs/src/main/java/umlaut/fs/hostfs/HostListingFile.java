package umlaut.fs.hostfs;

import umlaut.fs.support.DirectoryFile;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.DirectorySink;
import umlaut.kernel.vfs.Path;

/** An open directory of an image: listed from memory. Positions are entry numbers, "." and ".." being the first two. */
final class HostListingFile extends DirectoryFile {
    private final HostInode inode;

    HostListingFile(HostInode inode, Path path, int flags, Credentials credentials) {
        super(inode, path, flags, credentials);
        this.inode = inode;
    }

    @Override
    public void readDirectory(Task task, DirectorySink sink) {
        HostInode up = inode.parent();
        if (!sink.addDots(inode.ino, up == null ? inode.ino : up.ino)) {
            return;
        }
        HostListing all = inode.listing();
        for (long i = sink.behindDots() - DirectorySink.DOTS; i < all.names.length; i++) {
            int n = (int) i;
            if (!sink.add(all.names[n], all.inos[n], all.types[n], i + DirectorySink.DOTS + 1)) {
                return;
            }
        }
    }
}
