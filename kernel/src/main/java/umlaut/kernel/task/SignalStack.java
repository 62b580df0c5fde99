package umlaut.kernel.task;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.SigConst;

/** The alternate signal stack of sigaltstack(2): guest addresses. Only its own task touches it. */
public final class SignalStack {
    public long base;
    public long size;
    /** As set: SS_DISABLE, SS_ONSTACK or 0, and SS_AUTODISARM. */
    public int flags;

    public void copyFrom(SignalStack other) {
        base = other.base;
        size = other.size;
        flags = other.flags;
    }

    public void disable() {
        base = 0;
        size = 0;
        flags = SigConst.SS_DISABLE;
    }

    /** A new program has none. */
    public void forget() {
        base = 0;
        size = 0;
    }

    /** Does {@code sp} lie in it? */
    public boolean contains(long sp) {
        return size != 0 && sp > base && sp - base <= size;
    }

    /** Is a handler running on it, so that it must not be changed? With SS_AUTODISARM it never is. */
    public boolean active(long sp) {
        return (flags & SigConst.SS_AUTODISARM) == 0 && contains(sp);
    }

    /** What sigaltstack(2) answers as ss_flags. */
    public int state(long sp) {
        int now = size == 0 ? SigConst.SS_DISABLE : active(sp) ? SigConst.SS_ONSTACK : 0;
        return now | flags & SigConst.SS_FLAG_BITS;
    }

    /**
     * sigaltstack(2), but for the access to guest memory.
     *
     * @param sp the caller's stack pointer
     * @return null, or the error: EPERM, EINVAL, ENOMEM
     */
    public @Nullable Errno set(long newBase, long newSize, int newFlags, long sp) {
        if (active(sp)) {
            return Errno.EPERM;
        }
        if (newBase == base && newSize == size && newFlags == flags) {
            return null;
        }
        int mode = newFlags & ~SigConst.SS_FLAG_BITS;
        if (mode != SigConst.SS_DISABLE && mode != SigConst.SS_ONSTACK && mode != 0) {
            return Errno.EINVAL;
        }
        if (mode == SigConst.SS_DISABLE) {
            base = 0;
            size = 0;
        } else {
            if (Long.compareUnsigned(newSize, SigConst.MINSIGSTKSZ) < 0) {
                return Errno.ENOMEM;
            }
            base = newBase;
            size = newSize;
        }
        flags = newFlags;
        return null;
    }
}
