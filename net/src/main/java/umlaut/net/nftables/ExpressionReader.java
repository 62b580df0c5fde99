package umlaut.net.nftables;

import java.util.ArrayList;
import java.util.List;
import umlaut.abi.Errno;
import umlaut.net.netlink.NlReader;

/** Makes expressions of messages. */
final class ExpressionReader {
    private static final int NAME = 1, DATA = 2;
    /** Expressions of a rule (NFT_RULE_MAXEXPRS). */
    private static final int MOST = 128;

    private ExpressionReader() {}

    /** @throws umlaut.abi.ErrnoException ENOENT: there is no such expression here; EINVAL, EOPNOTSUPP: not so */
    static Expression read(NlReader in, Names names) {
        NlReader nested = in.nested(DATA);
        NlReader data = nested == null ? NlReader.of(new byte[0], 0) : nested;
        return switch (in.needText(NAME)) {
            case "payload" -> new Payload(data);
            case "meta" -> new Meta(data);
            case "cmp" -> new Compare(data);
            case "range" -> new Range(data);
            case "bitwise" -> new Bitwise(data);
            case "byteorder" -> new ByteOrder(data);
            case "immediate" -> new Immediate(data, names);
            case "counter" -> new Counter(data);
            case "quota" -> new Quota(data);
            case "limit" -> new Limit(data);
            case "ct" -> new Tracked(data);
            case "notrack" -> new NoTrack();
            case "nat" -> new Translate(data, Translate.Kind.NAT);
            case "masq" -> new Translate(data, Translate.Kind.MASQ);
            case "redir" -> new Translate(data, Translate.Kind.REDIR);
            case "log" -> new Log(data);
            case "lookup" -> new Lookup(data, names);
            case "dynset" -> new DynamicSet(data, names);
            case "objref" -> new ObjectReference(data, names);
            case "reject" -> new Reject(data);
            case "fib" -> new RouteQuestion(data);
            case "numgen" -> new NumberGenerator(data);
            case "match" -> new XtMatch(data);
            case "target" -> new XtTarget(data);
            default -> throw Errno.ENOENT.exception();
        };
    }

    static List<Expression> list(NlReader in, int type, Names names) {
        List<Expression> list = new ArrayList<>();
        for (NlReader element : in.list(type)) {
            list.add(read(element, names));
        }
        if (list.size() > MOST) {
            throw Errno.EINVAL.exception();
        }
        return list;
    }

    /** Of an object's kind. */
    static Expression object(int type, NlReader data) {
        return switch (type) {
            case NftObject.COUNTER -> new Counter(data);
            case NftObject.QUOTA -> new Quota(data);
            case NftObject.LIMIT -> new Limit(data);
            default -> throw Errno.EOPNOTSUPP.exception();
        };
    }
}
