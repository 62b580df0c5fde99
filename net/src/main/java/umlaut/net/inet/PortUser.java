package umlaut.net.inet;

import umlaut.net.core.IpAddress;

/** Who has a port: a socket, or what is left of one in TIME_WAIT. */
public interface PortUser {
    IpAddress portAddress();

    boolean v6Only();

    int portDevice();

    boolean reusesAddress();

    boolean reusesPort();

    int uid();

    boolean listens();

    /** The port was chosen by connect(2), neither asked for nor chosen by bind(2) or listen(2): others may have it for other connections. */
    boolean byConnect();

    /** Do the two want packets of the same addresses (inet_rcv_saddr_equal)? */
    static boolean overlap(PortUser a, PortUser b) {
        int da = a.portDevice();
        int db = b.portDevice();
        if (da != 0 && db != 0 && da != db) {
            return false;
        }
        IpAddress x = a.portAddress();
        IpAddress y = b.portAddress();
        if (x.isAny() && y.isAny()) {
            boolean sameVersion = x.isV4() == y.isV4();
            return sameVersion || !(x.isV4() ? b : a).v6Only();
        }
        if (x.isAny()) {
            return covers(a, y);
        }
        return y.isAny() ? covers(b, x) : x.equals(y);
    }

    private static boolean covers(PortUser wild, IpAddress address) {
        return wild.portAddress().isV4() ? address.isV4() : !address.isV4() || !wild.v6Only();
    }
}
