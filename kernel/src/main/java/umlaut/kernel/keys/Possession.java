package umlaut.kernel.keys;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;

/** The keyrings a task has, and what it can find in them (security/keys/process_keys.c). The {@link KeyTable}'s monitor is held. */
final class Possession {
    /** KEY_SPEC_*. */
    private static final int THREAD = -1, PROCESS = -2, SESSION = -3, USER = -4, USER_SESSION = -5;

    private static final int REQUEST_AUTH = -7, REQUESTOR = -8;

    private Possession() {}

    /** A key as its finder has it. */
    record Found(Key key, boolean possessed) {}

    /** The keyrings searched, in this order. */
    private static List<Key> rings(KeyTable table, Task task) {
        List<Key> out = new ArrayList<>(3);
        add(out, task.settings.threadKeyring);
        add(out, task.group.processKeyring);
        Key session = task.settings.sessionKeyring;
        add(out, session != null ? session : table.ofUser(task.credentials().uid(), true));
        return out;
    }

    private static void add(List<Key> out, @Nullable Key key) {
        if (key != null) {
            out.add(key);
        }
    }

    /** Can the task get at the key by searching its keyrings? */
    static boolean has(KeyTable table, Task task, Key wanted) {
        for (Key ring : rings(table, task)) {
            if (ring == wanted && wanted.permits(task.credentials(), true, Key.SEARCH)
                    || reaches(table, task.credentials(), ring, wanted)) {
                return true;
            }
        }
        return false;
    }

    private static boolean reaches(KeyTable table, Credentials who, Key ring, Key wanted) {
        if (ring.state(table.now()) != null || !ring.permits(who, true, Key.SEARCH)) {
            return false;
        }
        for (Key member : ring.members) {
            if (member == wanted && wanted.permits(who, true, Key.SEARCH)
                    || member.isKeyring() && reaches(table, who, member, wanted)) {
                return true;
            }
        }
        return false;
    }

    /** A key of this type and name in a keyring or those within. @throws ErrnoException why there is none: ENOKEY, EKEYREVOKED, EKEYEXPIRED, EACCES */
    static Key search(KeyTable table, Credentials who, Found ring, Key.Type type, String description) {
        Errno[] error = {Errno.ENOKEY};
        Key found = search(table, who, ring.key, ring.possessed, type, description, error);
        if (found == null) {
            throw error[0].exception();
        }
        return found;
    }

    private static @Nullable Key search(
            KeyTable table,
            Credentials who,
            Key ring,
            boolean possessed,
            Key.Type type,
            String description,
            Errno[] error) {
        Key here = KeyTable.member(ring, type, description);
        if (here != null) {
            Errno state = here.state(table.now());
            if (state == null && here.permits(who, possessed, Key.SEARCH)) {
                return here;
            }
            error[0] = state == null ? Errno.EACCES : state;
        }
        for (Key member : ring.members) {
            boolean open = member.isKeyring()
                    && member.state(table.now()) == null
                    && member.permits(who, possessed, Key.SEARCH);
            Key found = open ? search(table, who, member, possessed, type, description, error) : null;
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** search_process_keyrings. */
    static Key search(KeyTable table, Task task, Key.Type type, String description) {
        ErrnoException last = Errno.ENOKEY.exception();
        for (Key ring : rings(table, task)) {
            try {
                return search(table, task.credentials(), new Found(ring, true), type, description);
            } catch (ErrnoException e) {
                last = last.errno() == Errno.ENOKEY ? e : last;
            }
        }
        throw last;
    }

    /**
     * lookup_user_key: a key by number, or one of the task's keyrings by KEY_SPEC_*.
     *
     * @param create makes a keyring that is not there yet
     * @param right one of {@link Key}'s, 0 = none needed; then the key may also be out of use
     * @throws ErrnoException EINVAL, ENOKEY, EKEYREVOKED, EKEYEXPIRED, EACCES
     */
    static Found lookup(KeyTable table, Task task, int id, boolean create, int right) {
        Key key = id > 0 ? table.find(id) : special(table, task, id, create);
        boolean possessed = id <= 0 && id != USER && id != USER_SESSION || has(table, task, key);
        if (right != 0) {
            key.requireValid(table.now());
            if (!key.permits(task.credentials(), possessed, right)) {
                throw Errno.EACCES.exception();
            }
        }
        return new Found(key, possessed);
    }

    private static Key special(KeyTable table, Task task, int id, boolean create) {
        Credentials who = task.credentials();
        return switch (id) {
            case THREAD -> thread(table, task, create);
            case PROCESS -> process(table, task, create);
            case SESSION -> session(table, task, create);
            case USER -> table.ofUser(who.uid(), false);
            case USER_SESSION -> table.ofUser(who.uid(), true);
            case REQUEST_AUTH, REQUESTOR -> throw Errno.ENOKEY.exception();
            default -> throw Errno.EINVAL.exception();
        };
    }

    private static Key thread(KeyTable table, Task task, boolean create) {
        Key known = task.settings.threadKeyring;
        if (known == null) {
            requireCreate(create);
            known = table.keyring("_tid", task.credentials());
            task.settings.threadKeyring = known;
        }
        return known;
    }

    private static Key process(KeyTable table, Task task, boolean create) {
        Key known = task.group.processKeyring;
        if (known == null) {
            requireCreate(create);
            known = table.keyring("_pid", task.credentials());
            task.group.processKeyring = known;
        }
        return known;
    }

    private static void requireCreate(boolean create) {
        if (!create) {
            throw Errno.ENOKEY.exception();
        }
    }

    /** Where there is none, or only the user's, and something is to be put there, a new one is made. */
    private static Key session(KeyTable table, Task task, boolean create) {
        Key known = task.settings.sessionKeyring;
        if (create && (known == null || known.userKeyring)) {
            return join(table, task, null);
        }
        if (known == null) {
            known = table.ofUser(task.credentials().uid(), true);
            task.settings.sessionKeyring = known;
        }
        return known;
    }

    /** keyctl_join_session_keyring(3). @param name null: a new one without name */
    static Key join(KeyTable table, Task task, @Nullable String name) {
        Credentials who = task.credentials();
        Key found = name == null ? null : table.named(name, who);
        Key fresh = found == null ? table.keyring(name == null ? "_ses" : name, who) : found;
        if (found == null) {
            fresh.permissions |= (name == null ? Key.READ : Key.READ | Key.LINK) << 16;
        }
        task.settings.sessionKeyring = fresh;
        return fresh;
    }
}
