package umlaut.net.proc;

import java.util.List;
import umlaut.abi.InetConst;
import umlaut.abi.SockConst;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetNamespace;
import umlaut.net.inet.DatagramSock;
import umlaut.net.tcp.TcpRequest;
import umlaut.net.tcp.TcpSock;
import umlaut.net.tcp.TcpTimeWait;

/** /proc/net/tcp, udp and raw: one line a socket (tcp4_seq_show and its like). The namespace's lock is held. */
final class ProcSockets {
    private static final String TCP =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
    private static final String UDP =
            "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops";
    private static final String TCP6 =
            "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
    private static final long TICK_NS = 10_000_000;

    private final NetNamespace net;

    ProcSockets(NetNamespace net) {
        this.net = net;
    }

    private static String end(int family, IpAddress a, int port) {
        if (family == SockConst.AF_INET) {
            return ProcNet.hex4(a.v4()) + ":%04X".formatted(port);
        }
        return "%s%s%s%s:%04X"
                .formatted(
                        ProcNet.hex4((int) (a.high >>> 32)),
                        ProcNet.hex4((int) a.high),
                        ProcNet.hex4((int) (a.low >>> 32)),
                        ProcNet.hex4((int) a.low),
                        port);
    }

    private static void line(StringBuilder out, int family, String text) {
        out.append(family == SockConst.AF_INET ? "%-149s\n".formatted(text) : text + "\n");
    }

    void tcp(StringBuilder out, int family) {
        line(out, family, family == SockConst.AF_INET ? TCP : TCP6);
        int n = 0;
        for (TcpSock s : net.tcp.socks()) {
            if (s.family == family) {
                line(out, family, tcpLine(n++, s));
            }
        }
        for (TcpRequest r : net.tcp.requests()) {
            if (r.family() == family) {
                String text = "%4d: %s %s %02X %08X:%08X %02X:%08X %08X %5d %8d %d %d %016x"
                        .formatted(
                                n++,
                                end(family, r.local(), r.localPort()),
                                end(family, r.remote(), r.remotePort()),
                                InetConst.TCP_SYN_RECV,
                                0,
                                0,
                                1,
                                r.remainingNs() / TICK_NS,
                                r.retransmits(),
                                r.uid(),
                                0,
                                0,
                                0,
                                0);
                line(out, family, text);
            }
        }
        for (TcpTimeWait t : net.tcp.timeWaits()) {
            if (t.family == family) {
                String text = "%4d: %s %s %02X %08X:%08X %02X:%08X %08X %5d %8d %d %d %016x"
                        .formatted(
                                n++,
                                end(family, t.local(), t.localPort()),
                                end(family, t.remote(), t.remotePort()),
                                t.state(),
                                0,
                                0,
                                3,
                                t.remainingNs() / TICK_NS,
                                0,
                                0,
                                0,
                                0,
                                3,
                                0);
                line(out, family, text);
            }
        }
    }

    private static String tcpLine(int n, TcpSock s) {
        long[] timer = s.timerState();
        boolean listening = s.state() == InetConst.TCP_LISTEN;
        int received = listening ? s.acceptQueue()[0] : Math.max(0, s.inputBytes());
        return "%4d: %s %s %02X %08X:%08X %02X:%08X %08X %5d %8d %d %d %016x %d %d %d %d %d"
                .formatted(
                        n,
                        end(s.family, s.local, s.localPort),
                        end(s.family, s.remote, s.remotePort),
                        s.state(),
                        listening ? 0 : s.outputBytes(),
                        received,
                        timer[0],
                        timer[1] / TICK_NS,
                        timer[2],
                        s.uid(),
                        timer[3],
                        s.inode(),
                        s.inode() == 0 ? 0 : 1,
                        0,
                        100,
                        0,
                        0,
                        10,
                        listening ? s.acceptQueue()[1] : -1);
    }

    void datagrams(StringBuilder out, int family, List<? extends DatagramSock> socks) {
        if (family == SockConst.AF_INET) {
            out.append("%-127s\n".formatted(UDP));
        } else {
            out.append(TCP6).append(" ref pointer drops\n");
        }
        for (DatagramSock s : socks) {
            if (s.family != family) {
                continue;
            }
            int port = s.type == SockConst.SOCK_RAW ? s.protocol : s.localPort;
            String text = "%5d: %s %s %02X %08X:%08X %02X:%08X %08X %5d %8d %d %d %016x %d"
                    .formatted(
                            port,
                            end(family, s.local, port),
                            end(family, s.remote, s.remotePort),
                            s.state(),
                            0,
                            s.charged(),
                            0,
                            0,
                            0,
                            s.uid(),
                            0,
                            s.inode(),
                            2,
                            0,
                            s.drops());
            out.append(family == SockConst.AF_INET ? "%-127s\n".formatted(text) : text + "\n");
        }
    }
}
