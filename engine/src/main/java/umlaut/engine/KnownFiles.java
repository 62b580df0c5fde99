package umlaut.engine;

/**
 * A thread's descriptors whose transfers have no consequences, so that guest code may do them without the kernel: reads that give zeros (/dev/zero) or the end of file (/dev/null), writes of what is thrown away. Only how many
 * there were is counted. Guest code can change what it is told and what is counted. From any thread; who tells and takes back does so one at a time.
 */
public interface KnownFiles {
    /** Kinds: reads give zeros; reads give the end of file; writes are thrown away. */
    int ZEROS = 1, END = 2, SINK = 4;

    /** Descriptors from here on are not kept. */
    int DESCRIPTORS = 64;

    /** Bytes of a transfer beyond which the kernel is asked: it looks for signals meanwhile. */
    int LONGEST = 1 << 20;

    /** What {@link #addTransfers} counts. */
    int BYTES_READ = 0, BYTES_WRITTEN = 1, READS = 2, WRITES = 3;

    /** For engines without. */
    KnownFiles NONE = new KnownFiles() {
        @Override
        public void keep(int fd, int kinds) {}

        @Override
        public void addTransfers(long[] sum) {}
    };

    /** @param kinds all that is known of the descriptor from now on; 0: the kernel is to be asked */
    void keep(int fd, int kinds);

    /** What guest code has transferred by itself. */
    void addTransfers(long[] sum);
}
