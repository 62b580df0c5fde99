package umlaut.kernel.trace;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Cmsghdr;
import umlaut.abi.FlagSets;
import umlaut.abi.Iovec;
import umlaut.abi.Le;
import umlaut.abi.Linger;
import umlaut.abi.Msghdr;
import umlaut.abi.SockConst;
import umlaut.abi.SockaddrIn;
import umlaut.abi.SockaddrIn6;
import umlaut.abi.SockaddrLl;
import umlaut.abi.SockaddrNl;
import umlaut.abi.SockaddrUn;
import umlaut.abi.Timeval;
import umlaut.abi.Ucred;

/** Socket addresses, messages, options and I/O vectors as strace(1) prints them. */
final class SocketFormat {
    /** Elements of a vector or array that are shown. */
    static final int MAX_ELEMENTS = 32;

    /** The first run of two zero words or more in an IPv6 address. */
    private static final Pattern ZEROS = Pattern.compile("(^|:)0(:0)+(:|$)");

    private final FlagSets sets;

    SocketFormat(FlagSets sets) {
        this.sets = sets;
    }

    /** A socket address of {@code length} bytes in guest memory. */
    String address(GuestReader memory, long address, long length) {
        if (address == 0) {
            return "NULL";
        }
        int size = (int) Math.min(Math.max(length, 0), 128);
        MemorySegment s = size < 2 ? null : memory.bytes(address, size);
        return s == null ? Fields.pointer(address) : address(s);
    }

    private String address(MemorySegment s) {
        int family = Le.getUnsignedShort(s, 0);
        long size = s.byteSize();
        Fields fields = new Fields(s).put("sa_family", sets.value("family", family));
        if (family == SockConst.AF_UNIX && size > 2) {
            return fields.put("sun_path", unixPath(s)).toString();
        }
        if (family == SockConst.AF_INET && size >= 8) {
            byte[] address = Le.getBytes(s, SockaddrIn.SIN_ADDR, 4);
            return fields.put("sin_port", "htons(" + Le.getNetShort(s, SockaddrIn.SIN_PORT) + ")")
                    .put("sin_addr", "inet_addr(\"" + inet(address) + "\")")
                    .toString();
        }
        if (family == SockConst.AF_INET6 && size >= SockaddrIn6.SIZE_RFC2133) {
            return inet6(fields, s).toString();
        }
        if (family == SockConst.AF_NETLINK && size >= SockaddrNl.SIZE) {
            return fields.int32("nl_pid", SockaddrNl.NL_PID)
                    .put("nl_groups", "%08x".formatted(Le.getInt(s, SockaddrNl.NL_GROUPS)))
                    .toString();
        }
        if (family == SockConst.AF_PACKET && size >= SockaddrLl.SLL_ADDR) {
            return fields.put("sll_protocol", "htons(" + Le.getNetShort(s, SockaddrLl.SLL_PROTOCOL) + ")")
                    .int32("sll_ifindex", SockaddrLl.SLL_IFINDEX)
                    .dots()
                    .toString();
        }
        byte[] rest = Le.getBytes(s, 2, (int) size - 2);
        return size == 2
                ? fields.toString()
                : fields.put("sa_data", Quote.cut(rest, rest.length)).toString();
    }

    private static Fields inet6(Fields fields, MemorySegment s) {
        String address = inet(Le.getBytes(s, SockaddrIn6.SIN6_ADDR, 16));
        fields.put("sin6_port", "htons(" + Le.getNetShort(s, SockaddrIn6.SIN6_PORT) + ")")
                .put("sin6_flowinfo", "htonl(" + Le.getNetInt(s, SockaddrIn6.SIN6_FLOWINFO) + ")")
                .bare("inet_pton(AF_INET6, \"" + address + "\", &sin6_addr)");
        return s.byteSize() < SockaddrIn6.SIZE ? fields : fields.uint32("sin6_scope_id", SockaddrIn6.SIN6_SCOPE_ID);
    }

