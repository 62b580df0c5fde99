package umlaut.fs.tmpfs;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Mode;
import umlaut.kernel.task.Task;

/** A symbolic link. */
final class TmpSymlink extends TmpInode {
    /** Longer targets take a page in Linux, and so in st_blocks. */
    private static final int SHORT = 128;

    private final String target;

    TmpSymlink(TmpFs fs, String target) {
        super(fs, Mode.S_IFLNK | 0777);
        this.target = target;
        size = target.length();
        blocks = target.length() + 1 > SHORT ? 8 : 0;
    }

    @Override
    public String readlink(@Nullable Task task) {
        return target;
    }
}
