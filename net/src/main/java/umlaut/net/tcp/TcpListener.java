package umlaut.net.tcp;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Poll;
import umlaut.net.core.Counter;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;

/** A listening socket's part: connections being opened, and those that wait to be accepted (Linux: inet_connection_sock.c, tcp_conn_request). Guarded by the namespace's lock. */
final class TcpListener {
    private final TcpSock sock;
    private final NetNamespace net;
    private final ArrayDeque<TcpSock> accepted = new ArrayDeque<>(2);
    private final List<TcpRequest> requests = new ArrayList<>(0);
    int backlog;

    TcpListener(TcpSock sock, int backlog) {
        this.sock = sock;
        this.net = sock.net;
        this.backlog = backlog;
    }

    boolean isFull() {
        return accepted.size() > backlog;
    }

    int waiting() {
        return accepted.size();
    }

    @Nullable TcpSock poll() {
        return accepted.pollFirst();
    }

    void forget(TcpRequest request) {
        requests.remove(request);
    }

    // --- segments ---

    /** A segment to the listener that belongs to no connection; taken over. */
    void segment(SkBuff skb, TcpHeader h) {
        if (h.has(TcpHeader.RST)) {
            skb.release();
        } else if (h.has(TcpHeader.ACK)) {
            if (!h.has(TcpHeader.SYN) && cookie(skb, h)) {
                return;
            }
            net.tcp.refuse(skb, h);
            skb.release();
        } else if (h.has(TcpHeader.SYN)) {
            if (!h.has(TcpHeader.FIN)) {
                open(skb, h);
            }
            skb.release();
        } else {
            skb.release();
        }
    }

    private static TcpFlow.Key key(SkBuff skb, TcpHeader h) {
        return new TcpFlow.Key(skb.destination, h.destinationPort, skb.source, h.sourcePort);
    }

    private void open(SkBuff skb, TcpHeader h) {
        if (skb.packetType != 0 || skb.source.isAny()) {
            return;
        }
        if (isFull()) {
            net.counters.add(Counter.EXT_LISTEN_OVERFLOWS);
            net.counters.add(Counter.EXT_LISTEN_DROPS);
            return;
        }
        if (net.tcp.isProxied(sock) && net.proxy != null) {
            if (requests.size() < net.settings.maxSynBacklog) {
                TcpRequest request = new TcpRequest(sock, key(skb, h), skb, h, net.tcp.initialSequence(key(skb, h)));
                requests.add(request);
                net.tcp.add(request);
                request.hold(skb, net.proxy);
            }
            return;
        }
        boolean crowded = requests.size() >= Math.min(backlog + 1, net.settings.maxSynBacklog);
        if (crowded || net.settings.synCookies == 2) {
            if (net.settings.synCookies == 0) {
                net.counters.add(Counter.EXT_LISTEN_DROPS);
                return;
            }
            net.counters.add(Counter.EXT_TCP_REQ_Q_FULL_DO_COOKIES);
            answerWithCookie(skb, h);
            return;
        }
        TcpRequest request = new TcpRequest(sock, key(skb, h), skb, h, net.tcp.initialSequence(key(skb, h)));
        requests.add(request);
        net.tcp.add(request);
        request.begin();
    }

    private void answerWithCookie(SkBuff skb, TcpHeader h) {
        TcpFlow.Key key = key(skb, h);
        int mss = Math.min(h.mss == 0 ? 536 : h.mss, sock.buffers.advertisedMss(key, skb.device));
        int iss = net.tcp.cookies.make(key, h.seq, mss, net.nowNs());
        TcpRequest request = new TcpRequest(sock, key, skb, h, iss);
        request.forgetOptions();
        request.answer();
        net.counters.add(Counter.EXT_SYNCOOKIES_SENT);
    }

    /** An acknowledgement that may be of a cookie's. @return true if it was, and the segment has been taken */
    private boolean cookie(SkBuff skb, TcpHeader h) {
        if (net.settings.synCookies == 0
                || requests.isEmpty()
                        && net.settings.synCookies != 2
                        && !isFull()
                        && net.counters.get(Counter.EXT_SYNCOOKIES_SENT) == 0) {
            return false;
        }
        TcpFlow.Key key = key(skb, h);
        int mss = net.tcp.cookies.check(key, h.seq - 1, h.ack - 1, net.nowNs());
        if (mss == 0) {
            net.counters.add(Counter.EXT_SYNCOOKIES_FAILED);
            return false;
        }
        if (isFull()) {
            skb.release();
            return true;
        }
        net.counters.add(Counter.EXT_SYNCOOKIES_RECV);
        TcpRequest request = TcpRequest.ofCookie(sock, key, skb, h, mss);
        complete(request, skb, h);
        return true;
    }

    /** The handshake is complete: makes the connection and gives it the segment. */
    void complete(TcpRequest request, SkBuff skb, TcpHeader h) {
        TcpSock child = request.makeChild();
        net.tcp.remove(request);
        requests.remove(request);
        net.tcp.add(child);
        net.tcp.ports.add(child.localPort, child);
        net.counters.add(Counter.TCP_PASSIVE_OPENS);
        accepted.addLast(child);
        child.input.segment(skb, h);
        sock.readers.wake(Poll.POLLIN | Poll.POLLRDNORM);
    }

    /** The listener ends: what has not been accepted is reset. */
    void close() {
        for (TcpRequest request : List.copyOf(requests)) {
            request.drop();
        }
        requests.clear();
        for (TcpSock child; (child = accepted.pollFirst()) != null; ) {
            child.abandon();
        }
    }
}
