package umlaut.kernel.trace;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.ArgKind;
import umlaut.abi.AtFlags;
import umlaut.abi.FlagSets;
import umlaut.abi.Nr;
import umlaut.abi.Signal;
import umlaut.abi.StructSize;
import umlaut.abi.SyscallSpec;
import umlaut.abi.SyscallSpec.Arg;
import umlaut.abi.SyscallTable;
import umlaut.engine.UserMemory;

/**
 * System calls in the form of strace(1): {@code openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3}.
 *
 * <p>A call is looked at twice: {@link #enter} reads what the call is about to read, {@link #exit} what it has written. Safe
 * for use by many threads.
 */
public final class SyscallFormat {
    private static final int MAX_PATH = 4096;
    private static final int RESULT_COLUMN = 40;

    private final SyscallTable table;
    private final FlagSets sets;
    private final StructFormat structs;
    private final SocketFormat sockets;
    private final SpecialCalls special;
    private final ResultFormat results;

    public SyscallFormat(SyscallTable table, FlagSets sets) {
        this.table = table;
        this.sets = sets;
        this.structs = new StructFormat(sets);
        this.sockets = new SocketFormat(sets);
        this.special = new SpecialCalls(sets, sockets);
        this.results = new ResultFormat(sets);
    }

    /**
     * The texts of a call's arguments before it runs; null stands for those it will write.
     *
     * @param args six registers
     */
    public @Nullable String[] enter(int number, long[] args, UserMemory memory) {
        SyscallSpec spec = table.spec(number);
        @Nullable String[] texts = new @Nullable String[6];
        if (spec != null) {
            TracedCall call = TracedCall.before(spec, args, new GuestReader(memory));
            for (int i = 0; i < spec.args().size(); i++) {
                boolean later = spec.args().get(i).kind().isOut() && !isShownAtEntry(spec, i) || isUnknown(spec, i);
                texts[i] = later ? null : argument(call, i);
            }
        }
        return texts;
    }

    /** Poll's and select's sets, and numbers passed by address, are shown as they were; what they became follows. */
    private static boolean isShownAtEntry(SyscallSpec spec, int i) {
        Arg arg = spec.args().get(i);
        return switch (arg.kind()) {
            case ARRAY_INOUT, FDSET -> true;
            case STRUCT_INOUT -> !arg.detail().equals("msghdr") && !arg.detail().equals("timex");
            default -> false;
        };
    }

    /** Memory whose kind only another argument tells: looked at when all is done. */
    private static boolean isUnknown(SyscallSpec spec, int i) {
        return spec.args().get(i).kind() == ArgKind.PTR
                || spec.number() == Nr.IOCTL && i == 2
                || spec.number() == Nr.FCNTL && i == 2
                || spec.number() == Nr.PRCTL && i == 1;
    }

