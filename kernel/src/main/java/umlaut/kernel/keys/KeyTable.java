package umlaut.kernel.keys;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;

/**
 * A machine's keys by serial number, and its users' keyrings. Its monitor guards every key; callers hold it for a whole operation. Keyrings live as long as something
 * refers to them; other keys as long as a keyring holds them.
 */
public final class KeyTable {
    private static final int KEYRING_PERMISSIONS = 0x3f010000, USER_KEYRING_PERMISSIONS = 0x1f3f0000;
    private static final int DEEPEST = 6;

    final Kernel kernel;
    private final TreeMap<Integer, WeakReference<Key>> keys = new TreeMap<>();
    /** By user id: the user's keyring and its session keyring. */
    private final Map<Integer, Key[]> userKeyrings = new HashMap<>();

    private record Usage(int keys, long bytes) {}

    private final Map<Integer, Usage> usage = new HashMap<>();

    public KeyTable(Kernel kernel) {
        this.kernel = kernel;
        kernel.procFiles.text("keys", this::text);
        kernel.procFiles.text("key-users", this::usersText);
    }

    /** /proc/key-users: uid, references, keys made and in use, and what counts against the limits. */
    private synchronized String usersText(Task reader) {
        StringBuilder out = new StringBuilder();
        usage.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(entry -> {
            int uid = entry.getKey();
            Usage used = entry.getValue();
            out.append(String.format(
                    Locale.ROOT,
                    "%5d: %5d %d/%d %d/%d %d/%d%n",
                    Integer.toUnsignedLong(reader.credentials().userNs().showUid(uid)),
                    used.keys + 1,
                    used.keys,
                    used.keys,
                    used.keys,
                    mostKeys(uid),
                    used.bytes,
                    mostBytes(uid)));
        });
        return out.toString();
    }

    long now() {
        return kernel.clock.realtimeNs();
    }

    // --- making and finding ---

    /** @throws umlaut.abi.ErrnoException EDQUOT */
    Key make(Key.Type type, String description, int uid, int gid, int permissions, byte[] payload) {
        int serial;
        do {
            serial = ThreadLocalRandom.current().nextInt(3, Integer.MAX_VALUE);
        } while (keys.containsKey(serial));
        Key key = new Key(serial, type, description, uid, gid, permissions);
        key.payload = payload;
        charge(uid, 1, key.cost());
        keys.put(serial, new WeakReference<>(key));
        return key;
    }

    /** For a key that nothing will come of. */
    void unmake(Key key) {
        keys.remove(key.serial);
        charge(key.uid, -1, -key.cost());
        for (Key member : List.copyOf(key.members)) {
            unlink(key, member);
        }
    }

    void charge(int uid, int count, long bytes) {
        Usage old = usage.getOrDefault(uid, new Usage(0, 0));
        Usage fresh = new Usage(old.keys + count, old.bytes + bytes);
        boolean over = fresh.keys > mostKeys(uid) || fresh.bytes > mostBytes(uid);
        if (over && (count > 0 || bytes > 0)) {
            throw Errno.EDQUOT.exception();
        }
        usage.put(uid, fresh);
    }

    private long mostKeys(int uid) {
        return (uid == 0 ? kernel.limits.rootKeys : kernel.limits.userKeys).get();
    }

    private long mostBytes(int uid) {
        return (uid == 0 ? kernel.limits.rootKeyBytes : kernel.limits.userKeyBytes).get();
    }

    /** @throws umlaut.abi.ErrnoException ENOKEY */
    Key find(int serial) {
        WeakReference<Key> reference = keys.get(serial);
        Key key = reference == null ? null : reference.get();
        if (key == null || !key.isKeyring() && key.links == 0) {
            throw Errno.ENOKEY.exception();
        }
        return key;
    }

    Key keyring(String name, Credentials owner) {
        return make(Key.Type.KEYRING, name, owner.uid(), owner.gid(), KEYRING_PERMISSIONS, new byte[0]);
    }

    /** A named keyring that the caller may search, for keyctl_join_session_keyring(3); or null. */
    @Nullable Key named(String name, Credentials who) {
        for (WeakReference<Key> reference : keys.values()) {
            Key key = reference.get();
            if (key != null
                    && key.isKeyring()
                    && key.description.equals(name)
                    && key.state(now()) == null
                    && key.permits(who, false, Key.SEARCH)) {
                return key;
            }
        }
        return null;
    }

    Key ofUser(int uid, boolean session) {
        Key[] both = userKeyrings.computeIfAbsent(uid, u -> {
            Key own = make(Key.Type.KEYRING, "_uid." + u, u, -1, USER_KEYRING_PERMISSIONS, new byte[0]);
            Key ses = make(Key.Type.KEYRING, "_uid_ses." + u, u, -1, USER_KEYRING_PERMISSIONS, new byte[0]);
            own.userKeyring = true;
            ses.userKeyring = true;
            link(ses, own);
            return new Key[] {own, ses};
        });
        return both[session ? 1 : 0];
    }

    // --- links ---

    /** Puts a key into a keyring; one of the same type and name there makes room. @throws umlaut.abi.ErrnoException EDEADLK, ELOOP */
    void link(Key ring, Key key) {
        if (key.isKeyring()) {
            if (key.contains(ring)) {
                throw Errno.EDEADLK.exception();
            }
            if (key.depth() >= DEEPEST) {
                throw Errno.ELOOP.exception();
            }
        }
        Key old = member(ring, key.type, key.description);
        if (old == key) {
            return;
        }
        ring.members.add(key);
        key.links++;
        if (old != null) {
            unlink(ring, old);
        }
    }

    /** @return false if it was not there */
    boolean unlink(Key ring, Key key) {
        if (!ring.members.remove(key)) {
            return false;
        }
        if (--key.links == 0 && !key.isKeyring()) {
            unmake(key);
        }
        return true;
    }

    static @Nullable Key member(Key ring, Key.Type type, String description) {
        for (Key key : ring.members) {
            if (key.type == type && key.description.equals(description)) {
                return key;
            }
        }
        return null;
    }

    // --- /proc/keys ---

    private synchronized String text(Task reader) {
        StringBuilder out = new StringBuilder();
        for (WeakReference<Key> reference : new ArrayList<>(keys.values())) {
            Key key = reference.get();
            if (key != null && key.permits(reader.credentials(), Possession.has(this, reader, key), Key.VIEW)) {
                line(out, key);
            }
        }
        return out.toString();
    }

    private void line(StringBuilder out, Key key) {
        long left = key.expiryNs == 0 ? -1 : Math.max(0, key.expiryNs - now()) / 1_000_000_000;
        String expiry = left < 0 ? "perm" : left == 0 ? "expd" : left < 60 ? left + "s" : left / 60 + "m";
        String content = key.isKeyring()
                ? key.members.isEmpty() ? "empty" : Integer.toString(key.members.size())
                : Integer.toString(key.payload.length);
        out.append(String.format(
                "%08x I%c-Q-%c-- %5d %4s %08x %5d %5d %-9s %s: %s%n",
                key.serial,
                key.revoked ? 'R' : '-',
                key.invalidated ? 'i' : '-',
                key.links + 1,
                expiry,
                key.permissions,
                key.uid,
                key.gid,
                key.type.text,
                key.description,
                content));
    }
}
