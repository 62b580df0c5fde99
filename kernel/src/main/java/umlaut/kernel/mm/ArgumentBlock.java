package umlaut.kernel.mm;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import umlaut.abi.Errno;
import umlaut.abi.Limits;

/**
 * The strings of a new program as they will lie on its stack: argv, then envp, each ended by NUL, without a gap (Linux: the pages of struct
 * linux_binprm). Checks the limits of execve(2).
 */
final class ArgumentBlock {
    private byte[] bytes = new byte[4096];
    private int length;
    private int argc;
    private int envc;
    private final long limit;

    /** @param limit most bytes of strings and pointers together */
    ArgumentBlock(long limit) {
        this.limit = limit;
    }

    /** What execve(2) allows under a stack limit of {@code stackLimit} bytes (-1: none): a quarter, at most 6 MiB, at least 128 KiB. */
    static long limit(long stackLimit) {
        long most = 6L << 20;
        long quarter = stackLimit == -1 ? most : stackLimit >>> 2;
        return Math.max(Math.min(most, quarter), 131072);
    }

    static ArgumentBlock of(List<String> argv, List<String> envp, long limit) {
        ArgumentBlock block = new ArgumentBlock(limit);
        for (String arg : argv) {
            block.addArgument(arg.getBytes(StandardCharsets.ISO_8859_1));
        }
        block.endArguments();
        for (String env : envp) {
            block.addEnvironment(env.getBytes(StandardCharsets.ISO_8859_1));
        }
        return block;
    }

    /** @throws umlaut.abi.ErrnoException E2BIG */
    void addArgument(byte[] text) {
        argc++;
        append(text, 0, text.length);
    }

    void addArgument(byte[] from, int start, int count) {
        argc++;
        append(from, start, count);
    }

    /** A program always has an argv[0]. */
    void endArguments() {
        if (argc == 0) {
            addArgument(new byte[0]);
        }
    }

    void addEnvironment(byte[] text) {
        envc++;
        append(text, 0, text.length);
    }

    void addEnvironment(byte[] from, int start, int count) {
        envc++;
        append(from, start, count);
    }

    private void append(byte[] from, int start, int count) {
        if (count + 1 > Limits.MAX_ARG_STRLEN || length + (long) count + 1 + (argc + envc) * 8L > limit) {
            throw Errno.E2BIG.exception();
        }
        while (length + count + 1 > bytes.length) {
            bytes = Arrays.copyOf(bytes, bytes.length * 2);
        }
        System.arraycopy(from, start, bytes, length, count);
        length += count;
        bytes[length++] = 0;
    }

    /** The same with argv[0] replaced by other strings: what a script's interpreter gets. */
    ArgumentBlock withFirst(List<byte[]> first) {
        ArgumentBlock fresh = new ArgumentBlock(limit);
        for (byte[] text : first) {
            fresh.addArgument(text);
        }
        int at = 0;
        while (bytes[at] != 0) {
            at++;
        }
        at++;
        int rest = length - at;
        if (fresh.length + (long) rest + (fresh.argc + argc - 1 + envc) * 8L > limit) {
            throw Errno.E2BIG.exception();
        }
        fresh.bytes = Arrays.copyOf(fresh.bytes, Math.max(fresh.bytes.length, fresh.length + rest));
        System.arraycopy(bytes, at, fresh.bytes, fresh.length, rest);
        fresh.length += rest;
        fresh.argc += argc - 1;
        fresh.envc = envc;
        return fresh;
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    int argc() {
        return argc;
    }

    int envc() {
        return envc;
    }
}
