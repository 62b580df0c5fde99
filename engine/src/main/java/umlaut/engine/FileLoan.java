package umlaut.engine;

/**
 * A file that guest code may read without the kernel, with the position in it: bytes that lie in a window ({@link AddressSpace#openWindow}). One a thread. While it is out, the position is where guest code can change it, as it
 * could by lseek(2). The calls are counted with those of {@link KnownFiles}.
 */
public interface FileLoan {
    /** Of an engine whose guest code can do nothing by itself. */
    FileLoan NONE = new FileLoan() {};

    /**
     * Lends a file instead of the one before. By the kernel thread.
     *
     * @param fd the descriptor it is read by, below {@link KnownFiles#DESCRIPTORS}
     * @param window where the file's first byte would lie
     * @param start, end reads of what lies between are the thread's own affair; others come to the kernel
     * @return false: it stays the kernel's
     */
    default boolean lend(int fd, long window, long position, long start, long end) {
        return false;
    }

    /** The position, at some moment about now. From any thread, until another file is lent. */
    default long position() {
        return 0;
    }

    /** By the kernel thread, in a system call: sets the position. */
    default void move(long position) {}

    /** The file is the kernel's again, and a read that was under way is over. From any thread. */
    default void end() {}
}
