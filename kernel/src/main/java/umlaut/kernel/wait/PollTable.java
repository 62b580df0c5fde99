package umlaut.kernel.wait;

/**
 * What {@code File.poll} is given to say which queues announce a change (Linux: poll_table). {@link #NONE} just asks for the state.
 */
public interface PollTable {
    PollTable NONE = queue -> {};

    void add(WaitQueue queue);
}
