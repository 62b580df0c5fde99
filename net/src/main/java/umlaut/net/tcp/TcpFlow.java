package umlaut.net.tcp;

import umlaut.net.core.IcmpError;
import umlaut.net.core.IpAddress;
import umlaut.net.core.SkBuff;

/** One of the things that segments belong to: a connection, one that is being opened to a listener, or one in TIME_WAIT. Called with the namespace's lock held. */
public interface TcpFlow {
    /** Both ends of a connection. */
    record Key(IpAddress local, int localPort, IpAddress remote, int remotePort) {
        @Override
        public int hashCode() {
            return (local.hashCode() * 31 + remote.hashCode()) * 31 + localPort * 0x10001 + remotePort;
        }
    }

    Key key();

    /** A segment, starting at its header; taken over. */
    void segment(SkBuff skb, TcpHeader h);

    void icmpError(IcmpError error);

    /** TCP_*. */
    int state();
}
