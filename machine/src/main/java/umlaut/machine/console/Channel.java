package umlaut.machine.console;

import org.jspecify.annotations.Nullable;

/** What a line leads to on the host (Linux: struct chan_ops). */
interface Channel {
    /** As the command line has it, with what has become known since: "fd:0", "pts:/dev/pts/3". */
    String text();

    /**
     * Waits until somebody is there; by one thread.
     *
     * @return null: nobody will ever be
     * @throws ChannelException when it cannot be had
     */
    @Nullable Wire connect();

    /** Does {@link #connect} never wait? */
    default boolean immediate() {
        return false;
    }

    /** May somebody else come when one has gone? */
    boolean comesBack();

    /** Ends a {@link #connect}; nothing is done afterwards. */
    void close();
}
