package umlaut.net.netlink;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Netlink;
import umlaut.net.core.Be;
import umlaut.net.core.IpAddress;

/** A netlink message's fixed part and attributes, checked for their bounds. */
public final class NlReader {
    private final byte[] bytes;
    private final Map<Integer, byte[]> attributes;

    private NlReader(byte[] fixed, Map<Integer, byte[]> attributes) {
        this.bytes = fixed;
        this.attributes = attributes;
    }

    /** @param fixed length of the family's header; shorter ones are padded. @throws umlaut.abi.ErrnoException EINVAL */
    public static NlReader of(byte[] payload, int fixed) {
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

    public int u8(int at) {
        return bytes[at] & 0xff;
    }

    public int u16(int at) {
        return Short.reverseBytes((short) Be.u16(bytes, at)) & 0xffff;
    }

    public int i32(int at) {
        return Integer.reverseBytes(Be.i32(bytes, at));
    }

    public boolean has(int type) {
        return attributes.containsKey(type);
    }

    public byte @Nullable [] data(int type) {
        return attributes.get(type);
    }

    public @Nullable NlReader nested(int type) {
        byte[] data = attributes.get(type);
        return data == null ? null : of(data, 0);
    }

    public @Nullable String text(int type) {
        byte[] data = attributes.get(type);
        if (data == null) {
            return null;
        }
        String all = new String(data, StandardCharsets.ISO_8859_1);
        int end = all.indexOf('\0');
        return end < 0 ? all : all.substring(0, end);
    }

    public int number(int type, int otherwise) {
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
    public @Nullable IpAddress address(int type) {
        byte[] data = attributes.get(type);
        if (data == null) {
            return null;
        }
        if (data.length != 4 && data.length != 16) {
            throw Errno.EINVAL.exception();
        }
        return IpAddress.of(data, 0, data.length);
    }

    // --- numbers in network byte order, as netfilter has them ---

    public int be32(int type, int otherwise) {
        byte[] data = attributes.get(type);
        if (data == null) {
            return otherwise;
        }
        if (data.length < 4) {
            throw Errno.EINVAL.exception();
        }
        return Be.i32(data, 0);
    }

    public long be64(int type, long otherwise) {
        byte[] data = attributes.get(type);
        if (data == null) {
            return otherwise;
        }
        if (data.length < 8) {
            throw Errno.EINVAL.exception();
        }
        return Be.i64(data, 0);
    }

    /** @throws umlaut.abi.ErrnoException EINVAL: there is none */
    public String needText(int type) {
        String text = text(type);
        if (text == null) {
            throw Errno.EINVAL.exception();
        }
        return text;
    }

    /** @throws umlaut.abi.ErrnoException EINVAL: there is none */
    public NlReader needNested(int type) {
        NlReader nested = nested(type);
        if (nested == null) {
            throw Errno.EINVAL.exception();
        }
        return nested;
    }

    /** The attributes in a nested one that is a list, in order, whatever their types. */
    public List<NlReader> list(int type) {
        byte[] data = attributes.get(type);
        List<NlReader> found = new ArrayList<>();
        for (int at = 0; data != null && at + 4 <= data.length; ) {
            int size = Short.reverseBytes((short) Be.u16(data, at)) & 0xffff;
            if (size < 4 || at + size > data.length) {
                throw Errno.EINVAL.exception();
            }
            found.add(of(Arrays.copyOfRange(data, at + 4, at + size), 0));
            at += size + 3 & ~3;
        }
        return found;
    }
}
