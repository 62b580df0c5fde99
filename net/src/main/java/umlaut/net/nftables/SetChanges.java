package umlaut.net.nftables;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.net.netlink.NlReader;

/** Messages about sets, their elements, and named objects (nf_tables_newset, nf_tables_newsetelem, nf_tables_newobj and their like). */
final class SetChanges {
    private static final int NAME = 2, FLAGS = 3, KEY_TYPE = 4, KEY_LEN = 5, DATA_TYPE = 6, DATA_LEN = 7, POLICY = 8;
    private static final int DESC = 9,
            ID = 10,
            TIMEOUT = 11,
            GC_INTERVAL = 12,
            USERDATA = 13,
            OBJ_TYPE = 15,
            HANDLE = 16;
    private static final int EXPR = 17, EXPRESSIONS = 18, DESC_SIZE = 1, DESC_CONCAT = 2, FIELD_LEN = 1;
    private static final int ELEM_SET = 2, ELEMENTS = 3, ELEM_SET_ID = 4, VERDICT_LENGTH = 16;
    private static final int OBJ_NAME = 2, OBJECT_TYPE = 3, OBJ_DATA = 4, OBJ_HANDLE = 6, OBJ_USERDATA = 8;
    private static final int KNOWN_FLAGS = 0x1ff, VERDICT_TYPE = 0xffffff00;
    private static final long MS = 1_000_000;

    private final Batch batch;

    SetChanges(Batch batch) {
        this.batch = batch;
    }

    // --- sets ---

    void add(Table table, boolean create, boolean exclusive, NlReader in) {
        String name = Batch.checkName(in.text(NAME));
        NftSet old = table.sets.get(name);
        if (old != null) {
            if (exclusive) {
                throw Errno.EEXIST.exception();
            }
            batch.name(in.be32(ID, 0), old);
            return;
        }
        if (!create) {
            throw Errno.ENOENT.exception();
        }
        NftSet.Spec spec = spec(in);
        NftSet set = new NftSet(numbered(table, name), ++table.lastHandle, spec);
        table.sets.put(set.name, set);
        batch.name(in.be32(ID, 0), set);
    }

    private NftSet.Spec spec(NlReader in) {
        int flags = in.be32(FLAGS, 0);
        int keyLength = in.be32(KEY_LEN, 0);
        boolean map = (flags & NftSet.MAP) != 0;
        int dataType = in.be32(DATA_TYPE, 0);
        int dataLength = dataType == VERDICT_TYPE ? VERDICT_LENGTH : in.be32(DATA_LEN, 0);
        if ((flags & ~KNOWN_FLAGS) != 0) {
            throw Errno.EOPNOTSUPP.exception();
        }
        boolean badData = map && (dataLength <= 0 || dataLength > Data.MOST);
        if (keyLength <= 0 || keyLength > Data.MOST || badData) {
            throw Errno.EINVAL.exception();
        }
        NlReader desc = in.nested(DESC);
        List<Integer> fields = new ArrayList<>();
        if (desc != null) {
            for (NlReader field : desc.list(DESC_CONCAT)) {
                int length = field.be32(FIELD_LEN, 0);
                if (length <= 0 || length > Data.MOST) {
                    throw Errno.EINVAL.exception();
                }
                fields.add(length);
            }
        }
        return new NftSet.Spec(
                flags,
                in.be32(KEY_TYPE, 0),
                keyLength,
                dataType,
                dataLength,
                in.be32(OBJ_TYPE, 0),
                in.be32(POLICY, 0),
                desc == null ? 0 : desc.be32(DESC_SIZE, 0),
                fields,
                in.be64(TIMEOUT, 0),
                in.be32(GC_INTERVAL, 0),
                in.data(USERDATA),
                expressions(in, EXPR, EXPRESSIONS));
    }

    private List<Expression> expressions(NlReader in, int single, int several) {
        NlReader one = in.nested(single);
        return one != null ? List.of(ExpressionReader.read(one, batch)) : ExpressionReader.list(in, several, batch);
    }

    /** "__set%d" becomes the first such name that is free. */
    private static String numbered(Table table, String name) {
        int at = name.indexOf("%d");
        if (at < 0) {
            return name;
        }
        for (int i = 0; ; i++) {
            String candidate = name.substring(0, at) + i + name.substring(at + 2);
            if (!table.sets.containsKey(candidate)) {
                return candidate;
            }
        }
    }

    void delete(Table table, NlReader in) {
        String name = in.text(NAME);
        long handle = in.be64(HANDLE, 0);
        NftSet set = in.has(HANDLE)
                ? table.sets.values().stream()
                        .filter(s -> s.handle == handle)
                        .findFirst()
                        .orElse(null)
                : name == null ? null : table.sets.get(name);
        if (set == null) {
            throw Errno.ENOENT.exception();
        }
        if (table.isUsed(set)) {
            throw Errno.EBUSY.exception();
        }
        table.sets.remove(set.name);
    }

    // --- elements ---

    private NftSet setOf(NlReader in) {
        return batch.set(in.needText(ELEM_SET), in.be32(ELEM_SET_ID, 0));
    }

