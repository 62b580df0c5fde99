package umlaut.kernel.vfs;

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
}
