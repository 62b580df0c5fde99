package umlaut.machine;

import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.OpenFlags;
import umlaut.kernel.vfs.LookupContext;
import umlaut.kernel.vfs.Vfs;

/** Makes the place where something is to be mounted, as docker does for volumes and working directories. */
final class MountPoint {
    private MountPoint() {}

    /**
     * Makes {@code path} and the directories above it where they are missing.
     *
     * @param file the last part is to be an empty file, for a volume of one file
     */
    static void make(Vfs vfs, LookupContext who, String path, boolean file) {
        StringBuilder at = new StringBuilder();
        String[] parts = path.split("/");
        for (int i = 0; i < parts.length; i++) {
            if (parts[i].isEmpty() || parts[i].equals(".")) {
                continue;
            }
            if (parts[i].equals("..")) {
                throw new MachineException("'" + path + "' must not have '..' in it");
            }
            boolean last = i == parts.length - 1;
            makeOne(vfs, who, at.isEmpty() ? "/" : at.toString(), parts[i], last && file, path);
            at.append('/').append(parts[i]);
        }
    }

    private static void makeOne(Vfs vfs, LookupContext who, String parent, String name, boolean file, String whole) {
        try {
            vfs.lookup(who, parent + "/" + name, 0);
            return;
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT) {
                throw new MachineException(
                        "cannot make '" + whole + "' in the guest: " + e.errno().name());
            }
        }
        try {
            if (file) {
                vfs.open(who, parent + "/" + name, OpenFlags.O_CREAT | OpenFlags.O_WRONLY, 0644)
                        .release();
            } else {
                vfs.mkdir(who, parent + "/" + name, 0755);
            }
        } catch (ErrnoException e) {
            throw new MachineException(
                    "cannot make '" + whole + "' in the guest: " + e.errno().name());
        }
    }
}
