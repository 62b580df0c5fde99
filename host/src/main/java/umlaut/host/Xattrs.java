package umlaut.host;

import java.lang.foreign.MemorySegment;

/**
 * Extended attributes of host files, by descriptor or by path without following a last symbolic link. Names are C strings ({@link
 * Scratch#secondPath}). See xattr(7).
 */
public final class Xattrs {
    private Xattrs() {}

    public static long get(int fd, MemorySegment name, MemorySegment value, long size) {
        return HostCalls.call(Syscall.FGETXATTR, fd, name.address(), value.address(), size);
    }

    public static long get(MemorySegment path, MemorySegment name, MemorySegment value, long size) {
        return HostCalls.call(Syscall.LGETXATTR, path.address(), name.address(), value.address(), size);
    }

    public static long set(int fd, MemorySegment name, MemorySegment value, long size, int flags) {
        return HostCalls.call(Syscall.FSETXATTR, fd, name.address(), value.address(), size, flags);
    }

    public static long set(MemorySegment path, MemorySegment name, MemorySegment value, long size, int flags) {
        return HostCalls.call(Syscall.LSETXATTR, path.address(), name.address(), value.address(), size, flags);
    }

    public static long list(int fd, MemorySegment names, long size) {
        return HostCalls.call(Syscall.FLISTXATTR, fd, names.address(), size);
    }

    public static long list(MemorySegment path, MemorySegment names, long size) {
        return HostCalls.call(Syscall.LLISTXATTR, path.address(), names.address(), size);
    }

    public static long remove(int fd, MemorySegment name) {
        return HostCalls.call(Syscall.FREMOVEXATTR, fd, name.address());
    }

    public static long remove(MemorySegment path, MemorySegment name) {
        return HostCalls.call(Syscall.LREMOVEXATTR, path.address(), name.address());
    }
}
