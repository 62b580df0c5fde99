package umlaut.engine.process;

/**
 * Where things are in a stub process. The guest has everything below {@link #TASK_SIZE}; the 4 GiB up to the stub are never mapped,
 * so that a filter that looks only at the high half of an address, and at lengths below 4 GiB, keeps guests away from the stub.
 */
final class Layout {
    static final long TASK_SIZE = 0x7ffd_0000_0000L;

    /** Stub text and tables, read-execute. */
    static final long TEXT = 0x7ffe_0000_0000L;

    /** Where the host's vvar and vDSO pages are moved. */
    static final long VDSO = TEXT + 0x10_0000;

    /** The service thread's orders: read-only here, written by the JVM. */
    static final long ORDERS = TEXT + 0x20_0000;

    static final int ORDERS_SIZE = 0x4000;

    /** The service thread's answers; guest code can write it, so nothing in it is believed. */
    static final long REPLY = ORDERS + ORDERS_SIZE;

    static final int REPLY_SIZE = 0x1000;

    /** What is known of paths ({@link PathTable}): read-only here, the same in all processes of an engine. In the area file it stands behind the slots. */
    static final long PATHS = TEXT + 0x30_0000;

    /** Thread areas: slot n of the area file is mapped at AREAS + n * SLOT_SIZE. */
    static final long AREAS = 0x7ffe_1000_0000L;

    static final int SLOT_SHIFT = 16;
    static final int SLOT_SIZE = 1 << SLOT_SHIFT;

    /** Windows into host's files, for guest threads to copy from. */
    static final long WINDOWS = 0x7fff_0000_0000L, WINDOWS_END = 0x7fff_e000_0000L;

    /** Slots an engine has, each used by a thread or an address space. */
    static final int SLOTS = 32768;

    /** Descriptor of the area file in every service thread's file table. */
    static final int AREA_FD = 0;

    /** Real-time signal that takes a guest thread out of guest code. */
    static final int INTERRUPT_SIGNAL = 40;

    private Layout() {}

    static long areaAddress(int slot) {
        return AREAS + ((long) slot << SLOT_SHIFT);
    }
}
