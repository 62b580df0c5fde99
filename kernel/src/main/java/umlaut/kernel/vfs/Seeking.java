package umlaut.kernel.vfs;

import umlaut.abi.Errno;
import umlaut.abi.Seek;

/** lseek(2) for files with a size (Linux: fs/read_write.c generic_file_llseek). */
public final class Seeking {
    private Seeking() {}

    /**
     * Moves the file's position; a file without holes of its own, for which all is data up to {@code size}.
     *
     * @return the new position
     * @throws umlaut.abi.ErrnoException EINVAL, ENXIO, EOVERFLOW
     */
    public static long generic(File file, long offset, int whence, long size) {
        long target = switch (whence) {
            case Seek.SEEK_SET -> offset;
            case Seek.SEEK_CUR -> add(file.position(), offset);
            case Seek.SEEK_END -> add(size, offset);
            case Seek.SEEK_DATA -> {
                requireInside(offset, size);
                yield offset;
            }
            case Seek.SEEK_HOLE -> {
                requireInside(offset, size);
                yield size;
            }
            default -> throw Errno.EINVAL.exception();
        };
        return set(file, target);
    }

    /** A directory, whose positions are cookies: there is no end to count from. @throws umlaut.abi.ErrnoException EINVAL */
    public static long directory(File file, long offset, int whence) {
        return switch (whence) {
            case Seek.SEEK_SET -> set(file, offset);
            case Seek.SEEK_CUR -> set(file, add(file.position(), offset));
            default -> throw Errno.EINVAL.exception();
        };
    }

    /** @throws umlaut.abi.ErrnoException EINVAL below 0 */
    public static long set(File file, long target) {
        if (target < 0) {
            throw Errno.EINVAL.exception();
        }
        file.setPosition(target);
        return target;
    }

    private static void requireInside(long offset, long size) {
        if (offset < 0 || offset >= size) {
            throw Errno.ENXIO.exception();
        }
    }

    private static long add(long base, long offset) {
        long sum = base + offset;
        // Past 2^63 the sum is negative: EINVAL, as Linux has it.
        return offset > 0 && sum < base ? -1 : sum;
    }
}
