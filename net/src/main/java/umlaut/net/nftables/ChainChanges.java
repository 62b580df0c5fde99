package umlaut.net.nftables;

import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.net.netfilter.NfHook;
import umlaut.net.netlink.NlReader;

/** Messages about chains and their rules (nf_tables_newchain, nf_tables_newrule and their like). */
final class ChainChanges {
    private static final int HANDLE = 2, NAME = 3, HOOK = 4, POLICY = 5, TYPE = 7, COUNTERS = 8, FLAGS = 10, ID = 11;
    private static final int USERDATA = 12, HOOK_NUMBER = 1, HOOK_PRIORITY = 2, COUNTER_BYTES = 1, COUNTER_PACKETS = 2;
    private static final int RULE_CHAIN = 2,
            RULE_HANDLE = 3,
            RULE_EXPRESSIONS = 4,
            RULE_POSITION = 6,
            RULE_USERDATA = 7;
    private static final int RULE_ID = 9, RULE_POSITION_ID = 10, RULE_CHAIN_ID = 11;
    private static final int REPLACE = 0x100, EXCL = 0x200, CREATE = 0x400, APPEND = 0x800, CONNTRACK = -200;

    private final Batch batch;

    ChainChanges(Batch batch) {
        this.batch = batch;
    }

    // --- chains ---

    private static @Nullable Chain find(Table table, NlReader in, int handleType, int nameType) {
        if (in.has(handleType)) {
            long handle = in.be64(handleType, 0);
            return table.chains.values().stream()
                    .filter(c -> c.handle == handle)
                    .findFirst()
                    .orElse(null);
        }
        String name = in.text(nameType);
        return name == null ? null : table.chains.get(name);
    }

    void add(Table table, boolean exclusive, NlReader in) {
        Chain old = find(table, in, HANDLE, NAME);
        if (old != null) {
            change(table, old, exclusive, in);
            return;
        }
        if (in.has(HANDLE)) {
            throw Errno.ENOENT.exception();
        }
        int flags = in.be32(FLAGS, 0);
        long handle = ++table.lastHandle;
        boolean nameless = !in.has(NAME) && (flags & Chain.FLAG_BINDING) != 0;
        String name = nameless ? "__chain" + handle : Batch.checkName(in.text(NAME));
        Chain chain = new Chain(name, handle, flags, base(table, in), in.data(USERDATA), List.of());
        update(chain, in);
        table.chains.put(name, chain);
        if (in.has(ID)) {
            batch.name(in.be32(ID, 0), name);
        }
    }

    private static Chain.@Nullable Base base(Table table, NlReader in) {
        NlReader hook = in.nested(HOOK);
        if (hook == null) {
            if (in.has(POLICY)) {
                throw Errno.EOPNOTSUPP.exception();
            }
            return null;
        }
        int number = hook.be32(HOOK_NUMBER, -1);
        int priority = hook.be32(HOOK_PRIORITY, 0);
        String type = in.text(TYPE) == null ? "filter" : in.needText(TYPE);
        if (number < 0 || number >= NfHook.COUNT) {
            throw Errno.EOPNOTSUPP.exception();
        }
        boolean fits = switch (type) {
            case "filter" -> true;
            case "nat" -> number != NfHook.FORWARD && priority > CONNTRACK;
            case "route" -> number == NfHook.LOCAL_OUT;
            default -> throw Errno.ENOENT.exception();
        };
        if (!fits) {
            throw Errno.EOPNOTSUPP.exception();
        }
        return new Chain.Base(number, priority, type);
    }

    private static void update(Chain chain, NlReader in) {
        if (in.has(POLICY)) {
            int policy = in.be32(POLICY, -1);
            if (chain.base == null) {
                throw Errno.EOPNOTSUPP.exception();
            }
            if (policy != NfHook.DROP && policy != NfHook.ACCEPT) {
                throw Errno.EINVAL.exception();
            }
            chain.policy = policy;
        }
        NlReader counters = in.nested(COUNTERS);
        if (counters != null) {
            Chain.Count count = new Chain.Count();
            count.bytes = counters.be64(COUNTER_BYTES, 0);
            count.packets = counters.be64(COUNTER_PACKETS, 0);
            chain.count = count;
        }
    }

