package umlaut.net.tcp;

import umlaut.net.core.Be;
import umlaut.net.core.SkBuff;

/** A segment's header, read (RFC 9293, 3.1; RFC 7323; RFC 2018). One object serves all segments of a namespace. */
final class TcpHeader {
    static final int SIZE = 20;
    static final int FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, URG = 32, ECE = 64, CWR = 128;
    static final int OPTION_MSS = 2, OPTION_SCALE = 3, OPTION_SACK_PERMITTED = 4, OPTION_SACK = 5, OPTION_TIMESTAMP = 8;
    private static final int MAX_SACKS = 4;

    int sourcePort;
    int destinationPort;
    int seq;
    int ack;
    int flags;
    int window;
    int urgent;
    /** Bytes of header and of data. */
    int length;

    int dataLength;

    int mss;
    /** -1 = not offered. */
    int scale;

    boolean sackPermitted;
    boolean hasTimestamp;
    int tsValue;
    int tsEcho;
    int sackCount;
    final int[] sackStart = new int[MAX_SACKS];
    final int[] sackEnd = new int[MAX_SACKS];

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** The sequence number behind the segment, SYN and FIN counted. */
    int end() {
        return seq + dataLength + (flags & SYN) / SYN + (flags & FIN);
    }

    /** Reads the header of a packet that starts with it. @return false if it is broken */
    boolean parse(SkBuff skb) {
        if (!skb.pullable(SIZE)) {
            return false;
        }
        byte[] b = skb.head();
        int at = skb.start();
        length = (b[at + 12] & 0xf0) >> 2;
        if (length < SIZE || !skb.pullable(length)) {
            return false;
        }
        b = skb.head();
        at = skb.start();
        sourcePort = Be.u16(b, at);
        destinationPort = Be.u16(b, at + 2);
        seq = Be.i32(b, at + 4);
        ack = Be.i32(b, at + 8);
        flags = b[at + 13] & 0xff;
        window = Be.u16(b, at + 14);
        urgent = Be.u16(b, at + 18);
        dataLength = skb.length() - length;
        options(b, at + SIZE, at + length);
        return true;
    }

    private void options(byte[] b, int from, int to) {
        mss = 0;
        scale = -1;
        sackPermitted = false;
        hasTimestamp = false;
        sackCount = 0;
        for (int i = from; i < to; ) {
            int kind = b[i] & 0xff;
            if (kind == 0) {
                return;
            }
            if (kind == 1) {
                i++;
                continue;
            }
            int size = i + 1 < to ? b[i + 1] & 0xff : 0;
            if (size < 2 || i + size > to) {
                return;
            }
            option(b, i, kind, size);
            i += size;
        }
    }

    private void option(byte[] b, int i, int kind, int size) {
        switch (kind) {
            case OPTION_MSS -> mss = size == 4 && has(SYN) ? Be.u16(b, i + 2) : mss;
            case OPTION_SCALE -> scale = size == 3 && has(SYN) ? Math.min(14, b[i + 2] & 0xff) : scale;
            case OPTION_SACK_PERMITTED -> sackPermitted |= size == 2 && has(SYN);
            case OPTION_TIMESTAMP -> {
                if (size == 10) {
                    hasTimestamp = true;
                    tsValue = Be.i32(b, i + 2);
                    tsEcho = Be.i32(b, i + 6);
                }
            }
            case OPTION_SACK -> {
                for (int j = 2; j + 8 <= size && sackCount < MAX_SACKS; j += 8) {
                    sackStart[sackCount] = Be.i32(b, i + j);
                    sackEnd[sackCount++] = Be.i32(b, i + j + 4);
                }
            }
            default -> {}
        }
    }
}
