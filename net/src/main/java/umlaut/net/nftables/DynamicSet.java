package umlaut.net.nftables;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** Packets add to a set, keep elements alive or take them out (net/netfilter/nft_dynset.c). */
final class DynamicSet extends Expression {
    private static final int SET = 1, SET_ID = 2, OP = 3, KEY = 4, DATA = 5, TIMEOUT = 6, EXPR = 7, FLAGS = 9;
    private static final int EXPRESSIONS = 10, LIST_ELEM = 1, ADD = 0, UPDATE = 1, DELETE = 2, INVERTED = 1;
    private static final long MS = 1_000_000;

    private final String set;
    private final int op;
    private final int keyLength;
    private final int dataLength;
    private final int key;
    private final int data;
    private final long timeoutMs;
    private final int flags;
    /** Each element gets such of its own, made anew from these messages. */
    private final List<NlReader> templates = new ArrayList<>();

    private final List<Expression> shown = new ArrayList<>();

    DynamicSet(NlReader in, Names names) {
        NftSet found = names.set(in.needText(SET), in.be32(SET_ID, 0));
        set = found.name;
        op = in.be32(OP, -1);
        if (op < ADD || op > DELETE || found.spec.has(NftSet.CONSTANT)) {
            throw Errno.EINVAL.exception();
        }
        keyLength = found.spec.keyLength();
        dataLength = found.spec.dataLength();
        key = Register.read(in, KEY, keyLength);
        data = Register.optional(in, DATA, dataLength);
        timeoutMs = in.be64(TIMEOUT, found.spec.timeoutMs());
        flags = in.be32(FLAGS, 0);
        NlReader one = in.nested(EXPR);
        if (one != null) {
            templates.add(one);
        }
        templates.addAll(in.list(EXPRESSIONS));
        for (NlReader template : templates) {
            shown.add(ExpressionReader.read(template, Names.NONE));
        }
    }

    @Override
    String name() {
        return "dynset";
    }

    @Override
    @Nullable String setName() {
        return set;
    }

    @Override
    void run(Evaluation e) {
        NftSet in = e.table.sets.get(set);
        long now = e.packet.net.nowNs();
        boolean inverted = (flags & INVERTED) != 0;
        if (in == null) {
            e.noMatch();
            return;
        }
        byte[] bytes = e.get(key, keyLength);
        Element found = in.same(element(e, bytes, now, List.of()), now);
        if (op == DELETE) {
            if (found == null) {
                e.noMatch();
            } else {
                in.remove(found);
            }
            return;
        }
        if (found == null) {
            in.expire(now);
            if (in.isFull()) {
                if (!inverted) {
                    e.noMatch();
                }
                return;
            }
            List<Expression> own = new ArrayList<>();
            templates.forEach(t -> own.add(ExpressionReader.read(t, Names.NONE)));
            found = element(e, bytes, now, own);
            in.add(found);
        } else if (op == UPDATE && timeoutMs != 0) {
            found.deadlineNs = now + timeoutMs * MS;
        }
        for (Expression expression : found.expressions) {
            expression.run(e);
            if (e.verdict != Verdict.CONTINUE) {
                return;
            }
        }
        if (inverted) {
            e.noMatch();
        }
    }

    private Element element(Evaluation e, byte[] bytes, long now, List<Expression> own) {
        long deadline = timeoutMs == 0 ? Element.FOREVER : now + timeoutMs * MS;
        byte[] leads = data < 0 ? null : e.get(data, dataLength);
        return new Element(bytes, null, 0, leads, null, null, timeoutMs, deadline, null, own);
    }

    @Override
    void write(NlWriter out) {
        out.text(SET, set).be32(OP, op);
        Register.write(out, KEY, key);
        Register.write(out, DATA, data);
        if (timeoutMs != 0) {
            out.be64(TIMEOUT, timeoutMs);
        }
        if (flags != 0) {
            out.be32(FLAGS, flags);
        }
        if (shown.size() == 1) {
            shown.getFirst().writeAll(out, EXPR);
        } else if (!shown.isEmpty()) {
            int list = out.open(EXPRESSIONS);
            shown.forEach(x -> x.writeAll(out, LIST_ELEM));
            out.close(list);
        }
    }
}
