package umlaut.fs.overlay;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.kernel.Kernel;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.FileSystemType;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.LookupContext;
import umlaut.kernel.vfs.SuperBlock;

/**
 * mount -t overlay -o lowerdir=A:B,upperdir=C,workdir=D. The work directory must be given with an upper one, as in
 * Linux, and is not used.
 */
public final class OverlayType implements FileSystemType {
    @Override
    public String name() {
        return "overlay";
    }

    @Override
    public boolean userMountable() {
        return true;
    }

    @Override
    public SuperBlock mount(Kernel kernel, String source, String options, long device, boolean readOnly) {
        List<Inode> lowers = new ArrayList<>();
        Inode upper = null;
        boolean work = false;
        StringBuilder shown = new StringBuilder();
        for (String option : options.split(",")) {
            int eq = option.indexOf('=');
            String value = eq < 0 ? "" : option.substring(eq + 1);
            switch (eq < 0 ? option : option.substring(0, eq)) {
                case "lowerdir" -> {
                    for (String path : value.split(":")) {
                        lowers.add(directory(kernel, path));
                    }
                }
                case "upperdir" -> upper = directory(kernel, value);
                case "workdir" -> {
                    directory(kernel, value);
                    work = true;
                }
                case "index", "redirect_dir", "xino", "metacopy", "nfs_export", "volatile", "userxattr", "" -> {
                    continue; // what they ask for is so already, or makes no difference here
                }
                default -> throw Errno.EINVAL.exception();
            }
            shown.append(',').append(option);
        }
        if (lowers.isEmpty() || upper != null && !work || upper == null && lowers.size() < 2) {
            throw Errno.EINVAL.exception();
        }
        if (upper != null) {
            upper.superBlock.setChangedBeneath();
        }
        return new OverlayFs(device, upper, lowers, shown.toString());
    }

    private static Inode directory(Kernel kernel, @Nullable String path) {
        if (path == null || path.isEmpty()) {
            throw Errno.EINVAL.exception();
        }
        Task task = kernel.current();
        LookupContext from = task == null ? LookupContext.kernel(kernel.vfs.namespace()) : LookupContext.of(task);
        Inode found = kernel.vfs.lookup(from, path, 0).inode();
        if (!found.isDirectory()) {
            throw Errno.ENOTDIR.exception();
        }
        return found;
    }
}
