package umlaut.engine.process;

/** Order numbers above all host system calls: things the stub does by itself. */
final class Order {
    static final int SIZE = 64;
    /** Offset of the result in an order. */
    static final int RESULT = 56;

    /** Guest thread: copy (to, offset in area, length, quiet) out; on a fault RAX becomes -EFAULT unless quiet. */
    static final int COPY_OUT = 0x1000;
    /** Guest thread: xsave to (address). */
    static final int XSAVE = 0x1001;
    /** Guest thread: xrstor from (address). */
    static final int XRSTOR = 0x1002;
    /** Guest thread: compare (address), (expected), exchange (value); the result is the old value, zero-extended. */
    static final int CAS = 0x1003;
    /** Guest thread: copy (to, from address, length) out of a window; a fault sets {@link Area#COPY_FAILED}. */
    static final int COPY_WINDOW = 0x1004;

    /** Service thread: fork; (offset of the child's order pages in the area file). */
    static final int FORK = 0x2000;
    /** Service thread: a new guest thread with area (address). */
    static final int THREAD = 0x2001;
    /** Service thread: open (path) with (flags) as descriptor (number). */
    static final int OPEN_AT = 0x2002;
    /** Service thread: CAS as above. */
    static final int SERVICE_CAS = 0x2003;

    private Order() {}
}