    private static void change(Table table, Chain old, boolean exclusive, NlReader in) {
        if (exclusive) {
            throw Errno.EEXIST.exception();
        }
        if (in.has(HOOK)) {
            Chain.Base base = base(table, in);
            if (old.base == null || !old.base.equals(base)) {
                throw Errno.EEXIST.exception();
            }
        }
        String name = in.text(NAME);
        if (in.has(HANDLE) && name != null && !name.equals(old.name)) {
            Batch.checkName(name);
            if (table.chains.containsKey(name)) {
                throw Errno.EEXIST.exception();
            }
            if (table.jumpsTo(old.name) > 0) {
                throw Errno.EBUSY.exception();
            }
            table.chains.remove(old.name);
            table.chains.put(name, old.copy(name));
            return;
        }
        update(old, in);
    }

    void delete(Table table, boolean onlyEmpty, NlReader in) {
        Chain chain = find(table, in, HANDLE, NAME);
        if (chain == null) {
            throw Errno.ENOENT.exception();
        }
        if (onlyEmpty && !chain.rules.isEmpty() || table.jumpsTo(chain.name) > 0) {
            throw Errno.EBUSY.exception();
        }
        table.chains.remove(chain.name);
    }

    // --- rules ---

    private @Nullable Chain chainOf(Table table, NlReader in) {
        if (in.has(RULE_CHAIN_ID)) {
            return table.chains.get(batch.chain(in.be32(RULE_CHAIN_ID, 0)));
        }
        String name = in.text(RULE_CHAIN);
        return name == null ? null : table.chains.get(name);
    }

    private static int place(Chain chain, NlReader in, int handleType, int idType) {
        for (int i = 0; i < chain.rules.size(); i++) {
            Rule rule = chain.rules.get(i);
            boolean same = in.has(handleType)
                    ? rule.handle == in.be64(handleType, 0)
                    : rule.id != 0 && rule.id == in.be32(idType, 0);
            if (same) {
                return i;
            }
        }
        throw Errno.ENOENT.exception();
    }

    void addRule(Table table, int flags, NlReader in) {
        Chain chain = chainOf(table, in);
        if (chain == null) {
            throw Errno.ENOENT.exception();
        }
        int replaced = -1;
        if (in.has(RULE_HANDLE)) {
            replaced = place(chain, in, RULE_HANDLE, RULE_ID);
            if ((flags & EXCL) != 0) {
                throw Errno.EEXIST.exception();
            }
            if ((flags & REPLACE) == 0) {
                throw Errno.EOPNOTSUPP.exception();
            }
        } else if ((flags & CREATE) == 0 || (flags & REPLACE) != 0) {
            throw Errno.EINVAL.exception();
        }
        Rule rule = new Rule(
                ++table.lastHandle,
                in.be32(RULE_ID, 0),
                ExpressionReader.list(in, RULE_EXPRESSIONS, batch),
                in.data(RULE_USERDATA));
        check(table, chain, rule);
        if (replaced >= 0) {
            chain.rules.set(replaced, rule);
        } else if (in.has(RULE_POSITION) || in.has(RULE_POSITION_ID)) {
            int at = place(chain, in, RULE_POSITION, RULE_POSITION_ID);
            chain.rules.add((flags & APPEND) != 0 ? at + 1 : at, rule);
        } else {
            chain.rules.add((flags & APPEND) != 0 ? chain.rules.size() : 0, rule);
        }
    }

    private static void check(Table table, Chain chain, Rule rule) {
        Chain.Base base = chain.base;
        boolean translates = base != null && base.type().equals("nat");
        for (Expression e : rule.expressions) {
            String to = e.jumpsTo();
            Chain target = to == null ? null : table.chains.get(to);
            if (to != null && target == null) {
                throw Errno.ENOENT.exception();
            }
            if (target != null && target.base != null) {
                throw Errno.EOPNOTSUPP.exception();
            }
            if (e instanceof Translate && base != null && !translates) {
                throw Errno.EOPNOTSUPP.exception();
            }
        }
    }

    void deleteRules(Table table, NlReader in) {
        Chain chain = chainOf(table, in);
        boolean named = in.has(RULE_CHAIN) || in.has(RULE_CHAIN_ID);
        if (named && chain == null) {
            throw Errno.ENOENT.exception();
        }
        if (chain == null) {
            table.chains.values().forEach(c -> c.rules.clear());
        } else if (in.has(RULE_HANDLE) || in.has(RULE_ID)) {
            chain.rules.remove(place(chain, in, RULE_HANDLE, RULE_ID));
        } else {
            chain.rules.clear();
        }
    }
}