    /** A whole line of a call that is done, without the task's id. @param entered what {@link #enter} gave */
    public String exit(int number, long[] args, @Nullable String[] entered, UserMemory memory, long result) {
        SyscallSpec spec = table.spec(number);
        if (spec == null) {
            StringBuilder text = new StringBuilder(table.name(number)).append('(');
            for (int i = 0; i < 6; i++) {
                text.append(i > 0 ? ", " : "").append(Fields.hex(args[i]));
            }
            return line(text.append(')'), ResultFormat.error(result));
        }
        TracedCall call = TracedCall.after(spec, args, new GuestReader(memory), result);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < spec.args().size(); i++) {
            String before = entered[i];
            String text = before == null ? argument(call, i) : before + changed(call, i, before);
            if (!text.isEmpty()) {
                texts.add(text);
            }
        }
        return line(new StringBuilder(prefix(spec, texts)).append(')'), results.format(call));
    }

    /** A line of a call that has not returned: it never will, or another line must be printed. */
    public String unfinished(int number, @Nullable String[] entered, String result) {
        SyscallSpec spec = table.spec(number);
        List<String> texts = new ArrayList<>();
        for (String text : entered) {
            if (text != null && !text.isEmpty()) {
                texts.add(text);
            }
        }
        String start = spec == null ? table.name(number) + "(" : prefix(spec, texts);
        return line(new StringBuilder(start).append(result.equals("?") ? ")" : ""), result);
    }

    private static String prefix(SyscallSpec spec, List<String> texts) {
        if (spec.number() == Nr.CLONE && texts.size() > 1) {
            // strace shows the stack first.
            texts.add(0, texts.remove(1));
        }
        return spec.name() + "(" + String.join(", ", texts);
    }

    private static String line(StringBuilder text, String result) {
        text.append(" ".repeat(Math.max(0, RESULT_COLUMN - 1 - text.length())));
        return text.append(" = ").append(result).toString();
    }

    /** What a number passed by address has become: {@code  => [16]}. */
    private String changed(TracedCall call, int i, String before) {
        Arg arg = call.spec().args().get(i);
        boolean number = arg.kind() == ArgKind.STRUCT_INOUT
                && (arg.detail().equals("int") || arg.detail().equals("long"));
        if (!number || !call.succeeded() || call.l(i) == 0) {
            return "";
        }
        String after = argument(call, i);
        return after.equals(before) ? "" : " => " + after;
    }

    private String argument(TracedCall call, int i) {
        String text = special.argument(call, i);
        if (text != null) {
            return text;
        }
        Arg arg = call.spec().args().get(i);
        long value = call.l(i);
        return switch (arg.kind()) {
            case INT, FD, PID -> Integer.toString((int) value);
            case UINT -> Integer.toUnsignedString((int) value);
            case LONG, OFF -> Long.toString(value);
            case ULONG, SIZE -> Long.toUnsignedString(value);
            case HEX, KEY -> Fields.hex(value);
            case DIRFD -> (int) value == AtFlags.AT_FDCWD ? "AT_FDCWD" : Integer.toString((int) value);
            case UID, GID -> StructFormat.id((int) value);
            case SIGNAL -> Signal.name((int) value);
            case MODE -> StructFormat.mode((int) value & 0xffff);
            case DEV -> StructFormat.device(value);
            case ADDR, PTR -> Fields.pointer(value);
            case FLAGS -> sets.flags(arg.detail(), is64Bit(call) ? value : value & 0xffff_ffffL);
            case ENUM -> number(arg.detail(), (int) value);
            default -> value == 0 ? "NULL" : memory(call, i, arg, value);
        };
    }

    private static boolean is64Bit(TracedCall call) {
        return call.number() == Nr.CLONE || call.number() == Nr.MMAP || call.number() == Nr.MOUNT;
    }

    private String number(String set, int value) {
        String name = sets.valueOrNull(set, value);
        return name != null ? name : sets.value(set, value & 0xffff_ffffL);
    }

    private String memory(TracedCall call, int i, Arg arg, long address) {
        ArgKind kind = arg.kind();
        boolean onlyOut = kind.isOut() && call.spec().args().get(i).kind() != ArgKind.STRUCT_INOUT;
        if (call.done() && onlyOut && !call.succeeded()) {
            return Fields.pointer(address);
        }
        long length = arg.length() < 0 ? 0 : call.l(arg.length());
        int count = (int) length;
        return switch (kind) {
            case PATH, STR, STR_OUT -> text(call.memory(), address);
            case BUF_IN -> SocketFormat.buffer(call.memory(), address, length);
            case BUF_OUT -> SocketFormat.buffer(call.memory(), address, Math.min(length, call.result()));
            case IOV_IN -> sockets.vector(call.memory(), address, length, Long.MAX_VALUE);
            case IOV_OUT -> sockets.vector(call.memory(), address, length, call.result());
            case SOCKADDR_IN -> sockets.address(call.memory(), address, count);
            case SOCKADDR_OUT -> addressOut(call, address, length);
            case SIGSET_IN, SIGSET_OUT -> signals(call.memory(), address);
            case FDSET -> bits(call.memory(), address, count);
            case ARGV -> arguments(call.memory(), address);
            case ENVP -> environment(call.memory(), address);
            case ARRAY_IN, ARRAY_INOUT -> array(call.memory(), arg.detail(), address, count);
            case ARRAY_OUT -> array(call.memory(), arg.detail(), address, call.result());
            default -> struct(call.memory(), arg.detail(), address);
        };
    }

    private String struct(GuestReader memory, String name, long address) {
        MemorySegment s = memory.bytes(address, StructSize.of(name));
        return s == null ? Fields.pointer(address) : structs.format(name, s);
    }

    private String array(GuestReader memory, String name, long address, long count) {
        int size = StructSize.of(name);
        int shown = (int) Math.min(Math.max(count, 0), SocketFormat.MAX_ELEMENTS);
        MemorySegment s = memory.bytes(address, shown * size);
        if (s == null) {
            return Fields.pointer(address);
        }
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < shown; i++) {
            String element = structs.format(name, s.asSlice((long) i * size, size));
            boolean bare = name.equals("int") || name.equals("uint");
            text.append(i > 0 ? ", " : "").append(bare ? element.substring(1, element.length() - 1) : element);
        }
        return text.append(count > shown ? ", ...]" : "]").toString();
    }

    private static String text(GuestReader memory, long address) {
        byte[] text = memory.text(address, MAX_PATH);
        return text == null ? Fields.pointer(address) : Quote.all(text);
    }

    private String addressOut(TracedCall call, long address, long lengthAddress) {
        Integer length = call.memory().getInt(lengthAddress);
        return length == null ? Fields.pointer(address) : sockets.address(call.memory(), address, length);
    }

    private static String signals(GuestReader memory, long address) {
        Long set = memory.getLong(address);
        return set == null ? Fields.pointer(address) : SignalFormat.set(set);
    }

    private static String bits(GuestReader memory, long address, int count) {
        int shown = Math.min(Math.max(count, 0), 1024);
        MemorySegment s = memory.bytes(address, (shown + 63) / 64 * 8);
        return s == null ? Fields.pointer(address) : Bits.list(s, shown);
    }

    private static String arguments(GuestReader memory, long address) {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < SocketFormat.MAX_ELEMENTS; i++) {
            Long pointer = memory.getLong(address + 8L * i);
            if (pointer == null) {
                return i == 0 ? Fields.pointer(address) : text + ", ???]";
            }
            if (pointer == 0) {
                return text + "]";
            }
            text.append(i > 0 ? ", " : "").append(text(memory, pointer));
        }
        return text + ", ...]";
    }

    private static String environment(GuestReader memory, long address) {
        int count = 0;
        Long pointer;
        while ((pointer = memory.getLong(address + 8L * count)) != null && pointer != 0 && count < 100_000) {
            count++;
        }
        return Fields.pointer(address) + " /* " + count + (count == 1 ? " var */" : " vars */");
    }
}
