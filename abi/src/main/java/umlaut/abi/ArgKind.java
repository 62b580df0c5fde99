package umlaut.abi;

import java.util.Locale;

/**
 * What an argument of a system call is, as the table {@code syscalls.tsv} says: enough to print it and to know which
 * guest memory belongs to it.
 */
public enum ArgKind {
    /** A signed 32-bit number. */
    INT,
    /** An unsigned 32-bit number. */
    UINT,
    LONG,
    ULONG,
    /** A size in bytes, 64 bits. */
    SIZE,
    /** A file offset, signed. */
    OFF,
    /** A number best read in hexadecimal. */
    HEX,
    FD,
    /** A descriptor of a directory, or AT_FDCWD. */
    DIRFD,
    PID,
    UID,
    GID,
    SIGNAL,
    /** Permission bits, with a file type for mknod. */
    MODE,
    DEV,
    /** A System V key. */
    KEY,
    /** A guest address that the call does not follow. */
    ADDR,
    /** Guest memory of a kind the table does not say. */
    PTR,
    /** NUL-terminated, at most 4,096 bytes. */
    PATH,
    /** NUL-terminated text that is no path. */
    STR,
    /** NUL-terminated text written by the kernel. */
    STR_OUT,
    BUF_IN,
    BUF_OUT,
    STRUCT_IN,
    STRUCT_OUT,
    STRUCT_INOUT,
    ARRAY_IN,
    ARRAY_OUT,
    ARRAY_INOUT,
    IOV_IN,
    IOV_OUT,
    SOCKADDR_IN,
    SOCKADDR_OUT,
    SIGSET_IN,
    SIGSET_OUT,
    FDSET,
    ARGV,
    ENVP,
    /** Bits with names. */
    FLAGS,
    /** Values with names. */
    ENUM;

    /** The name in the table, as in {@code buf-in}. */
    public String tableName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The kind of a name in the table. */
    static ArgKind of(String tableName) {
        return valueOf(tableName.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** Whether the argument is memory that the kernel fills (and may read, where it does both). */
    public boolean isOut() {
        return switch (this) {
            case STR_OUT, BUF_OUT, STRUCT_OUT, ARRAY_OUT, IOV_OUT, SOCKADDR_OUT, SIGSET_OUT -> true;
            case STRUCT_INOUT, ARRAY_INOUT, FDSET -> true;
            default -> false;
        };
    }
}
