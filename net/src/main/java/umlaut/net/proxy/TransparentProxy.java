package umlaut.net.proxy;

import umlaut.net.core.SkBuff;
import umlaut.net.tcp.TcpRequest;

/**
 * Gets what comes in for other machines, and what comes in for this one but finds no socket, instead of it being forwarded or refused (ip(7), IP_TRANSPARENT). Called with the namespace's lock
 * held.
 */
public interface TransparentProxy {
    /** A client wants a connection. Nothing has been answered: {@link TcpRequest#admit} or {@link TcpRequest#refuse} is to be called. */
    void connection(TcpRequest request);

    /** A connection that had been admitted will not come about after all. */
    void gone(TcpRequest request);

    /** A UDP datagram, starting at its header, which is whole; taken over. */
    void datagram(SkBuff skb);

    /** An ICMP or ICMPv6 echo request for another machine, starting at its header; stays the caller's. */
    void echo(SkBuff skb);
}
