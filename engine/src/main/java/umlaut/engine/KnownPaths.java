package umlaut.engine;

/**
 * What absolute paths lead to, as far as a kernel has found out and as long as nothing on their way changes: guest threads of all its processes may answer from it without asking
 * (Linux: negative dentries, and the sequence counts that a lock-free walk checks, Documentation/filesystems/path-lookup.rst). A fact holds for everybody whose root is the kernel's,
 * whatever their credentials, and all guest code can read it.
 *
 * <p>Each directory that a walk looks something up in has one of {@link #COUNTERS} counters, which it may share with others. A fact is kept with the sum of those of its directories as it was before the
 * walk, and is one as long as the sum is still that. Who changes a directory's names counts before the change can be seen and again before the call that made it returns.
 *
 * <p>From any thread.
 */
public interface KnownPaths {
    /** Facts: nothing is there, without following a link at its end; something that is no symbolic link. */
    int MISSING = 1, NO_LINK = 2;

    /** Bytes of a path beyond which nothing is kept. */
    int LONGEST = 175;

    /** Directories on a path's way beyond which nothing is kept. */
    int MOST_DIRECTORIES = 24;

    int COUNTERS = 512;

    /** The counter of whatever may change what many paths lead to: mounts, permissions of directories. Part of every sum. */
    int GENERAL = 0;

    /** For engines without. */
    KnownPaths NONE = new KnownPaths() {
        @Override
        public long count(int counter) {
            return 0;
        }

        @Override
        public void changes(int counter) {}

        @Override
        public void keep(byte[] path, int length, int fact, short[] counters, int directories, long sum) {}
    };

    /** How often it has been counted. */
    long count(int counter);

    /** Counts: what was kept with that counter is a fact no more. */
    void changes(int counter);

    /**
     * Keeps a fact, in the place of another maybe.
     *
     * @param path begins with a slash; {@code length} bytes of it count, none of them NUL
     * @param counters of its directories and {@link #GENERAL}, the first {@code directories}
     * @param sum of these, read before each of the directories was looked at
     */
    void keep(byte[] path, int length, int fact, short[] counters, int directories, long sum);
}
