package umlaut.net.netfilter;

/** A tracked connection (struct nf_conn). Guarded by the namespace's lock. */
public final class Connection {
    /** What a packet is to its connection (enum ip_conntrack_info): {@code SkBuff.trackInfo}. */
    public static final int ESTABLISHED = 0, RELATED = 1, NEW = 2, IS_REPLY = 3, UNTRACKED = 7;

    /** Bits of its status (enum ip_conntrack_status). */
    public static final int SEEN_REPLY = 2, ASSURED = 4, CONFIRMED = 8;

    public static final int SRC_NAT = 16, DST_NAT = 32, SRC_NAT_DONE = 128, DST_NAT_DONE = 256, DYING = 512;

    public final Tuple original;
    Tuple reply;
    int status;
    public int mark;
    /** TCP's state. */
    TcpTracking.State tcp = TcpTracking.State.NONE;

    long deadlineNs;
    private final long[] packets = new long[2];
    private final long[] bytes = new long[2];
    /** Its address was that of a device that packets left by: the device's index (masquerading), else 0. */
    int masqueradeIndex;

    final int id;

    Connection(Tuple original, int id) {
        this.original = original;
        this.reply = original.inverted();
        this.id = id;
    }

    public Tuple reply() {
        return reply;
    }

    public Tuple tuple(boolean replies) {
        return replies ? reply : original;
    }

    public int status() {
        return status;
    }

    public int id() {
        return id;
    }

    boolean has(int bits) {
        return (status & bits) == bits;
    }

    public long deadlineNs() {
        return deadlineNs;
    }

    void count(boolean replies, int length) {
        int i = replies ? 1 : 0;
        packets[i]++;
        bytes[i] += length;
    }

    public long packets(boolean replies) {
        return packets[replies ? 1 : 0];
    }

    public long bytes(boolean replies) {
        return bytes[replies ? 1 : 0];
    }

    /** Is a packet's information that of the direction which did not begin it? */
    public static boolean isReply(int info) {
        return info >= IS_REPLY && info != UNTRACKED;
    }

    /** A line of /proc/net/nf_conntrack. */
    public String line(long nowNs) {
        boolean v4 = original.source().isV4();
        String name = switch (original.protocol()) {
            case 1 -> "icmp";
            case 6 -> "tcp";
            case 17 -> "udp";
            case 58 -> "icmpv6";
            case 136 -> "udplite";
            default -> "unknown";
        };
        StringBuilder text = new StringBuilder("%-8s %d %-8s %d %d "
                .formatted(
                        v4 ? "ipv4" : "ipv6",
                        v4 ? 2 : 10,
                        name,
                        original.protocol(),
                        Math.max(0, deadlineNs - nowNs) / 1_000_000_000L));
        if (original.protocol() == 6) {
            text.append(tcp.name()).append(' ');
        }
        append(text, original);
        if (!has(SEEN_REPLY)) {
            text.append("[UNREPLIED] ");
        }
        append(text, reply);
        if (has(ASSURED)) {
            text.append("[ASSURED] ");
        }
        return text.append("mark=")
                .append(Integer.toUnsignedString(mark))
                .append(" zone=0 use=2")
                .toString();
    }

    private static void append(StringBuilder text, Tuple t) {
        text.append("src=")
                .append(t.source())
                .append(" dst=")
                .append(t.destination())
                .append(' ');
        if (Tuple.isIcmp(t.protocol())) {
            int kind = t.destinationPort();
            text.append("type=%d code=%d id=%d ".formatted(kind >>> 8, kind & 0xff, t.sourcePort()));
        } else if (Tuple.hasPorts(t.protocol())) {
            text.append("sport=%d dport=%d ".formatted(t.sourcePort(), t.destinationPort()));
        }
    }
}
