package umlaut.machine;

import umlaut.abi.Errno;
import umlaut.machine.uml.UmlConfig;

/** Which directories of the host's may be shown: those that hostfs= allows. */
final class UmlHostFs {
    private UmlHostFs() {}

    /** @return the directory on the host. @throws umlaut.abi.ErrnoException ENOENT for names that lead out */
    static String inside(UmlConfig.HostRoot root, String directory) {
        for (String part : directory.split("/")) {
            if (part.equals("..")) {
                throw Errno.ENOENT.exception();
            }
        }
        String base = root.directory().toString();
        return base.equals("/") ? (directory.startsWith("/") ? directory : "/" + directory) : base + "/" + directory;
    }
}
