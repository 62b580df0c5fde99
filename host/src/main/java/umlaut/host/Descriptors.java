package umlaut.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Waiting for host descriptors that others may have made non-blocking: a user's terminal, the ends of pipes. See poll(2). */
public final class Descriptors {
    public static final int READY = 1, OTHER = 2;
    private static final int EINTR = -4, EAGAIN = -11;

    private Descriptors() {}

    /** Writes all of it, however long that takes. @return false if nobody reads any more */
    public static boolean writeAll(int fd, MemorySegment buffer, int length) {
        for (int done = 0; done < length; ) {
            long n = Files.write(fd, buffer, done, length - done);
            if (n > 0) {
                done += (int) n;
            } else if (n == EAGAIN) {
                await(fd, Polling.POLLOUT, -1);
            } else if (n != EINTR) {
                return false;
            }
        }
        return true;
    }

    /** Waits until {@code fd} is ready. @return false if {@code other} (unless -1) became readable first */
    public static boolean await(int fd, int events, int other) {
        return (await(fd, events, other, -1) & OTHER) == 0;
    }

    /** The same for a limited time. @param ms -1 for no limit. @return READY, OTHER, both, or 0 when the time is over */
    public static int await(int fd, int events, int other, int ms) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fds = arena.allocate(16, 8);
            fds.set(Layouts.INT, 0, fd);
            fds.set(Layouts.INT, 4, events);
            fds.set(Layouts.INT, 8, other);
            fds.set(Layouts.INT, 12, Polling.POLLIN);
            while (HostCalls.isError(Polling.poll(fds, 2, ms))) {
                // EINTR: again
            }
            return (fds.get(Layouts.SHORT, 6) != 0 ? READY : 0) | (fds.get(Layouts.SHORT, 14) != 0 ? OTHER : 0);
        }
    }

    /** Wakes whoever waits for an eventfd. */
    public static void signal(int eventfd) {
        MemorySegment one = Scratch.arguments();
        one.set(Layouts.LONG, 0, 1);
        Files.write(eventfd, one, 0, 8);
    }
}
