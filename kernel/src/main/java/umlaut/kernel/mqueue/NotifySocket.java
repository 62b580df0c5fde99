package umlaut.kernel.mqueue;

/** A netlink socket as mq_notify(2) with SIGEV_THREAD sees it: a thread of the C library listens there for the cookie that it gave. */
public interface NotifySocket {
    /** Puts a datagram in its queue. Takes the network's lock. */
    void deliverCookie(byte[] cookie);
}
