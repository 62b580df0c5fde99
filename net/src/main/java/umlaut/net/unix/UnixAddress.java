package umlaut.net.unix;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.SockConst;
import umlaut.abi.SockaddrUn;

/**
 * A name of a unix socket (unix(7)): a path, or any bytes after a NUL (abstract).
 *
 * @param text the path, or what follows the NUL; Latin-1
 */
record UnixAddress(boolean isAbstract, String text) {
    /** A whole sockaddr without a name: just the family. */
    static byte[] unnamed() {
        return new byte[] {SockConst.AF_UNIX, 0};
    }

    /**
     * From a sockaddr as a program gave it; null if it has the family only, which asks for autobind.
     *
     * @throws umlaut.abi.ErrnoException EINVAL
     */
    static @Nullable UnixAddress parse(byte[] sockaddr) {
        if (sockaddr.length < SockaddrUn.SUN_PATH || sockaddr.length > SockaddrUn.SIZE) {
            throw Errno.EINVAL.exception();
        }
        if ((sockaddr[0] & 0xff | (sockaddr[1] & 0xff) << 8) != SockConst.AF_UNIX) {
            throw Errno.EINVAL.exception();
        }
        if (sockaddr.length == SockaddrUn.SUN_PATH) {
            return null;
        }
        int start = SockaddrUn.SUN_PATH;
        if (sockaddr[start] == 0) {
            return new UnixAddress(
                    true, new String(sockaddr, start + 1, sockaddr.length - start - 1, StandardCharsets.ISO_8859_1));
        }
        int end = start;
        while (end < sockaddr.length && sockaddr[end] != 0) {
            end++;
        }
        return new UnixAddress(false, new String(sockaddr, start, end - start, StandardCharsets.ISO_8859_1));
    }

    /** The whole sockaddr: a path ends with a NUL. */
    byte[] toSockaddr() {
        byte[] name = text.getBytes(StandardCharsets.ISO_8859_1);
        byte[] out = new byte[SockaddrUn.SUN_PATH + name.length + 1];
        out[0] = SockConst.AF_UNIX;
        System.arraycopy(name, 0, out, isAbstract ? SockaddrUn.SUN_PATH + 1 : SockaddrUn.SUN_PATH, name.length);
        return out;
    }

    /** As /proc/net/unix shows it. */
    String display() {
        return isAbstract ? "@" + text.replace('\0', '@') : text;
    }
}
