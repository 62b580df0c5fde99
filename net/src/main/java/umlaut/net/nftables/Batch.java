package umlaut.net.nftables;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.net.core.NetNamespace;
import umlaut.net.netfilter.NfHook;
import umlaut.net.netlink.NlReader;

/** A change of the ruleset: messages work on a copy, which {@link #commit} puts into force if none was wrong (nf_tables_commit). Tables are its own; other objects are the other classes'. */
public final class Batch implements Names {
    static final int NEWTABLE = 0, DELTABLE = 2, NEWCHAIN = 3, DELCHAIN = 5, NEWRULE = 6, DELRULE = 8, NEWSET = 9;
    static final int DELSET = 11, NEWSETELEM = 12, DELSETELEM = 14, NEWOBJ = 18, DELOBJ = 20, DESTROY = 26;
    private static final int[] DESTROYED = {DELTABLE, DELCHAIN, DELRULE, DELSET, DELSETELEM, DELOBJ};
    private static final int REPLACE = 0x100, NONREC = 0x100, EXCL = 0x200, CREATE = 0x400;
    private static final int TABLE_NAME = 1, TABLE_FLAGS = 2, TABLE_HANDLE = 4, TABLE_USERDATA = 6, NAME_MOST = 255;

    private final NfTables nftables;
    final Ruleset ruleset;
    private final long nowNs;
    private final ChainChanges chains = new ChainChanges(this);
    private final SetChanges sets = new SetChanges(this);
    private final Map<Integer, String> chainIds = new HashMap<>();
    private final Map<Integer, NftSet> setIds = new HashMap<>();
    private @Nullable Table current;
    private boolean failed;

    public Batch(NetNamespace net) {
        nftables = net.nftables;
        ruleset = nftables.ruleset().copy();
        nowNs = net.nowNs();
    }

    long nowNs() {
        return nowNs;
    }

    /** A message was wrong: nothing will be put into force. */
    public void fail() {
        failed = true;
    }

    public void commit() {
        if (!failed) {
            nftables.commit(ruleset);
        }
    }

    /** @throws umlaut.abi.ErrnoException what is wrong */
    public void change(int type, int family, int flags, NlReader in) {
        boolean destroy = type >= DESTROY && type < DESTROY + DESTROYED.length;
        try {
            change(destroy ? DESTROYED[type - DESTROY] : type, family, flags, in, destroy);
        } catch (umlaut.abi.ErrnoException e) {
            if (!destroy || e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }

    private void change(int type, int family, int flags, NlReader in, boolean destroy) {
        boolean create = (flags & CREATE) != 0;
        boolean exclusive = (flags & EXCL) != 0;
        switch (type) {
            case NEWTABLE -> newTable(family, exclusive, in);
            case DELTABLE -> deleteTable(family, (flags & NONREC) != 0, in);
            case NEWCHAIN -> chains.add(need(family, in), exclusive, in);
            case DELCHAIN -> chains.delete(need(family, in), (flags & NONREC) != 0, in);
            case NEWRULE -> chains.addRule(need(family, in), flags, in);
            case DELRULE -> chains.deleteRules(need(family, in), in);
            case NEWSET -> sets.add(need(family, in), create, exclusive, in);
            case DELSET -> sets.delete(need(family, in), in);
            case NEWSETELEM -> sets.addElements(need(family, in), exclusive, in);
            case DELSETELEM -> sets.deleteElements(need(family, in), destroy, in);
            case NEWOBJ -> sets.addObject(need(family, in), exclusive, (flags & REPLACE) != 0, in);
            case DELOBJ -> sets.deleteObject(need(family, in), in);
            default -> throw Errno.EOPNOTSUPP.exception();
        }
    }

    // --- names ---

    /** The table that a message is about, in all of which its name is the first attribute. */
    private Table need(int family, NlReader in) {
        Table table = ruleset.tables.get(new Table.Key(family, in.needText(TABLE_NAME)));
        if (table == null) {
            throw Errno.ENOENT.exception();
        }
        current = table;
        return table;
    }

    @Override
    public Table table() {
        Table table = current;
        if (table == null) {
            throw Errno.ENOENT.exception();
        }
        return table;
    }

    void name(int id, String chain) {
        chainIds.put(id, chain);
    }

    void name(int id, NftSet set) {
        setIds.put(id, set);
    }

    @Override
    public String chain(int id) {
        String name = chainIds.get(id);
        if (name == null) {
            throw Errno.ENOENT.exception();
        }
        return name;
    }

    @Override
    public NftSet set(String name, int id) {
        NftSet found = table().sets.get(name);
        if (found == null) {
            found = setIds.get(id);
        }
        if (found == null) {
            throw Errno.ENOENT.exception();
        }
        return found;
    }

    /** @throws umlaut.abi.ErrnoException ENAMETOOLONG, EINVAL */
    static String checkName(@Nullable String name) {
        if (name == null || name.isEmpty()) {
            throw Errno.EINVAL.exception();
        }
        if (name.length() > NAME_MOST) {
            throw Errno.ENAMETOOLONG.exception();
        }
        return name;
    }

    // --- tables ---

    private void newTable(int family, boolean exclusive, NlReader in) {
        if (family != NfHook.NFPROTO_INET && family != NfHook.NFPROTO_IPV4 && family != NfHook.NFPROTO_IPV6) {
            throw Errno.EAFNOSUPPORT.exception();
        }
        Table.Key key = new Table.Key(family, checkName(in.text(TABLE_NAME)));
        int flags = in.be32(TABLE_FLAGS, 0);
        if ((flags & ~Table.DORMANT) != 0) {
            throw Errno.EOPNOTSUPP.exception();
        }
        Table old = ruleset.tables.get(key);
        if (old != null) {
            if (exclusive) {
                throw Errno.EEXIST.exception();
            }
            old.flags = in.has(TABLE_FLAGS) ? flags : old.flags;
            return;
        }
        ruleset.tables.put(key, new Table(key, ++ruleset.lastTableHandle, flags, in.data(TABLE_USERDATA)));
    }

    private void deleteTable(int family, boolean onlyEmpty, NlReader in) {
        String name = in.text(TABLE_NAME);
        if (name == null && !in.has(TABLE_HANDLE)) {
            ruleset.tables.keySet().removeIf(k -> family == NfHook.NFPROTO_UNSPEC || k.family() == family);
            return;
        }
        long handle = in.be64(TABLE_HANDLE, 0);
        Table found = null;
        for (Table t : ruleset.tables.values()) {
            boolean same =
                    in.has(TABLE_HANDLE) ? t.handle == handle : t.key.name().equals(name);
            found = same && t.key.family() == family ? t : found;
        }
        if (found == null) {
            throw Errno.ENOENT.exception();
        }
        if (onlyEmpty && !(found.chains.isEmpty() && found.sets.isEmpty() && found.objects.isEmpty())) {
            throw Errno.EBUSY.exception();
        }
        ruleset.tables.remove(found.key);
    }
}
