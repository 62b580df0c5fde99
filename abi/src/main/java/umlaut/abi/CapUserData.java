package umlaut.abi;

/**
 * struct __user_cap_data_struct: 32 capabilities of three sets; version 3 has two of them, low half first.
 *
 * <p>Linux: {@code include/uapi/linux/capability.h}; man page: capget(2).
 */
public final class CapUserData {
    public static final int EFFECTIVE = 0;
    public static final int PERMITTED = 4;
    public static final int INHERITABLE = 8;

    /** Bytes in all. */
    public static final int SIZE = 12;

    private CapUserData() {}
}
