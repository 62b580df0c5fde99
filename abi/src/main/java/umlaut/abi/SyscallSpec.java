package umlaut.abi;

import java.util.List;

/**
 * A system call as {@code syscalls.tsv} declares it.
 *
 * @param number the number in {@code rax}
 * @param name Linux's name, as in {@code openat}
 * @param family what it is about, as in {@code path}
 * @param args its arguments in order, at most six
 * @param result the kind of its result, as in {@code fd} or {@code flags:personality}
 * @param level how much of it this kernel does
 * @param note what is missing or different; may be empty
 */
public record SyscallSpec(
        int number, String name, String family, List<Arg> args, String result, Level level, String note) {

    /** How much of a call works. */
    public enum Level {
        /** As in Linux. */
        FULL,
        /** The note says what is missing. */
        PARTIAL,
        /** Always fails, as the note says. */
        REFUSED,
        /** ENOSYS. */
        NONE
    }

    /**
     * An argument.
     *
     * @param name its name in the manual page
     * @param kind what it is
     * @param detail the name of its struct, or of its set of flags; empty if the kind has none
     * @param length the index of the argument that says how long it is, or -1
     */
    public record Arg(String name, ArgKind kind, String detail, int length) {}
}
