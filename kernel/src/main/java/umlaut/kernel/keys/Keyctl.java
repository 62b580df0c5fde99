package umlaut.kernel.keys;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Le;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.task.Task;

/** keyctl(2): operations on keys. The {@link KeyTable}'s monitor is held. */
final class Keyctl {
    private static final int GET_KEYRING_ID = 0,
            JOIN_SESSION_KEYRING = 1,
            UPDATE = 2,
            REVOKE = 3,
            CHOWN = 4,
            SETPERM = 5,
            DESCRIBE = 6,
            CLEAR = 7,
            LINK = 8,
            UNLINK = 9,
            SEARCH = 10,
            READ = 11,
            INSTANTIATE = 12,
            NEGATE = 13,
            SET_REQKEY_KEYRING = 14,
            SET_TIMEOUT = 15,
            ASSUME_AUTHORITY = 16,
            GET_SECURITY = 17;
    private static final int REJECT = 19, INSTANTIATE_IOV = 20, INVALIDATE = 21, MOVE = 30, CAPABILITIES = 31;
    /** KEYCTL_CAPS0_CAPABILITIES, _INVALIDATE, _MOVE. */
    private static final int CAPABILITY_BITS = 0x01 | 0x20 | 0x80;

    private static final int MOVE_EXCL = 1, REQKEY_NO_CHANGE = -1, REQKEY_GROUP = 6, REQKEY_LAST = 7, PAGE = 4096;

    private final KeyTable table;

    Keyctl(KeyTable table) {
        this.table = table;
    }

    long call(Task task, Args a) {
        return switch (a.i(0)) {
            case GET_KEYRING_ID -> find(task, a.i(1), a.i(2) != 0, Key.SEARCH).serial;
            case JOIN_SESSION_KEYRING -> join(task, a.l(1));
            case UPDATE -> update(task, a.i(1), a.l(2), a.l(3));
            case REVOKE -> revoke(task, a.i(1));
            case CHOWN -> chown(task, a.i(1), a.i(2), a.i(3));
            case SETPERM -> setPermissions(task, a.i(1), a.i(2));
            case DESCRIBE -> describe(task, a.i(1), a.l(2), a.l(3));
            case CLEAR -> clear(task, a.i(1));
            case LINK -> link(task, a.i(1), a.i(2));
            case UNLINK -> unlink(task, a.i(1), a.i(2));
            case SEARCH -> search(task, a.i(1), a.l(2), a.l(3), a.i(4));
            case READ -> read(task, a.i(1), a.l(2), a.l(3));
            // Only for who was asked to make a key, which is nobody.
            case INSTANTIATE, NEGATE, REJECT, INSTANTIATE_IOV -> Errno.EPERM.negative();
            case SET_REQKEY_KEYRING -> requestKeyring(task, a.i(1));
            case SET_TIMEOUT -> timeout(task, a.i(1), a.i(2));
            case ASSUME_AUTHORITY -> a.i(1) == 0 ? 0 : (a.i(1) < 0 ? Errno.EINVAL : Errno.ENOKEY).negative();
            case GET_SECURITY -> security(task, a.i(1), a.l(2), a.l(3));
            case INVALIDATE -> invalidate(task, a.i(1));
            case MOVE -> move(task, a.i(1), a.i(2), a.i(3), a.i(4));
            case CAPABILITIES -> capabilities(task, a.l(1), a.l(2));
            default -> Errno.EOPNOTSUPP.negative();
        };
    }

    private Key find(Task task, int id, boolean create, int right) {
        return Possession.lookup(table, task, id, create, right).key();
    }

    private Key ring(Task task, int id, boolean create, int right) {
        Key ring = find(task, id, create, right);
        if (!ring.isKeyring()) {
            throw Errno.ENOTDIR.exception();
        }
        return ring;
    }

    private long join(Task task, long nameAddress) {
        if (nameAddress == 0) {
            return Possession.join(table, task, null).serial;
        }
        String name = KeysFamily.description(task, nameAddress);
        if (name.startsWith(".")) {
            return Errno.EPERM.negative();
        }
        return Possession.join(table, task, name).serial;
    }

