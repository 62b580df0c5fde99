package umlaut.kernel.vfs;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.ns.UserNamespace;

/**
 * The attribute security.capability on its way in and out, capabilities(7) "File capabilities" (Linux: cap_convert_nscap and cap_inode_getsecurity in
 * security/commoncap.c): in a user namespace it is kept with the namespace's root user (version 3) and shown without (version 2).
 */
final class FileCapabilities {
    private static final String NAME = "security.capability";
    private static final int REVISION_MASK = 0xff00_0000;
    private static final int VERSION_1 = 0x0100_0000;
    private static final int VERSION_2 = 0x0200_0000;
    private static final int VERSION_3 = 0x0300_0000;
    private static final int SIZE_2 = 20;
    private static final int SIZE_3 = 24;

    private FileCapabilities() {}

    /** @throws umlaut.abi.ErrnoException EINVAL for what is no such attribute, EPERM */
    static byte[] toStore(Inode inode, Credentials who, String name, byte[] value) {
        if (!name.equals(NAME)) {
            return value;
        }
        int revision = value.length < 4 ? 0 : little(value).getInt(0) & REVISION_MASK;
        boolean two = revision == VERSION_2 && value.length == SIZE_2;
        boolean three = revision == VERSION_3 && value.length == SIZE_3;
        if (!two && !three && !(revision == VERSION_1 && value.length == 12)) {
            throw Errno.EINVAL.exception();
        }
        UserNamespace ns = who.userNs();
        if (!three && who.capableIn(inode.superBlock.userNs(), Capability.CAP_SETFCAP)) {
            return value;
        }
        int root = three ? ns.uidOutside(little(value).getInt(SIZE_2)) : ns.rootUid();
        if (root == -1) {
            throw Errno.EPERM.exception();
        }
        byte[] kept = java.util.Arrays.copyOf(value, SIZE_3);
        ByteBuffer out = little(kept);
        out.putInt(0, out.getInt(0) & ~REVISION_MASK | VERSION_3);
        out.putInt(SIZE_2, root);
        return kept;
    }

    /** @throws umlaut.abi.ErrnoException EOVERFLOW when the root user it is for has no name here */
    static byte @Nullable [] toShow(Credentials who, String name, byte @Nullable [] value) {
        if (value == null || !name.equals(NAME) || value.length != SIZE_3) {
            return value;
        }
        int root = little(value).getInt(SIZE_2);
        UserNamespace ns = who.userNs();
        byte[] shown;
        if (root == ns.rootUid()) {
            shown = java.util.Arrays.copyOf(value, SIZE_2);
            ByteBuffer out = little(shown);
            out.putInt(0, out.getInt(0) & ~REVISION_MASK | VERSION_2);
            return shown;
        }
        int inside = ns.uidInside(root);
        if (inside == -1) {
            throw Errno.EOVERFLOW.exception();
        }
        shown = value.clone();
        little(shown).putInt(SIZE_2, inside);
        return shown;
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
