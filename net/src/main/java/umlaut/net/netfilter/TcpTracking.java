package umlaut.net.netfilter;

/** TCP's states as seen from beside the way (net/netfilter/nf_conntrack_proto_tcp.c); sequence numbers are not looked at (nf_conntrack_tcp_be_liberal). */
final class TcpTracking {
    private static final int FIN = 1, SYN = 2, RST = 4, ACK = 16, FLAGS_AT = 13;

    /** With the time, in s, after which a silent connection is forgotten. */
    enum State {
        NONE(0),
        SYN_SENT(120),
        SYN_RECV(60),
        ESTABLISHED(432_000),
        FIN_WAIT(120),
        CLOSE_WAIT(60),
        LAST_ACK(30),
        TIME_WAIT(120),
        CLOSE(10);

        final int seconds;

        State(int seconds) {
            this.seconds = seconds;
        }
    }

    enum Result {
        VALID,
        INVALID,
        /** A new connection has begun where an old one had ended. */
        REOPENED
    }

    private TcpTracking() {}

    static boolean mayBegin(int flags) {
        // Without SYN: picked up in the middle (nf_conntrack_tcp_loose).
        return (flags & RST) == 0 && (flags & (SYN | ACK)) != (SYN | ACK) && (flags & (SYN | ACK)) != 0;
    }

    static int flags(NfPacket p) {
        return p.u8(p.transport + FLAGS_AT);
    }

    /** A segment has been seen. */
    static Result seen(Connection c, int flags, boolean reply) {
        State old = c.tcp;
        if ((flags & RST) != 0) {
            c.tcp = State.CLOSE;
            return Result.VALID;
        }
        if ((flags & SYN) != 0) {
            boolean over = old == State.TIME_WAIT || old == State.CLOSE || old == State.LAST_ACK;
            if ((flags & ACK) == 0 && over && !reply) {
                return Result.REOPENED;
            }
            if (old == State.NONE) {
                c.tcp = State.SYN_SENT;
            } else if (old == State.SYN_SENT && reply && (flags & ACK) != 0) {
                c.tcp = State.SYN_RECV;
            }
            return Result.VALID;
        }
        c.tcp = (flags & FIN) != 0 ? afterFin(old) : afterAck(old, reply);
        return c.tcp == State.SYN_SENT ? Result.INVALID : Result.VALID;
    }

    private static State afterFin(State old) {
        return switch (old) {
            case NONE, SYN_RECV, ESTABLISHED -> State.FIN_WAIT;
            case FIN_WAIT, CLOSE_WAIT -> State.LAST_ACK;
            default -> old;
        };
    }

    private static State afterAck(State old, boolean reply) {
        return switch (old) {
            case NONE -> State.ESTABLISHED;
            case SYN_RECV -> reply ? old : State.ESTABLISHED;
            case FIN_WAIT -> State.CLOSE_WAIT;
            case LAST_ACK -> State.TIME_WAIT;
            default -> old;
        };
    }
}
