package umlaut.kernel.vfs;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.abi.OpenFlags;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;

/** Inodes and files that do nothing. */
final class TestInodes {
    private TestInodes() {}

    static Inode plain() {
        PseudoFs fs = new PseudoFs("test", 1, 0);
        return new Inode(fs, 1, Mode.S_IFREG | 0600) {
            @Override
            public File open(@Nullable Task task, Path path, int flags) {
                throw Errno.ENXIO.exception();
            }
        };
    }

    static File file(Runnable onRelease) {
        Inode inode = plain();
        return new File(null, OpenFlags.O_RDWR, Credentials.ROOT) {
            @Override
            public Inode inode() {
                return inode;
            }

            @Override
            protected void onRelease() {
                onRelease.run();
            }
        };
    }
}
