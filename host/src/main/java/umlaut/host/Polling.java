package umlaut.host;

import java.lang.foreign.MemorySegment;

/** Waiting for host descriptors: poll, epoll, eventfd. See poll(2), epoll(7), eventfd(2). */
public final class Polling {
    public static final int POLLIN = 1, POLLPRI = 2, POLLOUT = 4, POLLERR = 8, POLLHUP = 0x10;
    public static final int EPOLL_CTL_ADD = 1, EPOLL_CTL_DEL = 2, EPOLL_CTL_MOD = 3;

    private Polling() {}

    /** poll(2) over struct pollfd (8 bytes each). @param timeoutMs -1 for no limit */
    public static long poll(MemorySegment fds, int count, int timeoutMs) {
        return HostCalls.call(Syscall.POLL, fds.address(), count, timeoutMs);
    }

    public static long epollCreate() {
        return HostCalls.call(Syscall.EPOLL_CREATE1, Files.O_CLOEXEC);
    }

    public static long epollCtl(int epollFd, int operation, int fd, int events, long data) {
        MemorySegment event = Scratch.arguments();
        event.set(Layouts.INT, 0, events); // struct epoll_event is packed: 12 bytes
        event.set(Layouts.LONG, 4, data);
        return HostCalls.call(Syscall.EPOLL_CTL, epollFd, operation, fd, event.address());
    }

    /** epoll_pwait(2) into packed struct epoll_event of 12 bytes each. */
    public static long epollWait(int epollFd, MemorySegment events, int max, int timeoutMs) {
        return HostCalls.call(Syscall.EPOLL_PWAIT, epollFd, events.address(), max, timeoutMs, 0, 0);
    }

    /** A close-on-exec, non-blocking eventfd. */
    public static long eventfd(int initial) {
        return HostCalls.call(Syscall.EVENTFD2, initial, Files.O_CLOEXEC | Files.O_NONBLOCK);
    }
}
