package umlaut.net.nftables;

import umlaut.abi.Errno;
import umlaut.net.core.Be;
import umlaut.net.core.IpAddress;

/** What iptables tells an extension: a struct of the C language's, as it lies in memory (include/uapi/linux/netfilter/xt_*.h). */
record XtInfo(byte[] bytes, boolean v4) {
    /** @throws umlaut.abi.ErrnoException EINVAL: it is shorter than the struct */
    XtInfo need(int size) {
        if (bytes.length < size) {
            throw Errno.EINVAL.exception();
        }
        return this;
    }

    int u8(int at) {
        return bytes[at] & 0xff;
    }

    int u16(int at) {
        return u8(at) | u8(at + 1) << 8;
    }

    int u32(int at) {
        return u16(at) | u16(at + 2) << 16;
    }

    /** In network order. */
    int be16(int at) {
        return Be.u16(bytes, at);
    }

    /** Of a union of both versions, which has 16 bytes. */
    IpAddress address(int at) {
        return IpAddress.of(bytes, at, v4 ? 4 : 16);
    }

    IpAddress address4(int at) {
        return IpAddress.of(bytes, at, 4);
    }

    /** Is an address, under a mask, the one that stands here with its mask behind it? */
    boolean masked(IpAddress a, int at) {
        byte[] given = a.bytes();
        for (int i = 0; i < given.length; i++) {
            if (((given[i] ^ bytes[at + i]) & bytes[at + 16 + i]) != 0) {
                return false;
            }
        }
        return true;
    }
}
