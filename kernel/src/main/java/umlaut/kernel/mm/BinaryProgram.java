package umlaut.kernel.mm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import umlaut.abi.AtFlags;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;

/**
 * A program that execve(2) has found: the file that is run in the end, its ELF headers, its dynamic linker's, and the arguments after scripts have put their
 * interpreters in front (Linux: struct linux_binprm). Holds references to the files until closed.
 *
 * @param file what is run: /proc/PID/exe
 * @param image its headers
 * @param linker headers of its PT_INTERP, or null
 * @param arguments argv and envp
 * @param name AT_EXECFN, without NUL
 */
record BinaryProgram(File file, ElfImage image, @Nullable ElfImage linker, ArgumentBlock arguments, byte[] name)
        implements AutoCloseable {
    /** How many scripts may stand one behind the other. */
    private static final int MOST_SCRIPTS = 5;

    /**
     * Follows scripts to a real program and reads its headers.
     *
     * @param first the file that was asked for; its reference passes to the result, or is released on failure
     * @throws ErrnoException as execve(2)
     */
    static BinaryProgram find(Task task, File first, String name, ArgumentBlock given) {
        byte[] execName = bytes(name);
        File file = first;
        ArgumentBlock arguments = given;
        byte[] script = execName;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment head = arena.allocate(ElfImage.HEAD, 64);
            for (int depth = 0; ; depth++) {
                int length = ElfImage.readHead(task, file, head);
                InterpreterScript found = InterpreterScript.parse(start(head, length), Math.min(length, 256));
                if (found == null) {
                    ElfImage image = ElfImage.parse(task, file, head, length, Errno.ENOEXEC);
                    ElfImage linker = linker(task, image, head);
                    return new BinaryProgram(file, image, linker, arguments, execName);
                }
                if (depth == MOST_SCRIPTS) {
                    throw Errno.ELOOP.exception();
                }
                arguments = arguments.withFirst(found.arguments(script));
                script = found.interpreter();
                File next = open(task, new String(script, StandardCharsets.ISO_8859_1));
                file.release();
                file = next;
            }
        } catch (ErrnoException e) {
            file.release();
            throw e;
        }
    }

    private static @Nullable ElfImage linker(Task task, ElfImage image, MemorySegment head) {
        String path = image.interpreter();
        if (path == null) {
            return null;
        }
        File file = open(task, path);
        try {
            int length = ElfImage.readHead(task, file, head);
            if (length < ElfImage.HEADER) {
                throw Errno.EIO.exception();
            }
            return ElfImage.parse(task, file, head, length, Errno.ELIBBAD);
        } catch (ErrnoException e) {
            file.release();
            throw e;
        }
    }

    private static File open(Task task, String path) {
        return task.kernel.vfs.openExec(task, AtFlags.AT_FDCWD, path, 0);
    }

    private static byte[] start(MemorySegment head, int length) {
        return head.asSlice(0, Math.min(length, 256)).toArray(ValueLayout.JAVA_BYTE);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        file.release();
        if (linker != null) {
            linker.file().release();
        }
    }
}
