package umlaut.engine.process;

/**
 * Offsets in an address space's slot of the area file: the service thread's order pages (the first {@link Layout#ORDERS_SIZE} bytes, which only the
 * JVM writes) and its reply page behind them.
 */
final class ServicePages {
    /** Number of the newest batch. A futex. */
    static final int SEQ = 0;

    static final int COUNT = 4;
    /** Not 0: the JVM sleeps on DONE. */
    static final int WAITING = 8;

    static final int POLLS = 12;
    /** Orders of {@link Order#SIZE} bytes; the last word not 0 means: go on after an error. */
    static final int ORDER = 64;

    static final int MAX_ORDERS = 120;
    /** Strings and structs for orders to point at. */
    static final int STRINGS = 0x2000;

    static final int STRINGS_SIZE = 0x2000;

    /** From here on in the reply page. Number of the last batch done. A futex. */
    static final int DONE = 0;

    static final int ASLEEP = 4;
    static final int PID = 8;
    /** How many orders of the last batch were run. */
    static final int EXECUTED = 12;

    static final int RESULT = 64;

    private ServicePages() {}
}
