package umlaut.net.tcp;

/** What TCP_INFO counts of a connection. Guarded by the namespace's lock. */
final class TcpStats {
    long bytesAcked;
    long bytesReceived;
    long bytesSent;
    long bytesRetransmitted;
    int segmentsOut;
    int segmentsIn;
    int dataSegmentsOut;
    int dataSegmentsIn;
    int totalRetransmits;
    int dupAcksSent;
    int outOfOrder;
    long lastDataSentNs;
    long lastDataReceivedNs;
    long lastAckReceivedNs;
    /** Segments delivered to the peer in all. */
    long delivered;
}
