package umlaut.abi;

/**
 * Flags of eventfd(2) and signalfd(2).
 *
 * <p>Linux: {@code include/uapi/linux/eventfd.h}, {@code signalfd.h}.
 */
public final class EventFlags {
    public static final int EFD_SEMAPHORE = 01;
    public static final int EFD_CLOEXEC = 02000000;
    public static final int EFD_NONBLOCK = 04000;
    public static final int SFD_CLOEXEC = 02000000;
    public static final int SFD_NONBLOCK = 04000;

    private EventFlags() {}
}
