package umlaut.kernel.keys;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.kernel.cred.Credentials;

/** A key, or a keyring, which is a key that holds others (Linux: struct key). All fields but the final ones are guarded by the {@link KeyTable}. */
public final class Key {
    /** Rights, in each of the four groups of bits of a permission mask. */
    static final int VIEW = 1, READ = 2, WRITE = 4, SEARCH = 8, LINK = 0x10, SETATTR = 0x20;

    static final int ALL = 0x3f3f3f3f;

    /** What kinds of key there are. */
    enum Type {
        USER("user"),
        LOGON("logon"),
        KEYRING("keyring");

        final String text;

        Type(String text) {
            this.text = text;
        }

        static @Nullable Type of(String text) {
            for (Type type : values()) {
                if (type.text.equals(text)) {
                    return type;
                }
            }
            return null;
        }
    }

    final int serial;
    final Type type;
    final String description;
    int uid;
    int gid;
    int permissions;
    byte[] payload = new byte[0];
    /** Of a keyring. */
    final List<Key> members = new ArrayList<>();

    /** Keyrings that hold it. Nothing else keeps a key that is no keyring. */
    int links;
    /** On the real-time clock, ns; 0 = for ever. */
    long expiryNs;

    boolean revoked;
    boolean invalidated;
    /** A user's own keyring, shared by all its sessions. */
    boolean userKeyring;

    Key(int serial, Type type, String description, int uid, int gid, int permissions) {
        this.serial = serial;
        this.type = type;
        this.description = description;
        this.uid = uid;
        this.gid = gid;
        this.permissions = permissions;
    }

    boolean isKeyring() {
        return type == Type.KEYRING;
    }

    /** key_validate. @throws umlaut.abi.ErrnoException ENOKEY, EKEYREVOKED, EKEYEXPIRED */
    void requireValid(long nowNs) {
        Errno error = state(nowNs);
        if (error != null) {
            throw error.exception();
        }
    }

    /** @return why it can't be used; null: it can */
    @Nullable Errno state(long nowNs) {
        if (invalidated) {
            return Errno.ENOKEY;
        }
        if (revoked) {
            return Errno.EKEYREVOKED;
        }
        return expiryNs != 0 && expiryNs <= nowNs ? Errno.EKEYEXPIRED : null;
    }

    /** key_task_permission. */
    boolean permits(Credentials who, boolean possessed, int right) {
        int rights;
        if (uid == who.fsuid()) {
            rights = permissions >> 16;
        } else if ((permissions & 0x3f00) != 0 && who.inGroup(gid)) {
            rights = permissions >> 8;
        } else {
            rights = permissions;
        }
        if (possessed) {
            rights |= permissions >> 24;
        }
        return (rights & right) == right;
    }

    /** Bytes that count for its owner's quota. */
    long cost() {
        return description.length() + 1 + payload.length;
    }

    /** Is {@code other} this keyring, or within it? */
    boolean contains(Key other) {
        if (this == other) {
            return true;
        }
        for (Key member : members) {
            if (member.isKeyring() && member.contains(other)) {
                return true;
            }
        }
        return false;
    }

    int depth() {
        int deepest = 0;
        for (Key member : members) {
            deepest = Math.max(deepest, member.isKeyring() ? member.depth() : 0);
        }
        return deepest + 1;
    }
}
