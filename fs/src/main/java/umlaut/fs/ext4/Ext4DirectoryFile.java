package umlaut.fs.ext4;

import java.util.List;
import umlaut.abi.DirentType;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.DirectorySink;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.vfs.Seeking;

/**
 * An open directory. One with an index is listed in order of hashes, which does not change when blocks are split: the position is 0 for ".", 1 for "..", then the hash, 63 bits of it. Others
 * are listed in order of their blocks: the position is a byte offset.
 */
final class Ext4DirectoryFile extends File {
    private static final long FIRST = 2;
    private final Ext4Directory directory;

    Ext4DirectoryFile(Ext4Directory directory, Path path, int flags, Credentials credentials) {
        super(path, flags, credentials);
        this.directory = directory;
    }

    @Override
    public Inode inode() {
        return directory;
    }

    @Override
    public boolean seekable() {
        return true;
    }

    @Override
    public long seek(long offset, int whence) {
        return Seeking.directory(this, offset, whence);
    }

    @Override
    public void sync(boolean dataOnly) {
        directory.fs.sync();
    }

    @Override
    public long ioctl(Task task, int command, long argument) {
        return Ext4Ioctl.perform(directory, task, command, argument);
    }

    @Override
    public void readDirectory(Task task, DirectorySink sink) {
        directory.lock.lock();
        try {
            if (directory.has(Ext4Inode.INLINE_DATA_FL)) {
                dots(sink, true);
                listInline(sink);
            } else if (directory.listsByHash()) {
                if (dots(sink, true)) {
                    listByHash(sink);
                }
            } else {
                listBlocks(sink);
            }
        } finally {
            directory.lock.unlock();
        }
    }

    private boolean dots(DirectorySink sink, boolean wanted) {
        long position = sink.position();
        if (position == 0 && wanted) {
            if (!sink.add(".", directory.ino, DirentType.DT_DIR, 1)) {
                return false;
            }
            position = 1;
        }
        return position != 1 || sink.add("..", directory.parentNumber(), DirentType.DT_DIR, FIRST);
    }

    private void listInline(DirectorySink sink) {
        long from = Math.max(FIRST, sink.position());
        InlineDirectory.each(
                directory,
                (name, ino, type, position) ->
                        position < from || sink.add(name, ino, Ext4Directory.direntType(type), position + 1));
    }

    private void listByHash(DirectorySink sink) {
        long from = Math.max(FIRST, sink.position());
        HTree tree = new HTree(directory);
        while (from != HTree.END) {
            HTree.Listing part = tree.list(from == FIRST ? 0 : from);
            List<HTree.Named> entries = part.entries();
            for (int i = 0; i < entries.size(); i++) {
                HTree.Named e = entries.get(i);
                boolean last = i + 1 == entries.size();
                long next = last ? part.next() : entries.get(i + 1).hash() >>> 1;
                if (!sink.add(e.name(), e.ino(), Ext4Directory.direntType(e.type()), Math.max(next, FIRST + 1))) {
                    return;
                }
            }
            from = part.next();
        }
    }

    private void listBlocks(DirectorySink sink) {
        int shift = directory.fs.sb.blockShift;
        int end = directory.entriesEnd();
        long position = sink.position();
        for (long block = position >> shift; block < directory.blocksToList(); block++) {
            byte[] b = directory.entryBlock(block).data;
            for (int at = 0; at < end; at += DirBlock.length(b, at)) {
                long here = (block << shift) + at;
                if (here < position || DirBlock.ino(b, at) == 0) {
                    continue;
                }
                int following = at + DirBlock.length(b, at);
                long next = following >= end ? block + 1 << shift : (block << shift) + following;
                int type = Ext4Directory.direntType(DirBlock.type(b, at));
                if (!sink.add(DirBlock.name(b, at), DirBlock.ino(b, at), type, next)) {
                    return;
                }
            }
        }
    }
}
