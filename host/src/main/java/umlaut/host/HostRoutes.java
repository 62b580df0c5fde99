package umlaut.host;

import java.lang.foreign.MemorySegment;

/**
 * Asks the host's kernel what kind of address it takes an address for (rtnetlink(7), RTM_GETROUTE): so the answer is right whatever addresses, tables and rules the host has. Used by one thread.
 */
public final class HostRoutes implements AutoCloseable {
    /** Kinds of routes, from linux/rtnetlink.h. */
    public static final int RTN_UNICAST = 1, RTN_LOCAL = 2, RTN_BROADCAST = 3, RTN_MULTICAST = 5;

    private static final int AF_NETLINK = 16;
    private static final int NLMSG_ERROR = 2, RTM_NEWROUTE = 24, RTM_GETROUTE = 26;
    private static final int NLM_F_REQUEST = 1, RTA_DST = 1;
    /** Of nlmsghdr, rtmsg, rtattr; and rtm_type's place in rtmsg. */
    private static final int HEADER = 16, ROUTE = 12, ATTRIBUTE = 4, TYPE = 7;

    private final int fd;
    private int sequence;

    public HostRoutes() {
        fd = (int)
                HostException.check("socket", Sockets.socket(AF_NETLINK, 3 /* SOCK_RAW */ | Sockets.SOCK_CLOEXEC, 0));
    }

    /** @return RTN_*, or -errno: -ENETUNREACH if there is no way there */
    public int kindOf(byte[] address) {
        MemorySegment m = Scratch.room();
        int length = HEADER + ROUTE + ATTRIBUTE + address.length;
        m.asSlice(0, length).fill((byte) 0);
        m.set(Layouts.INT, 0, length);
        m.set(Layouts.SHORT, 4, (short) RTM_GETROUTE);
        m.set(Layouts.SHORT, 6, (short) NLM_F_REQUEST);
        m.set(Layouts.INT, 8, ++sequence);
        m.set(Layouts.BYTE, HEADER, (byte) (address.length == 4 ? Sockets.AF_INET : Sockets.AF_INET6));
        m.set(Layouts.BYTE, HEADER + 1, (byte) (8 * address.length));
        m.set(Layouts.SHORT, HEADER + ROUTE, (short) (ATTRIBUTE + address.length));
        m.set(Layouts.SHORT, HEADER + ROUTE + 2, (short) RTA_DST);
        MemorySegment.copy(address, 0, m, Layouts.BYTE, HEADER + ROUTE + ATTRIBUTE, address.length);
        long sent = HostCalls.call(Syscall.SENDTO, fd, m.address(), length, 0, 0, 0);
        if (sent < 0) {
            return (int) sent;
        }
        while (true) {
            long n = Sockets.recv(fd, m, Scratch.ROOM, 0);
            if (n < HEADER + 4) {
                return n < 0 ? (int) n : -71; // EPROTO
            }
            if (m.get(Layouts.INT, 8) != sequence) {
                continue; // an answer to what was given up before
            }
            int type = m.get(Layouts.SHORT, 4);
            if (type == NLMSG_ERROR) {
                return m.get(Layouts.INT, HEADER);
            }
            return type == RTM_NEWROUTE ? m.get(Layouts.BYTE, HEADER + TYPE) & 0xff : -71;
        }
    }

    @Override
    public void close() {
        Files.close(fd);
    }
}
