package umlaut.net.netlink;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Netlink;
import umlaut.net.core.Be;
import umlaut.net.core.IpAddress;

/** A netlink message's fixed part and attributes, checked for their bounds. */
final class NlReader {
    private final byte[] bytes;
    private final Map<Integer, byte[]> attributes;

    private NlReader(byte[] fixed, Map<Integer, byte[]> attributes) {
        this.bytes = fixed;
        this.attributes = attributes;
    }

    /** @param fixed length of the family's header; shorter ones are padded. @throws umlaut.abi.ErrnoException EINVAL */
    static NlReader of(byte[] payload, int fixed) {
        byte[] head = Arrays.copyOf(payload, Math.max(fixed, 0));
        return new NlReader(head, payload.length > fixed ? parse(payload, fixed, payload.length) : Map.of());
    }

    private static Map<Integer, byte[]> parse(byte[] b, int from, int to) {
        Map<Integer, byte[]> found = new HashMap<>();
        int at = from;
        while (at + 4 <= to) {
            int size = Short.reverseBytes((short) Be.u16(b, at)) & 0xffff;
            int type = Short.reverseBytes((short) Be.u16(b, at + 2)) & Netlink.NLA_TYPE_MASK;
            if (size < 4 || at + size > to) {
                throw Errno.EINVAL.exception();
            }
            found.put(type, Arrays.copyOfRange(b, at + 4, at + size));
            at += size + 3 & ~3;
        }
        return found;
    }

    int u8(int at) {
        return bytes[at] & 0xff;
    }

    int u16(int at) {
        return Short.reverseBytes((short) Be.u16(bytes, at)) & 0xffff;
    }

    int i32(int at) {
        return Integer.reverseBytes(Be.i32(bytes, at));
    }

    boolean has(int type) {
        return attributes.containsKey(type);
    }

    byte @Nullable [] data(int type) {
        return attributes.get(type);
    }

    @Nullable NlReader nested(int type) {
        byte[] data = attributes.get(type);
        return data == null ? null : of(data, 0);
    }

    @Nullable String text(int type) {
        byte[] data = attributes.get(type);
        if (data == null) {
            return null;
        }
        String all = new String(data, StandardCharsets.ISO_8859_1);
        int end = all.indexOf('\0');
        return end < 0 ? all : all.substring(0, end);
    }

    int number(int type, int otherwise) {
        byte[] data = attributes.get(type);
        if (data == null) {
            return otherwise;
        }
        return switch (data.length) {
            case 1 -> data[0] & 0xff;
            case 2 -> Short.reverseBytes((short) Be.u16(data, 0)) & 0xffff;
            case 4, 8 -> Integer.reverseBytes(Be.i32(data, 0));
            default -> throw Errno.EINVAL.exception();
        };
    }

    /** An address of the family that the length says. */
    @Nullable IpAddress address(int type) {
        byte[] data = attributes.get(type);
        if (data == null) {
            return null;
        }
        if (data.length != 4 && data.length != 16) {
            throw Errno.EINVAL.exception();
        }
        return IpAddress.of(data, 0, data.length);
    }
}
