package umlaut.fs.hostfs;

import umlaut.abi.Mode;

/** Which host objects an image shows, by their mode. */
final class Visibility {
    private Visibility() {}

    /** Regular files, directories and symbolic links; devices, sockets and FIFOs of the host are nothing to a guest. */
    static boolean kind(int mode) {
        return Mode.isRegular(mode) || Mode.isDir(mode) || Mode.isSymlink(mode);
    }

    /** Anyone on the host may read it (and enter it, if a directory). */
    static boolean forAll(int mode) {
        int need = Mode.isDir(mode) ? Mode.S_IROTH | Mode.S_IXOTH : Mode.isSymlink(mode) ? 0 : Mode.S_IROTH;
        return (mode & need) == need;
    }
}
