package umlaut.fs.hostfs;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import umlaut.abi.Dirent64;
import umlaut.abi.DirentType;
import umlaut.abi.Le;
import umlaut.abi.Mode;
import umlaut.abi.Statx;
import umlaut.host.Files;
import umlaut.host.HostCalls;
import umlaut.host.Scratch;

/** The visible entries of an image's directory, read once. Immutable; getdents(2). */
final class HostListing {
    final String[] names;
    final long[] inos;
    final byte[] types;

    private HostListing(List<String> names, long[] inos, byte[] types) {
        this.names = names.toArray(new String[0]);
        this.inos = inos;
        this.types = types;
    }

    static HostListing read(HostInode directory) {
        List<String> names = new ArrayList<>();
        List<Long> inos = new ArrayList<>();
        List<Byte> types = new ArrayList<>();
        int fd = directory.openForListing();
        try {
            MemorySegment buffer = Scratch.buffer();
            long n;
            while ((n = HostErrors.check(Files.getdents64(fd, buffer, buffer.byteSize()))) > 0) {
                for (long at = 0; at < n; at += Le.getUnsignedShort(buffer, at + Dirent64.D_RECLEN)) {
                    take(directory, fd, buffer, at, names, inos, types);
                }
            }
        } finally {
            Files.close(fd);
        }
        long[] inoArray = inos.stream().mapToLong(Long::longValue).toArray();
        byte[] typeArray = new byte[types.size()];
        for (int i = 0; i < typeArray.length; i++) {
            typeArray[i] = types.get(i);
        }
        return new HostListing(names, inoArray, typeArray);
    }

    private static void take(
            HostInode directory,
            int fd,
            MemorySegment buffer,
            long at,
            List<String> names,
            List<Long> inos,
            List<Byte> types) {
        String name = name(buffer, at);
        if (name.equals(".") || name.equals("..")) {
            return;
        }
        if (directory.view.child(name) == null || directory.fs.mountedOver(directory, name)) {
            return;
        }
        int type = Le.getUnsignedByte(buffer, at + Dirent64.D_TYPE);
        long ino = Le.getLong(buffer, at + Dirent64.D_INO) ^ directory.inoBits();
        if (type != DirentType.DT_LNK) {
            MemorySegment s = Scratch.room();
            long result =
                    Files.statx(fd, Scratch.path(HostInode.bytes(name)), Files.AT_SYMLINK_NOFOLLOW, HostInode.MASK, s);
            if (HostCalls.isError(result)) {
                return;
            }
            int mode = Le.getUnsignedShort(s, Statx.STX_MODE);
            boolean hidden = directory.fs.options.worldReadableOnly() && !Visibility.forAll(mode);
            if (hidden || !Visibility.kind(mode)) {
                return;
            }
            type = Mode.direntType(mode);
            ino = directory.fs.inoFor(s);
        }
        names.add(name);
        inos.add(ino);
        types.add((byte) type);
    }

    /** The name of the directory entry at {@code at}, Latin-1. */
    static String name(MemorySegment buffer, long at) {
        long start = at + Dirent64.D_NAME;
        long end = start;
        while (Le.getByte(buffer, end) != 0) {
            end++;
        }
        byte[] bytes = Le.getBytes(buffer, start, (int) (end - start));
        return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}
