package umlaut.kernel.task;

/** The alternate signal stack of sigaltstack(2): guest addresses. Only its own task touches it. */
public final class SignalStack {
    public static final int SS_ONSTACK = 1;
    public static final int SS_DISABLE = 2;
    public static final int SS_AUTODISARM = 1 << 31;

    public long base;
    public long size;
    public int flags = SS_DISABLE;

    public void copyFrom(SignalStack other) {
        base = other.base;
        size = other.size;
        flags = other.flags;
    }

    public void disable() {
        base = 0;
        size = 0;
        flags = SS_DISABLE;
    }

    public boolean contains(long sp) {
        return size != 0 && sp > base && sp - base <= size;
    }
}
