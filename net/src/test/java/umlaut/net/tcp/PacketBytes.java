package umlaut.net.tcp;

import umlaut.abi.InetConst;
import umlaut.net.core.Be;
import umlaut.net.core.Checksum;
import umlaut.net.core.IpAddress;

/** Packets made by hand. */
final class PacketBytes {
    private PacketBytes() {}

    /** An IPv4 packet with a bare TCP segment. */
    static byte[] tcp(IpAddress from, IpAddress to, int sourcePort, int destinationPort, int seq, int ack, int flags) {
        byte[] p = new byte[40];
        p[0] = 0x45;
        Be.put16(p, 2, 40);
        p[8] = 64;
        p[9] = InetConst.IPPROTO_TCP;
        from.put(p, 12);
        to.put(p, 16);
        Be.put16(p, 10, Checksum.of(p, 0, 20));
        Be.put16(p, 20, sourcePort);
        Be.put16(p, 22, destinationPort);
        Be.put32(p, 24, seq);
        Be.put32(p, 28, ack);
        p[32] = 0x50;
        p[33] = (byte) flags;
        Be.put16(p, 34, 1000);
        long pseudo = Checksum.pseudo(from, to, InetConst.IPPROTO_TCP, 20);
        Be.put16(p, 36, Checksum.fold(Checksum.add(pseudo, p, 20, 20)));
        return p;
    }
}
