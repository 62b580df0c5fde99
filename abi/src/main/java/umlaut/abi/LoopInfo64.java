package umlaut.abi;

/**
 * struct loop_info64 of LOOP_SET_STATUS64.
 *
 * <p>Linux: {@code include/uapi/linux/loop.h}; man page: loop(4).
 */
public final class LoopInfo64 {
    public static final int LO_DEVICE = 0;
    public static final int LO_INODE = 8;
    public static final int LO_RDEVICE = 16;
    public static final int LO_OFFSET = 24;
    public static final int LO_SIZELIMIT = 32;
    public static final int LO_NUMBER = 40;
    public static final int LO_ENCRYPT_TYPE = 44;
    public static final int LO_ENCRYPT_KEY_SIZE = 48;
    public static final int LO_FLAGS = 52;
    public static final int LO_FILE_NAME = 56;
    public static final int LO_CRYPT_NAME = 120;
    public static final int LO_ENCRYPT_KEY = 184;
    public static final int LO_INIT = 216;

    /** Bytes in all. */
    public static final int SIZE = 232;

    private LoopInfo64() {}
}
