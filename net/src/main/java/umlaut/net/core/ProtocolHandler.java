package umlaut.net.core;

/** A transport protocol over IP (Linux: struct net_protocol). Called with the namespace's lock held. */
public interface ProtocolHandler {
    /** A packet for this machine, starting at its transport header; the handler's to release. */
    void receive(SkBuff skb);

    /** A packet sent from here has met with an error. */
    default void error(IcmpError error) {}
}
