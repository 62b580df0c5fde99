package umlaut.net.nftables;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.net.core.NetNamespace;
import umlaut.net.netfilter.NfHook;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** Answers questions about the ruleset in force, one object or all (the get half of nf_tables_api.c). */
public final class Listing {
    private static final int GETTABLE = 1, GETCHAIN = 4, GETRULE = 7, GETSET = 10, GETSETELEM = 13;
    private static final int GETGEN = 16, GETOBJ = 19, GETOBJ_RESET = 21, GETFLOWTABLE = 23, GETRULE_RESET = 25;
    private static final int SUBSYSTEM = 10 << 8, MULTI = 2, TABLE = 1, NAME = 2, CHAIN_NAME = 3, TYPE = 3, HANDLE = 3;
    private static final int ELEM_TABLE = 1, ELEM_SET = 2, ELEMENTS = 3, GEN_ID = 1, GEN_PID = 2, GEN_NAME = 3;
    /** Elements to a message, whose attributes have at most 65,535 bytes. */
    private static final int ELEMENTS_EACH = 100;

    private final NetNamespace net;
    private final NlWriter out;
    private final boolean dump;
    private boolean found;

    private Listing(NetNamespace net, NlWriter out, boolean dump) {
        this.net = net;
        this.out = out;
        this.dump = dump;
    }

    /** @throws umlaut.abi.ErrnoException ENOENT: there is none; EOPNOTSUPP: no such question */
    public static void answer(
            NetNamespace net, int type, int family, boolean dump, NlReader in, NlWriter out, int pid, String program) {
        Listing listing = new Listing(net, out, dump);
        switch (type) {
            case GETTABLE -> listing.tables(family, in);
            case GETCHAIN -> listing.chains(family, in);
            case GETRULE, GETRULE_RESET -> listing.rules(family, in, type == GETRULE_RESET);
            case GETSET -> listing.sets(family, in);
            case GETSETELEM -> listing.elements(family, in);
            case GETOBJ, GETOBJ_RESET -> listing.objects(family, in, type == GETOBJ_RESET);
            case GETFLOWTABLE -> {} // there are none
            case GETGEN -> listing.generation(pid, program);
            default -> throw Errno.EOPNOTSUPP.exception();
        }
        if (dump) {
            out.done();
        } else if (!listing.found) {
            throw Errno.ENOENT.exception();
        }
    }

    /** @param type of the question: the answer's is one less */
    private void begin(int type, int family) {
        found = true;
        int generation = net.nftables.generation();
        out.begin(SUBSYSTEM | type - 1, dump ? MULTI : 0).u8(family, 0, generation >> 8, generation);
    }

    private List<Table> tablesOf(int family, @Nullable String name) {
        List<Table> list = new ArrayList<>();
        for (Table t : net.nftables.ruleset().tables.values()) {
            boolean right = family == NfHook.NFPROTO_UNSPEC || t.key.family() == family;
            if (right && (name == null || name.equals(t.key.name()))) {
                list.add(t);
            }
        }
        return list;
    }

    private void tables(int family, NlReader in) {
        String name = dump ? null : in.needText(TABLE);
        for (Table t : tablesOf(family, name)) {
            begin(GETTABLE, t.key.family());
            t.write(out);
            out.end();
        }
    }

    private void chains(int family, NlReader in) {
        String name = dump ? null : in.needText(CHAIN_NAME);
        for (Table t : tablesOf(family, in.text(TABLE))) {
            for (Chain c : t.chains.values()) {
                if (name == null || name.equals(c.name)) {
                    begin(GETCHAIN, t.key.family());
                    c.write(out, t.key.name(), t.uses(c));
                    out.end();
                }
            }
        }
    }

    private void rules(int family, NlReader in, boolean reset) {
        String chain = in.text(NAME);
        long handle = in.be64(HANDLE, 0);
        for (Table t : tablesOf(family, in.text(TABLE))) {
            for (Chain c : t.chains.values()) {
                if (chain != null && !chain.equals(c.name)) {
                    continue;
                }
                long before = 0;
                for (Rule r : c.rules) {
                    if (dump || r.handle == handle) {
                        begin(GETRULE, t.key.family());
                        r.write(out, t.key.name(), c.name, before);
                        out.end();
                        if (reset) {
                            r.expressions.forEach(Listing::reset);
                        }
                    }
                    before = r.handle;
                }
            }
        }
    }

    private static void reset(Expression expression) {
        if (expression instanceof Counter counter) {
            counter.reset();
        }
    }

    private void sets(int family, NlReader in) {
        String name = dump ? null : in.needText(NAME);
        for (Table t : tablesOf(family, in.text(TABLE))) {
            for (NftSet s : t.sets.values()) {
                if (name == null || name.equals(s.name)) {
                    begin(GETSET, t.key.family());
                    s.write(out, t.key.name());
                    out.end();
                }
            }
        }
    }

    private void elements(int family, NlReader in) {
        List<Table> tables = tablesOf(family, in.needText(ELEM_TABLE));
        NftSet set = tables.isEmpty() ? null : tables.getFirst().sets.get(in.needText(ELEM_SET));
        if (set == null) {
            throw Errno.ENOENT.exception();
        }
        List<Element> wanted = new ArrayList<>();
        if (dump) {
            wanted.addAll(set.elements(net.nowNs()));
        } else {
            for (NlReader each : in.list(ELEMENTS)) {
                Element element = set.find(Data.value(each, Element.ATTR_KEY), net.nowNs());
                if (element == null) {
                    throw Errno.ENOENT.exception();
                }
                wanted.add(element);
            }
        }
        for (int i = 0; i < wanted.size(); i += ELEMENTS_EACH) {
            begin(GETSETELEM, tables.getFirst().key.family());
            out.text(ELEM_TABLE, tables.getFirst().key.name()).text(ELEM_SET, set.name);
            int nest = out.open(ELEMENTS);
            for (Element e : wanted.subList(i, Math.min(i + ELEMENTS_EACH, wanted.size()))) {
                e.write(out, net.nowNs());
            }
            out.close(nest);
            out.end();
        }
    }

    private void objects(int family, NlReader in, boolean reset) {
        String name = dump ? null : in.needText(NAME);
        int type = in.be32(TYPE, 0);
        for (Table t : tablesOf(family, in.text(TABLE))) {
            for (NftObject o : t.objects.values()) {
                if ((name == null || name.equals(o.key.name())) && (type == 0 || type == o.key.type())) {
                    begin(GETOBJ, t.key.family());
                    o.write(out, t.key.name());
                    out.end();
                    if (reset) {
                        reset(o.expression);
                    }
                }
            }
        }
    }

    private void generation(int pid, String program) {
        begin(GETGEN, NfHook.NFPROTO_UNSPEC);
        out.be32(GEN_ID, net.nftables.generation())
                .be32(GEN_PID, pid)
                .text(GEN_NAME, program)
                .end();
    }
}