    private long update(Task task, int id, long address, long length) {
        if (Long.compareUnsigned(length, PAGE) > 0) {
            return Errno.EINVAL.negative();
        }
        byte[] bytes = length == 0 ? new byte[0] : task.memory.bytes(address, (int) length);
        Key key = find(task, id, false, Key.WRITE);
        if (key.isKeyring()) {
            return Errno.EOPNOTSUPP.negative();
        }
        KeysFamily.checkPayload(key.type, bytes);
        table.charge(key.uid, 0, bytes.length - key.payload.length);
        key.payload = bytes;
        key.expiryNs = 0;
        return 0;
    }

    private long revoke(Task task, int id) {
        Key key;
        try {
            key = find(task, id, false, Key.WRITE);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EACCES) {
                throw e;
            }
            key = find(task, id, false, Key.SETATTR);
        }
        key.revoked = true;
        forget(key);
        return 0;
    }

    /** What it held goes. */
    private void forget(Key key) {
        table.charge(key.uid, 0, -key.payload.length);
        key.payload = new byte[0];
        for (Key member : List.copyOf(key.members)) {
            table.unlink(key, member);
        }
    }

    private long invalidate(Task task, int id) {
        Key key = find(task, id, false, Key.SEARCH);
        key.invalidated = true;
        return 0;
    }

    private long chown(Task task, int id, int uid, int gid) {
        if (uid == -1 && gid == -1) {
            return 0;
        }
        Key key = find(task, id, true, Key.SETATTR);
        boolean root = task.credentials().capable(Capability.CAP_SYS_ADMIN);
        boolean mayGid = gid == -1 || gid == key.gid || task.credentials().inGroup(gid);
        if (!root && (uid != -1 && uid != key.uid || !mayGid)) {
            return Errno.EACCES.negative();
        }
        if (uid != -1 && uid != key.uid) {
            table.charge(uid, 1, key.cost());
            table.charge(key.uid, -1, -key.cost());
            key.uid = uid;
        }
        key.gid = gid == -1 ? key.gid : gid;
        return 0;
    }

    private long setPermissions(Task task, int id, int permissions) {
        if ((permissions & ~Key.ALL) != 0) {
            return Errno.EINVAL.negative();
        }
        Key key = find(task, id, true, Key.SETATTR);
        if (key.uid != task.credentials().fsuid() && !task.credentials().capable(Capability.CAP_SYS_ADMIN)) {
            return Errno.EACCES.negative();
        }
        key.permissions = permissions;
        return 0;
    }

    private long describe(Task task, int id, long buffer, long length) {
        Key key = find(task, id, false, Key.VIEW);
        byte[] text = KeysFamily.text(
                String.format("%s;%d;%d;%08x;%s", key.type.text, key.uid, key.gid, key.permissions, key.description));
        if (buffer != 0 && Long.compareUnsigned(length, text.length) >= 0) {
            task.memory.putBytes(buffer, text);
        }
        return text.length;
    }

    private long security(Task task, int id, long buffer, long length) {
        find(task, id, false, Key.VIEW);
        if (buffer != 0 && length > 0) {
            task.memory.putByte(buffer, 0);
        }
        return 1;
    }

    private long clear(Task task, int id) {
        Key ring = ring(task, id, true, Key.WRITE);
        for (Key member : List.copyOf(ring.members)) {
            table.unlink(ring, member);
        }
        return 0;
    }

    private long link(Task task, int id, int ringId) {
        Key ring = find(task, ringId, true, Key.WRITE);
        Key key = find(task, id, true, Key.LINK);
        requireKeyring(ring);
        table.link(ring, key);
        return 0;
    }

    private static void requireKeyring(Key ring) {
        if (!ring.isKeyring()) {
            throw Errno.ENOTDIR.exception();
        }
    }

    private long unlink(Task task, int id, int ringId) {
        Key ring = find(task, ringId, false, Key.WRITE);
        Key key = find(task, id, false, 0);
        requireKeyring(ring);
        return table.unlink(ring, key) ? 0 : Errno.ENOENT.negative();
    }

    private long move(Task task, int id, int fromId, int toId, int flags) {
        if ((flags & ~MOVE_EXCL) != 0) {
            return Errno.EINVAL.negative();
        }
        Key key = find(task, id, true, Key.LINK);
        Key from = find(task, fromId, false, Key.WRITE);
        Key to = find(task, toId, true, Key.WRITE);
        if (from == to) {
            return 0;
        }
        requireKeyring(from);
        requireKeyring(to);
        if (!from.members.contains(key)) {
            return Errno.ENOENT.negative();
        }
        if ((flags & MOVE_EXCL) != 0 && KeyTable.member(to, key.type, key.description) != null) {
            return Errno.EEXIST.negative();
        }
        table.link(to, key);
        table.unlink(from, key);
        return 0;
    }

    private long search(Task task, int ringId, long typeAddress, long nameAddress, int destination) {
        String typeName = KeysFamily.typeName(task, typeAddress);
        String name = KeysFamily.description(task, nameAddress);
        Possession.Found ring = Possession.lookup(table, task, ringId, false, Key.SEARCH);
        Key to = destination == 0 ? null : find(task, destination, true, Key.WRITE);
        Key.Type type = Key.Type.of(typeName);
        if (type == null) {
            return Errno.ENOKEY.negative();
        }
        requireKeyring(ring.key());
        Key found = Possession.search(table, task.credentials(), ring, type, name);
        if (to != null) {
            requireKeyring(to);
            if (!found.permits(task.credentials(), ring.possessed(), Key.LINK)) {
                return Errno.EACCES.negative();
            }
            table.link(to, found);
        }
        return found.serial;
    }

    private long read(Task task, int id, long buffer, long length) {
        Possession.Found found = Possession.lookup(table, task, id, false, 0);
        Key key = found.key();
        key.requireValid(table.now());
        if (!key.permits(task.credentials(), found.possessed(), Key.READ) && !found.possessed()) {
            return Errno.EACCES.negative();
        }
        if (key.type == Key.Type.LOGON) {
            return Errno.EOPNOTSUPP.negative();
        }
        byte[] content = key.isKeyring() ? serials(key) : key.payload;
        // All or nothing: a program that had too little room asks again.
        if (buffer != 0 && Long.compareUnsigned(length, content.length) >= 0) {
            task.memory.putBytes(buffer, content);
        }
        return content.length;
    }

    private static byte[] serials(Key ring) {
        byte[] out = new byte[4 * ring.members.size()];
        MemorySegment segment = MemorySegment.ofArray(out);
        for (int i = 0; i < ring.members.size(); i++) {
            Le.putInt(segment, 4L * i, ring.members.get(i).serial);
        }
        return out;
    }

    private static long requestKeyring(Task task, int which) {
        int old = task.settings.requestKeyring;
        if (which == REQKEY_NO_CHANGE) {
            return old;
        }
        if (which < 0 || which > REQKEY_LAST || which == REQKEY_GROUP) {
            return Errno.EINVAL.negative();
        }
        task.settings.requestKeyring = which;
        return old;
    }

    private long timeout(Task task, int id, int seconds) {
        Key key = find(task, id, true, Key.SETATTR);
        key.expiryNs = seconds == 0 ? 0 : table.now() + Integer.toUnsignedLong(seconds) * 1_000_000_000L;
        return 0;
    }

    private static long capabilities(Task task, long buffer, long length) {
        byte[] bits = {(byte) CAPABILITY_BITS, 0};
        if (length > 0) {
            task.memory.putBytes(buffer, Arrays.copyOf(bits, (int) Math.min(length, bits.length)));
            for (long i = bits.length; i < length; i++) {
                task.memory.putByte(buffer + i, 0);
            }
        }
        return bits.length;
    }
}
