package umlaut.fs.hostfs;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.host.HostCalls;
import umlaut.host.Scratch;
import umlaut.host.Syscall;

/**
 * Extended attributes of host files (xattr(7)): those of the user namespace only. What the host keeps in security and
 * trusted attributes (capabilities, labels) is its own affair.
 */
final class HostXattrs {
    private static final String USER = "user.";
    private static final int MAX_VALUE = 65536;

    private HostXattrs() {}

    private static void check(HostInode inode, String name) {
        if (!name.startsWith(USER) || !inode.isRegular() && !inode.isDirectory()) {
            throw Errno.EOPNOTSUPP.exception();
        }
    }

    static byte @Nullable [] get(HostInode inode, String name) {
        if (!name.startsWith(USER) || !inode.isRegular() && !inode.isDirectory()) {
            return null;
        }
        HostHandle file = inode.acquire(HostHandle.PATH);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(MAX_VALUE);
            long n = HostCalls.call(
                    Syscall.GETXATTR,
                    HostChanges.byDescriptor(file).address(),
                    Scratch.secondPath(HostInode.bytes(name)).address(),
                    value.address(),
                    MAX_VALUE);
            if (n == Errno.ENODATA.negative() || n == Errno.EOPNOTSUPP.negative()) {
                return null;
            }
            return Le.getBytes(value, 0, (int) HostErrors.check(n));
        } finally {
            file.release();
        }
    }

    static void set(HostInode inode, String name, byte[] bytes, int flags) {
        check(inode, name);
        HostHandle file = inode.acquire(HostHandle.PATH);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(Math.max(bytes.length, 1));
            Le.putBytes(value, 0, bytes);
            HostErrors.check(HostCalls.call(
                    Syscall.SETXATTR,
                    HostChanges.byDescriptor(file).address(),
                    Scratch.secondPath(HostInode.bytes(name)).address(),
                    value.address(),
                    bytes.length,
                    flags));
        } finally {
            file.release();
        }
        inode.reload();
    }

    static List<String> list(HostInode inode) {
        if (!inode.isRegular() && !inode.isDirectory()) {
            return List.of();
        }
        HostHandle file = inode.acquire(HostHandle.PATH);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment names = arena.allocate(MAX_VALUE);
            long n = HostCalls.call(
                    Syscall.LISTXATTR, HostChanges.byDescriptor(file).address(), names.address(), MAX_VALUE);
            if (n == Errno.EOPNOTSUPP.negative()) {
                return List.of();
            }
            byte[] all = Le.getBytes(names, 0, (int) HostErrors.check(n));
            List<String> found = new ArrayList<>();
            for (String name : new String(all, StandardCharsets.ISO_8859_1).split("\0")) {
                if (name.startsWith(USER)) {
                    found.add(name);
                }
            }
            return found;
        } finally {
            file.release();
        }
    }

    static void remove(HostInode inode, String name) {
        check(inode, name);
        HostHandle file = inode.acquire(HostHandle.PATH);
        try {
            HostErrors.check(HostCalls.call(
                    Syscall.REMOVEXATTR,
                    HostChanges.byDescriptor(file).address(),
                    Scratch.secondPath(HostInode.bytes(name)).address()));
        } finally {
            file.release();
        }
        inode.reload();
    }
}
