package umlaut.net.netlink;

import umlaut.abi.Errno;
import umlaut.abi.Netlink;
import umlaut.kernel.task.Task;

/** NETLINK_GENERIC: the controller, which knows no family but itself (net/netlink/genetlink.c). */
final class GenericProtocol implements NetlinkProtocol {
    private static final String NAME = "nlctrl";
    private static final int VERSION = 3, HEADER_SIZE = 4, MAX_ATTRIBUTE = 5, VERSION_VALUE = 2, MAX_VALUE = 10;

    @Override
    public boolean request(Task task, int type, int flags, byte[] payload, NlWriter out) {
        if (type != Netlink.GENL_ID_CTRL) {
            throw Errno.ENOENT.exception();
        }
        NlReader in = NlReader.of(payload, 4);
        if (in.u8(0) != Netlink.CTRL_CMD_GETFAMILY) {
            throw Errno.EOPNOTSUPP.exception();
        }
        boolean dump = (flags & Netlink.NLM_F_DUMP) == Netlink.NLM_F_DUMP;
        String name = in.text(Netlink.CTRL_ATTR_FAMILY_NAME);
        int id = in.number(Netlink.CTRL_ATTR_FAMILY_ID, 0);
        if (!dump && !NAME.equals(name) && id != Netlink.GENL_ID_CTRL) {
            throw Errno.ENOENT.exception();
        }
        out.begin(Netlink.GENL_ID_CTRL, dump ? Netlink.NLM_F_MULTI : 0).u8(Netlink.CTRL_CMD_NEWFAMILY, 2, 0, 0);
        out.text(Netlink.CTRL_ATTR_FAMILY_NAME, NAME)
                .attribute16(Netlink.CTRL_ATTR_FAMILY_ID, Netlink.GENL_ID_CTRL)
                .attribute32(VERSION, VERSION_VALUE)
                .attribute32(HEADER_SIZE, 0)
                .attribute32(MAX_ATTRIBUTE, MAX_VALUE)
                .end();
        if (dump) {
            out.done();
        }
        return dump;
    }
}
