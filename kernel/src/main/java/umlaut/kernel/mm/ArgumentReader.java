package umlaut.kernel.mm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import umlaut.abi.Errno;
import umlaut.abi.Limits;
import umlaut.engine.UserMemory;

/** Collects argv and envp from guest memory in few large reads: the strings usually lie side by side. */
final class ArgumentReader {
    private static final int WINDOW = 16 << 10;
    private static final int POINTERS = 1 << 10;

    private final UserMemory user;
    private final ArgumentBlock block;
    private final MemorySegment window;
    private final MemorySegment pointers;
    private final byte[] heap = new byte[WINDOW];
    private long windowAt;
    private int windowLength;
    private byte[] text = new byte[256];

    private ArgumentReader(UserMemory user, ArgumentBlock block, Arena arena) {
        this.user = user;
        this.block = block;
        this.window = arena.allocate(WINDOW, 64);
        this.pointers = arena.allocate(POINTERS, 64);
    }

    /**
     * @param argv guest address of a NULL-terminated array of strings; 0 = empty
     * @throws umlaut.abi.ErrnoException EFAULT, E2BIG
     */
    static ArgumentBlock read(UserMemory user, long argv, long envp, long limit) {
        ArgumentBlock block = new ArgumentBlock(limit);
        try (Arena arena = Arena.ofConfined()) {
            ArgumentReader reader = new ArgumentReader(user, block, arena);
            reader.strings(argv, true);
            block.endArguments();
            reader.strings(envp, false);
        }
        return block;
    }

    private void strings(long array, boolean arguments) {
        if (array == 0) {
            return;
        }
        long at = array;
        while (true) {
            // Not across a page's end in one go: the next page may be missing.
            int n = (int) Math.min(POINTERS, 4096 - (at & 4095) & -8L);
            n = n == 0 ? 8 : n;
            long got = user.read(at, pointers, 0, n);
            if (got < 8) {
                throw Errno.EFAULT.exception();
            }
            for (int i = 0; i + 8 <= got; i += 8) {
                long pointer = pointers.get(ValueLayout.JAVA_LONG_UNALIGNED, i);
                if (pointer == 0) {
                    return;
                }
                string(pointer, arguments);
            }
            at += got & -8L;
        }
    }

    private void string(long address, boolean argument) {
        int have = 0;
        long at = address;
        while (true) {
            fill(at);
            int start = (int) (at - windowAt);
            int end = start;
            while (end < windowLength && heap[end] != 0) {
                end++;
            }
            boolean complete = end < windowLength;
            if (complete && have == 0) {
                add(heap, start, end - start, argument);
                return;
            }
            int n = end - start;
            if (have + n >= Limits.MAX_ARG_STRLEN) {
                throw Errno.E2BIG.exception();
            }
            while (have + n > text.length) {
                text = java.util.Arrays.copyOf(text, text.length * 2);
            }
            System.arraycopy(heap, start, text, have, n);
            have += n;
            at += n;
            if (complete) {
                add(text, 0, have, argument);
                return;
            }
        }
    }

    private void add(byte[] from, int start, int count, boolean argument) {
        if (argument) {
            block.addArgument(from, start, count);
        } else {
            block.addEnvironment(from, start, count);
        }
    }

    /** Makes the window hold {@code address}. */
    private void fill(long address) {
        if (address >= windowAt && address < windowAt + windowLength) {
            return;
        }
        long got = user.read(address, window, 0, WINDOW);
        if (got <= 0) {
            throw Errno.EFAULT.exception();
        }
        windowAt = address;
        windowLength = (int) got;
        MemorySegment.copy(window, ValueLayout.JAVA_BYTE, 0, heap, 0, windowLength);
    }
}