    private static String inet(byte[] address) {
        try {
            String text = InetAddress.getByAddress(address).getHostAddress();
            return address.length == 16 ? ZEROS.matcher(text).replaceFirst("::") : text;
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static String unixPath(MemorySegment s) {
        byte[] path = Le.getBytes(s, SockaddrUn.SUN_PATH, (int) s.byteSize() - SockaddrUn.SUN_PATH);
        if (path[0] == 0) {
            return "@" + Quote.all(Arrays.copyOfRange(path, 1, path.length));
        }
        int end = 0;
        while (end < path.length && path[end] != 0) {
            end++;
        }
        return Quote.all(Arrays.copyOf(path, end));
    }

    /** An I/O vector with its contents, of which the first {@code bytes} count; -1 shows the bare addresses. */
    String vector(GuestReader memory, long address, long count, long bytes) {
        if (address == 0) {
            return "NULL";
        }
        int shown = (int) Math.min(Math.max(count, 0), MAX_ELEMENTS);
        MemorySegment vector = memory.bytes(address, shown * Iovec.SIZE);
        if (vector == null) {
            return Fields.pointer(address);
        }
        StringBuilder text = new StringBuilder("[");
        long left = bytes;
        for (int i = 0; i < shown; i++) {
            long base = Iovec.base(vector, (long) i * Iovec.SIZE);
            long length = Iovec.length(vector, (long) i * Iovec.SIZE);
            String contents = bytes < 0 ? Fields.pointer(base) : buffer(memory, base, Math.min(length, left));
            left -= Math.min(length, left);
            text.append(i > 0 ? ", " : "").append("{iov_base=").append(contents);
            text.append(", iov_len=").append(Long.toUnsignedString(length)).append('}');
        }
        return text.append(count > shown ? ", ...]" : "]").toString();
    }

    /** The bytes of a buffer, cut; its address if it cannot be read. */
    static String buffer(GuestReader memory, long address, long length) {
        if (address == 0) {
            return "NULL";
        }
        MemorySegment bytes = length < 0 ? null : memory.bytes(address, (int) Math.min(length, Quote.LIMIT));
        return bytes == null ? Fields.pointer(address) : Quote.cut(bytes.toArray(ValueLayout.JAVA_BYTE), length);
    }

    /** A struct msghdr with all that hangs on it, of whose data {@code bytes} count. */
    String message(GuestReader memory, long address, long bytes) {
        MemorySegment s = address == 0 ? null : memory.bytes(address, Msghdr.SIZE);
        if (s == null) {
            return Fields.pointer(address);
        }
        int nameLength = Le.getInt(s, Msghdr.MSG_NAMELEN);
        long count = Le.getLong(s, Msghdr.MSG_IOVLEN);
        Fields fields = new Fields(s)
                .put("msg_name", address(memory, Le.getLong(s, Msghdr.MSG_NAME), nameLength))
                .put("msg_namelen", nameLength)
                .put("msg_iov", vector(memory, Le.getLong(s, Msghdr.MSG_IOV), count, bytes))
                .uint64("msg_iovlen", Msghdr.MSG_IOVLEN);
        long controlLength = Le.getLong(s, Msghdr.MSG_CONTROLLEN);
        if (controlLength != 0) {
            fields.put("msg_control", control(memory, Le.getLong(s, Msghdr.MSG_CONTROL), controlLength));
        }
        return fields.uint64("msg_controllen", Msghdr.MSG_CONTROLLEN)
                .put("msg_flags", sets.flags("msg", Le.getUnsignedInt(s, Msghdr.MSG_FLAGS)))
                .toString();
    }

    private String control(GuestReader memory, long address, long length) {
        MemorySegment s = length > 4096 ? null : memory.bytes(address, (int) length);
        if (s == null) {
            return Fields.pointer(address);
        }
        StringBuilder text = new StringBuilder("[");
        for (long at = 0; at + Cmsghdr.SIZE <= length; ) {
            long size = Le.getLong(s, at + Cmsghdr.CMSG_LEN);
            if (size < Cmsghdr.SIZE || size > length - at) {
                break;
            }
            text.append(at > 0 ? ", " : "").append(controlMessage(s.asSlice(at, size)));
            at += Cmsghdr.align(size);
        }
        return text.append(']').toString();
    }

    private String controlMessage(MemorySegment s) {
        int level = Le.getInt(s, Cmsghdr.CMSG_LEVEL);
        int type = Le.getInt(s, Cmsghdr.CMSG_TYPE);
        boolean socket = level == SockConst.SOL_SOCKET;
        MemorySegment data = s.asSlice(Cmsghdr.SIZE);
        String contents;
        if (socket && type == SockConst.SCM_RIGHTS) {
            contents = Arrays.toString(data.asSlice(0, data.byteSize() & ~3L).toArray(ValueLayout.JAVA_INT_UNALIGNED));
        } else if (socket && type == SockConst.SCM_CREDENTIALS && data.byteSize() >= Ucred.SIZE) {
            contents = credentials(data);
        } else {
            contents = Quote.cut(data.toArray(ValueLayout.JAVA_BYTE), data.byteSize());
        }
        return new Fields(s)
                .uint64("cmsg_len", Cmsghdr.CMSG_LEN)
                .put("cmsg_level", sets.value("sol", level))
                .put("cmsg_type", socket ? sets.value("scm", type) : Fields.hex(type))
                .put("cmsg_data", contents)
                .toString();
    }

    private static String credentials(MemorySegment s) {
        return new Fields(s)
                .int32("pid", Ucred.PID)
                .uint32("uid", Ucred.UID)
                .uint32("gid", Ucred.GID)
                .toString();
    }

    /** The name of an option, which depends on its level. */
    String optionName(int level, int option) {
        @Nullable String set = switch (level) {
            case SockConst.SOL_SOCKET -> "so";
            case SockConst.SOL_TCP -> "tcp";
            case SockConst.SOL_IP -> "ip";
            case SockConst.SOL_IPV6 -> "ipv6";
            case SockConst.SOL_NETLINK -> "netlink_option";
            default -> null;
        };
        return set == null ? Fields.hex(option) : sets.value(set, option);
    }

    /** The value of an option of so many bytes. */
    String optionValue(GuestReader memory, int level, int option, long address, int length) {
        MemorySegment s = address == 0 || length <= 0 || length > 256 ? null : memory.bytes(address, length);
        if (s == null) {
            return Fields.pointer(address);
        }
        if (level == SockConst.SOL_SOCKET && option == SockConst.SO_LINGER && length == Linger.SIZE) {
            return new Fields(s).int32("l_onoff", 0).int32("l_linger", 4).toString();
        }
        if (level == SockConst.SOL_SOCKET && option == SockConst.SO_PEERCRED && length == Ucred.SIZE) {
            return credentials(s);
        }
        boolean timeout = option == SockConst.SO_RCVTIMEO || option == SockConst.SO_SNDTIMEO;
        if (level == SockConst.SOL_SOCKET && timeout && length == Timeval.SIZE) {
            return StructFormat.timeval(s, 0);
        }
        return length == 4 ? "[" + Le.getInt(s, 0) + "]" : Quote.cut(s.toArray(ValueLayout.JAVA_BYTE), length);
    }
}
