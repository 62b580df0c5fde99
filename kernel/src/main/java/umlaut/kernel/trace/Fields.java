package umlaut.kernel.trace;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Le;

/** Builds what strace(1) prints of a struct: {@code {name=value, name=value}}. */
final class Fields {
    private final MemorySegment from;
    private final StringBuilder text = new StringBuilder("{");

    Fields(MemorySegment from) {
        this.from = from;
    }

    /** A field whose value is a text at hand. */
    Fields put(String name, String value) {
        text.append(text.length() > 1 ? ", " : "").append(name).append('=').append(value);
        return this;
    }

    /** A text that stands for a field. */
    Fields bare(String field) {
        text.append(text.length() > 1 ? ", " : "").append(field);
        return this;
    }

    Fields put(String name, long value) {
        return put(name, Long.toString(value));
    }

    Fields int32(String name, long at) {
        return put(name, Le.getInt(from, at));
    }

    Fields uint32(String name, long at) {
        return put(name, Le.getUnsignedInt(from, at));
    }

    Fields int64(String name, long at) {
        return put(name, Le.getLong(from, at));
    }

    Fields uint64(String name, long at) {
        return put(name, Long.toUnsignedString(Le.getLong(from, at)));
    }

    Fields hex64(String name, long at) {
        return put(name, pointer(Le.getLong(from, at)));
    }

    /** What stands for fields left out. */
    Fields dots() {
        text.append(", ...");
        return this;
    }

    @Override
    public String toString() {
        return text + "}";
    }

    /** An address: {@code NULL} or in hexadecimal. */
    static String pointer(long address) {
        return address == 0 ? "NULL" : "0x" + Long.toHexString(address);
    }

    /** A number in hexadecimal, zero as {@code 0}. */
    static String hex(long value) {
        return value == 0 ? "0" : "0x" + Long.toHexString(value);
    }

    /** A number in octal as modes are: {@code 0644}, zero as {@code 000}. */
    static String octal(long value) {
        String digits = Long.toOctalString(value);
        return "0".repeat(Math.max(3 - digits.length(), 1)) + digits;
    }
}
