package umlaut.kernel.trace;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.FlagSets;
import umlaut.abi.Ifreq;
import umlaut.abi.Ioctl;
import umlaut.abi.Le;
import umlaut.abi.Termios;
import umlaut.abi.Winsize;

/** Requests and arguments of ioctl(2) as strace(1) prints them. */
final class IoctlFormat {
    private final FlagSets sets;

    IoctlFormat(FlagSets sets) {
        this.sets = sets;
    }

    /** Argument 1, the request, or 2, what it points at. */
    @Nullable String argument(TracedCall call, int i) {
        int request = call.i(1);
        if (i == 1) {
            return name(request);
        }
        return switch (request) {
            case Ioctl.TCSETS, Ioctl.TCSETSW, Ioctl.TCSETSF -> termios(call);
            case Ioctl.TCGETS -> call.succeeded() ? termios(call) : null;
            case Ioctl.TIOCSWINSZ -> winsize(call);
            case Ioctl.TIOCGWINSZ -> call.succeeded() ? winsize(call) : null;
            case Ioctl.TIOCSPGRP, Ioctl.TIOCSPTLCK, Ioctl.FIONBIO, Ioctl.FIOASYNC, Ioctl.TIOCPKT -> number(call);
            case Ioctl.TIOCGPGRP, Ioctl.TIOCGSID, Ioctl.TIOCGPTN, Ioctl.FIONREAD, Ioctl.TIOCOUTQ ->
                call.succeeded() ? number(call) : null;
            case Ioctl.FIOCLEX, Ioctl.FIONCLEX, Ioctl.TIOCNOTTY, Ioctl.TIOCEXCL, Ioctl.TIOCNXCL -> SpecialCalls.SKIP;
            case Ioctl.TCSBRK, Ioctl.TCXONC, Ioctl.TCFLSH, Ioctl.TIOCSCTTY, Ioctl.FICLONE -> Long.toString(call.l(2));
            default -> (request & 0xff00) == 0x8900 ? device(call) : null;
        };
    }

    private String name(int request) {
        String name = sets.valueOrNull("ioctl", request & 0xffff_ffffL);
        if (name != null) {
            return name;
        }
        String direction = switch (Ioctl.direction(request)) {
            case 0 -> "_IOC_NONE";
            case 1 -> "_IOC_WRITE";
            case 2 -> "_IOC_READ";
            default -> "_IOC_READ|_IOC_WRITE";
        };
        return "_IOC(" + direction + ", " + Fields.hex(Ioctl.type(request)) + ", " + Fields.hex(Ioctl.number(request))
                + ", " + Fields.hex(Ioctl.size(request)) + ")";
    }

    private static @Nullable MemorySegment read(TracedCall call, int size) {
        return call.l(2) == 0 ? null : call.memory().bytes(call.l(2), size);
    }

    private static @Nullable String number(TracedCall call) {
        MemorySegment s = read(call, 4);
        return s == null ? null : "[" + Le.getInt(s, 0) + "]";
    }

    private static @Nullable String winsize(TracedCall call) {
        MemorySegment s = read(call, Winsize.SIZE);
        return s == null
                ? null
                : new Fields(s)
                        .put("ws_row", Le.getUnsignedShort(s, Winsize.WS_ROW))
                        .put("ws_col", Le.getUnsignedShort(s, Winsize.WS_COL))
                        .put("ws_xpixel", Le.getUnsignedShort(s, Winsize.WS_XPIXEL))
                        .put("ws_ypixel", Le.getUnsignedShort(s, Winsize.WS_YPIXEL))
                        .toString();
    }

    private static @Nullable String termios(TracedCall call) {
        MemorySegment s = read(call, Termios.SIZE);
        return s == null
                ? null
                : new Fields(s)
                        .put("c_iflag", Fields.hex(Le.getUnsignedInt(s, Termios.C_IFLAG)))
                        .put("c_oflag", Fields.hex(Le.getUnsignedInt(s, Termios.C_OFLAG)))
                        .put("c_cflag", Fields.hex(Le.getUnsignedInt(s, Termios.C_CFLAG)))
                        .put("c_lflag", Fields.hex(Le.getUnsignedInt(s, Termios.C_LFLAG)))
                        .dots()
                        .toString();
    }

    /** A request about a network device, named in the first 16 bytes. */
    private static @Nullable String device(TracedCall call) {
        byte[] name = call.l(2) == 0 ? null : call.memory().text(call.l(2), Ifreq.IFNAMSIZ);
        return name == null || name.length == 0 ? null : "{ifr_name=" + Quote.all(name) + ", ...}";
    }
}
