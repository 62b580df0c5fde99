package umlaut.fs.devpts;

import umlaut.abi.Errno;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.FileSystemType;
import umlaut.kernel.vfs.SuperBlock;

/** "mount -t devpts": each mount is an instance of its own, with numbers of its own; options gid=, uid=, mode=, ptmxmode=, max=, newinstance. */
public final class DevPtsType implements FileSystemType {
    @Override
    public String name() {
        return "devpts";
    }

    @Override
    public boolean userMountable() {
        return true;
    }

    @Override
    public SuperBlock mount(Kernel kernel, String source, String options, long device, boolean readOnly) {
        DevPtsOptions parsed = new DevPtsOptions();
        for (String option : options.split(",")) {
            if (!option.isEmpty() && !parsed.take(option)) {
                throw Errno.EINVAL.exception();
            }
        }
        return new DevPts(kernel, parsed, device, readOnly);
    }
}
