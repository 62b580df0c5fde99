package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import umlaut.engine.patch.PatchedText;
import umlaut.host.Files;
import umlaut.host.Layouts;
import umlaut.host.Memory;
import umlaut.host.Scratch;

/** A stub process's memory, reached from the JVM. See process_vm_readv(2), proc_pid_mem(5). */
final class RemoteMemory {
    private RemoteMemory() {}

    /**
     * Copies between the process's memory at {@code address} and a segment here, native or not.
     *
     * @return bytes copied before the first fault
     */
    static long transfer(int pid, boolean writing, long address, MemorySegment here, long offset, long length) {
        if (here.isNative()) {
            return Math.max(copy(pid, writing, address, here, offset, length), 0);
        }
        MemorySegment bounce = Scratch.inner();
        long done = 0;
        while (done < length) {
            long n = Math.min(Scratch.ROOM, length - done);
            if (writing) {
                MemorySegment.copy(here, offset + done, bounce, 0, n);
            }
            long moved = Math.max(copy(pid, writing, address + done, bounce, 0, n), 0);
            if (!writing) {
                MemorySegment.copy(bounce, 0, here, offset + done, moved);
            }
            done += moved;
            if (moved < n) {
                break;
            }
        }
        return done;
    }

    private static long copy(int pid, boolean writing, long address, MemorySegment here, long offset, long length) {
        if (offset < 0 || length > here.byteSize() - offset) {
            throw new IndexOutOfBoundsException("copy of " + length + " bytes at " + offset + " of " + here.byteSize());
        }
        return writing
                ? Memory.processWrite(pid, address, here, offset, length)
                : Memory.processRead(pid, address, here, offset, length);
    }

    /** A range of the host's vDSO, which lies above what guests have of their own. */
    static boolean inVdso(long address, long length) {
        return address >= Layout.VDSO && length >= 0 && length < Layout.ORDERS - address;
    }

    /**
     * Copies as {@link #transfer} does, but without regard to what the process itself may do: the host makes private copies of pages (FOLL_FORCE).
     *
     * @return bytes copied before the first fault
     */
    static long force(int pid, boolean writing, long address, MemorySegment here, long offset, long length) {
        long mem =
                Files.openat(Files.AT_FDCWD, Scratch.path("/proc/" + pid + "/mem"), Files.O_RDWR | Files.O_CLOEXEC, 0);
        if (mem < 0) {
            return 0;
        }
        MemorySegment bounce = Scratch.inner();
        long done = 0;
        while (done < length) {
            long n = Math.min(Scratch.ROOM, length - done);
            long moved;
            if (writing) {
                MemorySegment.copy(here, offset + done, bounce, 0, n);
                moved = Files.pwrite((int) mem, bounce, 0, n, address + done);
            } else {
                moved = Files.pread((int) mem, bounce, 0, n, address + done);
                MemorySegment.copy(bounce, 0, here, offset + done, Math.max(moved, 0));
            }
            done += Math.max(moved, 0);
            if (moved < n) {
                break;
            }
        }
        Files.close((int) mem);
        return done;
    }

    /** Puts the file's own bytes back in a patched text, whose island is wanted for something else. */
    static void restore(int pid, Texts.Text text) {
        PatchedText patched = text.patched;
        long mem =
                Files.openat(Files.AT_FDCWD, Scratch.path("/proc/" + pid + "/mem"), Files.O_RDWR | Files.O_CLOEXEC, 0);
        if (patched == null || mem < 0) {
            return;
        }
        patched.forEachOriginal((offset, bytes) -> {
            MemorySegment five = Scratch.inner();
            MemorySegment.copy(bytes, 0, five, Layouts.BYTE, 0, bytes.length);
            Files.pwrite((int) mem, five, 0, bytes.length, text.start + offset);
        });
        Files.close((int) mem);
    }
}
