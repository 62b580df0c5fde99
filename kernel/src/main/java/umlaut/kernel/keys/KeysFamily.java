package umlaut.kernel.keys;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Nr;
import umlaut.kernel.Kernel;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.syscall.SyscallFamily;
import umlaut.kernel.task.ProcessHooks;
import umlaut.kernel.task.Task;

/** add_key(2), request_key(2), keyctl(2) (security/keys/keyctl.c). Types "user", "logon" and "keyring"; nobody instantiates keys on request. */
public final class KeysFamily implements SyscallFamily, ProcessHooks.Hook {
    private static final int TYPE_SIZE = 32, DESCRIPTION_SIZE = 4096;
    private static final long MOST_PAYLOAD = (1 << 20) - 1;
    static final int MOST_USER_PAYLOAD = 32767;

    private final KeyTable table;
    private final Keyctl control;

    public KeysFamily(Kernel kernel) {
        table = new KeyTable(kernel);
        control = new Keyctl(table);
        kernel.processHooks.add(this);
    }

    @Override
    public long call(Task task, int nr, Args a) {
        return switch (nr) {
            case Nr.ADD_KEY -> add(task, a.l(0), a.l(1), a.l(2), a.l(3), a.i(4));
            case Nr.REQUEST_KEY -> request(task, a.l(0), a.l(1), a.l(2), a.i(3));
            case Nr.KEYCTL -> {
                synchronized (table) {
                    yield control.call(task, a);
                }
            }
            default -> NOT_MINE;
        };
    }

    /** A new program has no keyrings but the session's. */
    @Override
    public void exec(Task task) {
        task.settings.threadKeyring = null;
        task.group.processKeyring = null;
    }

    // --- arguments ---

    /** @throws umlaut.abi.ErrnoException EFAULT, EINVAL, EPERM */
    static String typeName(Task task, long address) {
        String type = task.memory.string(address, TYPE_SIZE, Errno.EINVAL);
        if (type.isEmpty()) {
            throw Errno.EINVAL.exception();
        }
        if (type.charAt(0) == '.') {
            throw Errno.EPERM.exception();
        }
        return type;
    }

    static String description(Task task, long address) {
        return task.memory.string(address, DESCRIPTION_SIZE, Errno.EINVAL);
    }

    private static Key.Type type(String name) {
        Key.Type type = Key.Type.of(name);
        if (type == null) {
            throw Errno.ENODEV.exception();
        }
        return type;
    }

    /** What a type wants of its payload. */
    static void checkPayload(Key.Type type, byte @Nullable [] payload) {
        int length = payload == null ? 0 : payload.length;
        boolean good = type == Key.Type.KEYRING ? length == 0 : length > 0 && length <= MOST_USER_PAYLOAD;
        if (!good) {
            throw Errno.EINVAL.exception();
        }
    }

    // --- calls ---

    private long add(Task task, long typeAddress, long nameAddress, long payload, long length, int ringId) {
        if (Long.compareUnsigned(length, MOST_PAYLOAD) > 0) {
            return Errno.EINVAL.negative();
        }
        String typeName = typeName(task, typeAddress);
        String name = nameAddress == 0 ? "" : description(task, nameAddress);
        if (name.startsWith(".") && typeName.startsWith("keyring")) {
            return Errno.EPERM.negative();
        }
        byte[] bytes = length == 0 ? new byte[0] : task.memory.bytes(payload, (int) length);
        synchronized (table) {
            Key ring = Possession.lookup(table, task, ringId, true, Key.WRITE).key();
            Key.Type type = type(typeName);
            if (!ring.isKeyring()) {
                return Errno.ENOTDIR.negative();
            }
            checkPayload(type, bytes);
            int colon = name.indexOf(':');
            if (name.isEmpty() || type == Key.Type.LOGON && colon <= 0) {
                return Errno.EINVAL.negative();
            }
            return put(task, ring, type, name, bytes).serial;
        }
    }

    private Key put(Task task, Key ring, Key.Type type, String name, byte[] bytes) {
        Key old = type == Key.Type.KEYRING ? null : KeyTable.member(ring, type, name);
        if (old != null) {
            if (!old.permits(task.credentials(), true, Key.WRITE)) {
                throw Errno.EACCES.exception();
            }
            update(old, bytes);
            return old;
        }
        int permissions = type == Key.Type.LOGON ? 0x3d010000 : 0x3f010000;
        Key fresh = table.make(
                type, name, task.credentials().fsuid(), task.credentials().fsgid(), permissions, bytes);
        table.link(ring, fresh);
        return fresh;
    }

    private void update(Key key, byte[] bytes) {
        table.charge(key.uid, 0, bytes.length - key.payload.length);
        key.payload = bytes;
        key.expiryNs = 0;
    }

    private long request(Task task, long typeAddress, long nameAddress, long callout, int destination) {
        String typeName = typeName(task, typeAddress);
        String name = description(task, nameAddress);
        if (callout != 0) {
            task.memory.string(callout, DESCRIPTION_SIZE, Errno.EINVAL);
        }
        synchronized (table) {
            Key ring = destination == 0
                    ? null
                    : Possession.lookup(table, task, destination, true, Key.WRITE)
                            .key();
            Key.Type type = Key.Type.of(typeName);
            if (type == null) {
                return Errno.ENOKEY.negative();
            }
            Key found = Possession.search(table, task, type, name);
            if (ring != null) {
                if (!ring.isKeyring()) {
                    return Errno.ENOTDIR.negative();
                }
                table.link(ring, found);
            }
            return found.serial;
        }
    }

    static byte[] text(String text) {
        return (text + "\0").getBytes(StandardCharsets.ISO_8859_1);
    }
}
