package umlaut.kernel.mm;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.OpenFlags;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;

/** Whatever a file says it is, execve(2) answers with an errno or goes on; it never fails in another way. */
class ProgramHeadersFuzzTest {
    /** A file of these bytes; nothing but reading is asked of it. */
    private static final class Bytes extends File {
        private final byte[] bytes;

        Bytes(byte[] bytes) {
            super(null, OpenFlags.O_RDONLY, Credentials.ROOT);
            this.bytes = bytes;
        }

        @Override
        public Inode inode() {
            throw new IllegalStateException("not asked for");
        }

        @Override
        public long read(Task task, IovIter to, long offset) {
            long n = Math.min(to.remaining(), bytes.length - offset);
            return n <= 0 ? 0 : to.copyOut(MemorySegment.ofArray(bytes), offset, n);
        }
    }

    @FuzzTest
    @SuppressWarnings("NullAway") // the headers are read without a task
    void anyElf(FuzzedDataProvider data) {
        byte[] bytes = data.consumeRemainingAsBytes();
        if (bytes.length > 64) {
            byte[] start = {0x7f, 'E', 'L', 'F', 2, 1, 1};
            System.arraycopy(start, 0, bytes, 0, start.length);
            bytes[54] = ElfImage.PROGRAM_HEADER;
            bytes[55] = 0;
        }
        int length = Math.min(bytes.length, ElfImage.HEAD);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment head = arena.allocate(ElfImage.HEAD);
            MemorySegment.copy(bytes, 0, head, ValueLayout.JAVA_BYTE, 0, length);
            ElfImage.parse(null, new Bytes(bytes), head, length, Errno.ENOEXEC);
        } catch (ErrnoException expected) {
            // A bad program is an errno.
        }
    }

    @FuzzTest
    void anyScript(FuzzedDataProvider data) {
        byte[] bytes = data.consumeRemainingAsBytes();
        if (bytes.length >= 2) {
            bytes[0] = '#';
            bytes[1] = '!';
        }
        try {
            InterpreterScript.parse(bytes, bytes.length);
        } catch (ErrnoException expected) {
            // A bad script is an errno.
        }
    }
}
