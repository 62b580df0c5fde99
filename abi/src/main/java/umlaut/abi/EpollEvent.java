package umlaut.abi;

/**
 * struct epoll_event, packed on x86-64.
 *
 * <p>Linux: {@code include/uapi/linux/eventpoll.h}; man page: epoll_ctl(2).
 */
public final class EpollEvent {
    public static final int EVENTS = 0;
    public static final int DATA = 4;

    /** Bytes in all. */
    public static final int SIZE = 12;

    private EpollEvent() {}
}
