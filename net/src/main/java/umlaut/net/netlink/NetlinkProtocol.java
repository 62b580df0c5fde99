package umlaut.net.netlink;

import umlaut.kernel.task.Task;

/** What answers requests to one netlink protocol. Called with the namespace's lock held. */
public interface NetlinkProtocol {
    /**
     * Does a request.
     *
     * @param flags NLM_F_*
     * @param payload behind the header
     * @param out where answers go
     * @return true if a dump was written, which needs no acknowledgement
     * @throws umlaut.abi.ErrnoException what the answer is to say
     */
    boolean request(Task task, int type, int flags, byte[] payload, NlWriter out);

    /** All messages of a datagram have been done. */
    default void datagramEnded() {}
}
