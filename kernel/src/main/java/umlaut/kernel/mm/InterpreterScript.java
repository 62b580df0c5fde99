package umlaut.kernel.mm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Limits;

/**
 * The first line of a script, "#! interpreter [argument]" (execve(2); Linux: fs/binfmt_script.c). Only its first 255 bytes count; all behind the interpreter's name is one
 * argument, without blanks at its ends.
 *
 * @param interpreter path of the interpreter
 * @param argument the optional argument, or null
 */
record InterpreterScript(byte[] interpreter, byte @Nullable [] argument) {
    /**
     * @param head the file's first bytes
     * @param length how many there are
     * @return null if this is no script
     * @throws umlaut.abi.ErrnoException ENOEXEC when no interpreter is named, or its name does not fit
     */
    static @Nullable InterpreterScript parse(byte[] head, int length) {
        if (length < 2 || head[0] != '#' || head[1] != '!') {
            return null;
        }
        int limit = Math.min(length, Limits.BINPRM_BUF_SIZE);
        int end = 2;
        while (end < limit && head[end] != '\n' && head[end] != 0) {
            end++;
        }
        boolean whole = end < limit || length < Limits.BINPRM_BUF_SIZE;
        if (!whole) {
            end = Limits.BINPRM_BUF_SIZE - 1;
        }
        int start = skipBlanks(head, 2, end);
        int nameEnd = start;
        while (nameEnd < end && !blank(head[nameEnd])) {
            nameEnd++;
        }
        // A name cut off by the end of the buffer would be another program's.
        if (start == nameEnd || !whole && nameEnd == end) {
            throw Errno.ENOEXEC.exception();
        }
        int argument = skipBlanks(head, nameEnd, end);
        int argumentEnd = end;
        while (argumentEnd > argument && blank(head[argumentEnd - 1])) {
            argumentEnd--;
        }
        return new InterpreterScript(
                Arrays.copyOfRange(head, start, nameEnd),
                argument < argumentEnd ? Arrays.copyOfRange(head, argument, argumentEnd) : null);
    }

    private static int skipBlanks(byte[] head, int from, int end) {
        int at = from;
        while (at < end && blank(head[at])) {
            at++;
        }
        return at;
    }

    private static boolean blank(byte b) {
        return b == ' ' || b == '\t';
    }

    /** What replaces argv[0]: interpreter, argument if any, the script's own path. */
    List<byte[]> arguments(byte[] script) {
        List<byte[]> out = new ArrayList<>(3);
        out.add(interpreter);
        if (argument != null) {
            out.add(argument);
        }
        out.add(script);
        return out;
    }
}
