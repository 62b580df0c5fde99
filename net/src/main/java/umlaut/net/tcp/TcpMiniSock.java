package umlaut.net.tcp;

import umlaut.net.core.IpAddress;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.NetTimer;

/** What stands for a connection before it is one, and after (Linux: tcp_minisocks.c). Guarded by the namespace's lock. */
abstract class TcpMiniSock implements TcpFlow {
    final NetNamespace net;
    final Key key;
    final NetTimer timer;

    TcpMiniSock(NetNamespace net, Key key) {
        this.net = net;
        this.key = key;
        timer = net.timers.create(this::timeIsUp);
    }

    abstract void timeIsUp();

    @Override
    public final Key key() {
        return key;
    }

    public final IpAddress local() {
        return key.local();
    }

    public final int localPort() {
        return key.localPort();
    }

    public final IpAddress remote() {
        return key.remote();
    }

    public final int remotePort() {
        return key.remotePort();
    }

    /** Until the timer's next turn. */
    public final long remainingNs() {
        return Math.max(0, timer.deadlineNs() - net.nowNs());
    }
}
