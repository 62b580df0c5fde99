package umlaut.kernel.vfs;

import umlaut.abi.DirentType;

/** Takes directory entries one by one, as getdents64(2) packs them (Linux: dir_context). */
public interface DirectorySink {
    /** Where to go on listing: the cookie of the first entry wanted; 0 = the start. */
    long position();

    /**
     * @param name Latin-1
     * @param type DT_*
     * @param next cookie of the entry behind this one, above 0
     * @return false when there is no room: the entry was not taken
     */
    boolean add(String name, long ino, int type, long next);

    /** How many cookies {@link #addDots} takes: those below this. */
    int DOTS = 2;

    /** Adds "." and "..", as far as the listing has not got beyond them. @return false when there is no room for more */
    default boolean addDots(long self, long parent) {
        long at = position();
        if (at == 0 && !add(".", self, DirentType.DT_DIR, ++at)) {
            return false;
        }
        return at != 1 || add("..", parent, DirentType.DT_DIR, DOTS);
    }

    /** The cookie to go on from behind {@link #addDots}. */
    default long behindDots() {
        return Math.max(position(), DOTS);
    }
}