    void addElements(Table table, boolean exclusive, NlReader in) {
        NftSet set = setOf(in);
        for (NlReader each : in.list(ELEMENTS)) {
            Element element = element(table, set, each, true);
            Element old = set.same(element, batch.nowNs());
            if (old != null) {
                if (exclusive) {
                    throw Errno.EEXIST.exception();
                }
                if (!leadsAlike(old, element)) {
                    throw Errno.EBUSY.exception();
                }
                continue;
            }
            if (!element.isEnd() && set.isFull()) {
                set.expire(batch.nowNs());
                if (set.isFull()) {
                    throw Errno.ENFILE.exception();
                }
            }
            set.add(element);
        }
    }

    private static boolean leadsAlike(Element a, Element b) {
        return java.util.Arrays.equals(a.data, b.data)
                && java.util.Objects.equals(a.verdict, b.verdict)
                && java.util.Objects.equals(a.object, b.object);
    }

    /** @param fresh for a set; else only its key is looked at */
    private Element element(Table table, NftSet set, NlReader in, boolean fresh) {
        int flags = in.be32(Element.ATTR_FLAGS, 0);
        boolean catchAll = (flags & Element.CATCH_ALL) != 0;
        byte[] key = catchAll ? new byte[0] : Data.value(in, Element.ATTR_KEY);
        byte[] keyEnd = in.has(Element.ATTR_KEY_END) ? Data.value(in, Element.ATTR_KEY_END) : null;
        boolean fits =
                catchAll || key.length == set.spec.keyLength() && (keyEnd == null || keyEnd.length == key.length);
        boolean intervals = set.spec.has(NftSet.INTERVAL) || (flags & Element.INTERVAL_END) == 0 && keyEnd == null;
        if (!fits || !intervals) {
            throw Errno.EINVAL.exception();
        }
        long timeout = in.be64(Element.ATTR_TIMEOUT, set.spec.timeoutMs());
        long left = in.be64(Element.ATTR_EXPIRATION, timeout);
        if (timeout != 0 && !set.spec.has(NftSet.TIMEOUT)) {
            throw Errno.EINVAL.exception();
        }
        long deadline =
                timeout == 0 || (flags & Element.INTERVAL_END) != 0 ? Element.FOREVER : batch.nowNs() + left * MS;
        byte[] data = null;
        Verdict verdict = null;
        boolean leads = fresh && set.spec.has(NftSet.MAP) && in.has(Element.ATTR_DATA);
        if (leads && set.spec.dataType() == VERDICT_TYPE) {
            verdict = Data.verdict(in, Element.ATTR_DATA, batch);
            checkJump(table, verdict);
        } else if (leads) {
            data = Data.value(in, Element.ATTR_DATA);
        }
        String object = fresh ? in.text(Element.ATTR_OBJREF) : null;
        if (object != null && !table.objects.containsKey(new Table.ObjectKey(set.spec.objectType(), object))) {
            throw Errno.ENOENT.exception();
        }
        List<Expression> own = fresh ? expressions(in, Element.ATTR_EXPR, Element.ATTR_EXPRESSIONS) : List.of();
        return new Element(
                key, keyEnd, flags, data, verdict, object, timeout, deadline, in.data(Element.ATTR_USERDATA), own);
    }

    private static void checkJump(Table table, @Nullable Verdict verdict) {
        if (verdict == null) {
            throw Errno.EINVAL.exception();
        }
        if (verdict.chain() != null && !table.chains.containsKey(verdict.chain())) {
            throw Errno.ENOENT.exception();
        }
    }

    void deleteElements(Table table, boolean destroy, NlReader in) {
        NftSet set = setOf(in);
        if (!in.has(ELEMENTS)) {
            set.clear();
            return;
        }
        for (NlReader each : in.list(ELEMENTS)) {
            Element found = set.same(element(table, set, each, false), batch.nowNs());
            if (found != null) {
                set.remove(found);
            } else if (!destroy) {
                throw Errno.ENOENT.exception();
            }
        }
    }

    // --- objects ---

    void addObject(Table table, boolean exclusive, boolean replace, NlReader in) {
        Table.ObjectKey key = new Table.ObjectKey(in.be32(OBJECT_TYPE, 0), Batch.checkName(in.text(OBJ_NAME)));
        if (table.objects.containsKey(key)) {
            if (exclusive) {
                throw Errno.EEXIST.exception();
            }
            if (replace) {
                throw Errno.EOPNOTSUPP.exception();
            }
            return;
        }
        Expression expression = ExpressionReader.object(key.type(), in.needNested(OBJ_DATA));
        table.objects.put(key, new NftObject(key, ++table.lastHandle, expression, in.data(OBJ_USERDATA)));
    }

    void deleteObject(Table table, NlReader in) {
        int type = in.be32(OBJECT_TYPE, 0);
        String name = in.text(OBJ_NAME);
        long handle = in.be64(OBJ_HANDLE, 0);
        NftObject found = null;
        for (NftObject o : table.objects.values()) {
            boolean same =
                    in.has(OBJ_HANDLE) ? o.handle == handle : o.key.name().equals(name);
            found = same && o.key.type() == type ? o : found;
        }
        if (found == null) {
            throw Errno.ENOENT.exception();
        }
        Table.ObjectKey key = found.key;
        boolean used = table.chains.values().stream()
                .flatMap(c -> c.rules.stream())
                .flatMap(r -> r.expressions.stream())
                .anyMatch(e -> e instanceof ObjectReference reference && key.equals(reference.object()));
        if (used) {
            throw Errno.EBUSY.exception();
        }
        table.objects.remove(key);
    }
}
