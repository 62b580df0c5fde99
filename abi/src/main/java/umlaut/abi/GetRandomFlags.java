package umlaut.abi;

/**
 * Flags of getrandom(2).
 *
 * <p>Linux: {@code include/uapi/linux/random.h}.
 */
public final class GetRandomFlags {
    public static final int GRND_NONBLOCK = 0x1;
    public static final int GRND_RANDOM = 0x2;
    public static final int GRND_INSECURE = 0x4;

    private GetRandomFlags() {}
}
