package umlaut.net;

import org.jspecify.annotations.Nullable;
import umlaut.kernel.mm.IovIter;

/** One transfer of sendmsg(2) or recvmsg(2) on its way (Linux: struct msghdr). */
public final class Message {
    /** Where the data lies. */
    public final IovIter data;
    /** MSG_* as given, MSG_DONTWAIT included for files that don't block. */
    public final int flags;
    /** Sending: where to, null: to the peer. Receiving: filled with the sender's address, null: it has none. */
    public byte @Nullable [] address;
    /** Receiving: the caller wants the sender's address. */
    public boolean wantsAddress;
    /** Sending: what goes along. Receiving: what came along. */
    public @Nullable Control control;
    /** Receiving: MSG_TRUNC, MSG_EOR... for the caller. */
    public int resultFlags;

    public Message(IovIter data, int flags) {
        this.data = data;
        this.flags = flags;
    }

    /** Receiving: adds a control message of the protocol's own. */
    public void add(int level, int type, byte[] bytes) {
        Control along = control;
        if (along == null) {
            along = new Control();
            control = along;
        }
        along.items.add(new ControlItem(level, type, bytes));
    }

    public boolean has(int flag) {
        return (flags & flag) != 0;
    }
}
