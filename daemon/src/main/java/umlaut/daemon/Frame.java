package umlaut.daemon;

import java.nio.charset.StandardCharsets;

/**
 * One message on a control socket: four bytes of length (big-endian, of what follows), a byte that says what it is, and the rest. See docs/manage.md.
 *
 * @param kind one of the letters here
 */
record Frame(char kind, byte[] body) {
    static final int MOST = 1 << 20;

    /** Requests: each is the first message of a connection, its body {@link Fields}. */
    static final char EXEC = 'E', ATTACH = 'A', STOP = 'S', KILL = 'K', WAIT = 'W', PAUSE = 'P', RESUME = 'U';

    static final char TOP = 'T', STATS = 'M', UPDATE = 'L', GET = 'G', PUT = 'D', DIFF = 'C', START = 'N';
    static final char COMMIT = 'F';

    /** What follows: data of standard input and its end, window size, signal; standard output and error, exit status. */
    static final char INPUT = 'i', INPUT_END = 'I', RESIZE = 'z', SIGNAL = 's';

    static final char OUTPUT = 'o', ERROR_OUTPUT = 'e', EXIT = 'x';

    /** Answers: it is done, with {@link Fields}; it cannot be done, with the one line for people. */
    static final char DONE = 'k', FAILED = '!';

    static Frame of(char kind, Fields fields) {
        return new Frame(kind, fields.toString().getBytes(StandardCharsets.UTF_8));
    }

    static Frame of(char kind) {
        return new Frame(kind, new byte[0]);
    }

    /** A number, as EXIT and SIGNAL have. */
    static Frame of(char kind, int number) {
        return new Frame(
                kind, new byte[] {(byte) (number >> 24), (byte) (number >> 16), (byte) (number >> 8), (byte) number});
    }

    static Frame failure(int status, String line) {
        return of(FAILED, new Fields().set("status", status).set("line", line));
    }

    static Frame failure(RuntimeException e) {
        return switch (e) {
            case DaemonException d -> failure(d.status, d.line);
            case umlaut.machine.MachineException m -> failure(m.exitStatus, String.valueOf(m.getMessage()));
            case umlaut.block.ImageException i -> failure(1, i.line);
            default -> failure(1, "internal error: " + e);
        };
    }

    Fields fields() {
        return Fields.parse(new String(body, StandardCharsets.UTF_8));
    }

    /** 0 for a body of another length. */
    int number() {
        return body.length != 4
                ? 0
                : (body[0] & 0xff) << 24 | (body[1] & 0xff) << 16 | (body[2] & 0xff) << 8 | body[3] & 0xff;
    }

    /** @throws DaemonException if it is a failure */
    Frame orThrow() {
        if (kind == FAILED) {
            Fields f = fields();
            throw new DaemonException((int) f.number("status"), f.text("line"));
        }
        return this;
    }
}
