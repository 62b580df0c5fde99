package umlaut.net.nftables;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import umlaut.abi.Errno;
import umlaut.net.netfilter.NfHook;

/** All tables of a namespace. */
final class Ruleset {
    final Map<Table.Key, Table> tables = new LinkedHashMap<>();
    long lastTableHandle;

    Ruleset copy() {
        Ruleset copy = new Ruleset();
        copy.lastTableHandle = lastTableHandle;
        tables.forEach((key, table) -> copy.tables.put(key, table.copy()));
        return copy;
    }

    // --- before it is put into force ---

    /** Takes out nameless sets and chains whose rules have gone. */
    void sweep() {
        for (Table table : tables.values()) {
            table.chains.values().removeIf(c -> c.isBinding() && table.jumpsTo(c.name) == 0);
            table.sets.values().removeIf(s -> s.spec.has(NftSet.ANONYMOUS) && !table.isUsed(s));
        }
    }

    /** Only what base chains lead to matters. @throws umlaut.abi.ErrnoException EMLINK: chains jump in a circle, or too deep */
    void validate() {
        for (Table table : tables.values()) {
            for (Chain chain : table.chains.values()) {
                if (chain.base != null) {
                    descend(table, chain, new HashSet<>());
                }
            }
        }
    }

    private static void descend(Table table, Chain chain, Set<String> above) {
        if (!above.add(chain.name) || above.size() > Evaluation.MOST_JUMPS) {
            throw Errno.EMLINK.exception();
        }
        for (String name : targets(table, chain)) {
            Chain to = table.chains.get(name);
            if (to != null) {
                descend(table, to, above);
            }
        }
        above.remove(chain.name);
    }

    private static Set<String> targets(Table table, Chain chain) {
        Set<String> names = new HashSet<>();
        for (Rule rule : chain.rules) {
            for (Expression e : rule.expressions) {
                String jump = e.jumpsTo();
                if (jump != null) {
                    names.add(jump);
                }
                NftSet set = e.setName() == null ? null : table.sets.get(e.setName());
                if (set != null && set.spec.has(NftSet.MAP)) {
                    for (Element element : set.elements(Long.MIN_VALUE)) {
                        if (element.verdict != null && element.verdict.chain() != null) {
                            names.add(element.verdict.chain());
                        }
                    }
                }
            }
        }
        return names;
    }

    // --- in force ---

    /** What is to be called at hooks. */
    List<NfHook.Entry> entries() {
        List<NfHook.Entry> entries = new ArrayList<>();
        for (Table table : tables.values()) {
            if ((table.flags & Table.DORMANT) != 0) {
                continue;
            }
            int family = table.key.family();
            for (Chain chain : table.chains.values()) {
                Chain.Base base = chain.base;
                if (base == null) {
                    continue;
                }
                boolean nat = base.type().equals("nat");
                NfHook.Function function = p -> Evaluation.run(p, table, chain);
                if (family != NfHook.NFPROTO_IPV6) {
                    entries.add(new NfHook.Entry(true, base.hook(), base.priority(), nat, function));
                }
                if (family != NfHook.NFPROTO_IPV4) {
                    entries.add(new NfHook.Entry(false, base.hook(), base.priority(), nat, function));
                }
            }
        }
        return entries;
    }

    boolean tracks() {
        return tables.values().stream()
                .filter(t -> (t.flags & Table.DORMANT) == 0)
                .flatMap(t -> t.chains.values().stream())
                .flatMap(c -> c.rules.stream())
                .flatMap(r -> r.expressions.stream())
                .anyMatch(Expression::tracks);
    }
}
