package umlaut.machine.console;

/**
 * Somebody at the host's end of a line: descriptors that bytes come from and go to.
 *
 * @param in -1: nothing is ever typed
 * @param out -1: output goes nowhere
 * @param restore they are a terminal of somebody's, whose modes must be what they were afterwards
 * @param hangsUp the end of input means that nobody is there any more
 * @param codec what is done to the bytes on their way
 * @param end called once when the line lets go of it
 */
public record Wire(int in, int out, boolean restore, boolean hangsUp, Codec codec, Runnable end) {
    /** Standard input and output. */
    public static final Wire STANDARD = new Wire(0, 1, true, false, Codec.NONE, () -> {});
}
