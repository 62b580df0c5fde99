package umlaut.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import umlaut.abi.Errno;

/** Where sockets of one user's guests are: {@code $XDG_RUNTIME_DIR/umlaut}, or a directory in /tmp that is that user's alone. */
public final class RuntimeDirectory {
    private static final int TYPE_AND_OTHERS = 0170077, PRIVATE_DIRECTORY = 040000;

    private RuntimeDirectory() {}

    /** Makes it if it is missing. @throws HostException when it is not this user's alone */
    public static Path ofUser(Map<String, String> environment) {
        long uid = HostCalls.call(Syscall.GETEUID);
        String runtime = environment.get("XDG_RUNTIME_DIR");
        Path directory = runtime != null && Files.isWritable(Path.of(runtime))
                ? Path.of(runtime, "umlaut")
                : Path.of("/tmp", "umlaut-" + uid);
        try {
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
        } catch (IOException e) {
            // Another guest may have been quicker; the check below tells.
        }
        check(directory, uid);
        return directory;
    }

    private static void check(Path directory, long uid) {
        try {
            int owner = (int) Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            int mode = (int) Files.getAttribute(directory, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            if (owner == uid && (mode & TYPE_AND_OTHERS) == PRIVATE_DIRECTORY) {
                return;
            }
        } catch (IOException e) {
            throw new HostException("mkdir of '" + directory + "'", Errno.EACCES.number());
        }
        throw new HostException(
                "use of '" + directory + "', which is not this user's alone (remove it, or set XDG_RUNTIME_DIR),",
                Errno.EPERM.number());
    }
}
