package umlaut.net.netlink;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Netlink;
import umlaut.kernel.task.Task;
import umlaut.net.core.Be;
import umlaut.net.core.NetNamespace;
import umlaut.net.nftables.Batch;
import umlaut.net.nftables.Listing;
import umlaut.net.nftables.XtQuestion;

/** NETLINK_NETFILTER (net/netfilter/nfnetlink.c): changes of nf_tables come in batches, questions one by one. A batch that its datagram does not end is given up. */
final class NetfilterProtocol implements NetlinkProtocol {
    private static final int HEADER = 4, BATCH_BEGIN = 16, BATCH_END = 17, BATCH_GENID = 1;
    private static final int NFTABLES = 10, COMPAT = 11, COMPAT_GET = 0;

    private final NetNamespace net;
    private @Nullable Batch batch;

    NetfilterProtocol(NetNamespace net) {
        this.net = net;
    }

    @Override
    public boolean request(Task task, int type, int flags, byte[] payload, NlWriter out) {
        if (!task.credentials().capableIn(task.ns().net().owner(), Capability.CAP_NET_ADMIN)) {
            throw Errno.EPERM.exception();
        }
        if (payload.length < HEADER) {
            throw Errno.EINVAL.exception();
        }
        int family = payload[0] & 0xff;
        NlReader in = NlReader.of(Arrays.copyOfRange(payload, HEADER, payload.length), 0);
        switch (type) {
            case BATCH_BEGIN -> begin(Be.u16(payload, 2), in);
            case BATCH_END -> commit();
            default -> {
                return message(task, type, family, flags, in, out);
            }
        }
        return false;
    }

    private void begin(int subsystem, NlReader in) {
        if (subsystem != NFTABLES) {
            throw Errno.EOPNOTSUPP.exception();
        }
        Batch begun = new Batch(net);
        if (in.has(BATCH_GENID) && in.be32(BATCH_GENID, 0) != net.nftables.generation()) {
            throw Errno.ERESTART.exception();
        }
        batch = begun;
    }

    private void commit() {
        Batch done = batch;
        batch = null;
        if (done != null) {
            done.commit();
        }
    }

    @Override
    public void datagramEnded() {
        batch = null;
    }

    private boolean message(Task task, int type, int family, int flags, NlReader in, NlWriter out) {
        int subsystem = type >>> 8;
        int command = type & 0xff;
        boolean dump = (flags & Netlink.NLM_F_DUMP) == Netlink.NLM_F_DUMP;
        if (subsystem == COMPAT && command == COMPAT_GET) {
            XtQuestion.answer(family, in, out);
            return false;
        }
        if (subsystem != NFTABLES) {
            throw Errno.EINVAL.exception();
        }
        Batch current = batch;
        if (current == null) {
            Listing.answer(net, command, family, dump, in, out, task.group.tgid, task.comm());
            return dump;
        }
        try {
            current.change(command, family, flags, in);
        } catch (ErrnoException e) {
            current.fail();
            throw e;
        }
        return false;
    }
}
