package umlaut.kernel.trace;

/** Bytes as strace(1) quotes them: C escapes, octal for the rest, cut at 32 where asked. */
final class Quote {
    /** Bytes of a buffer that are shown: strace's -s. */
    static final int LIMIT = 32;

    private Quote() {}

    /** All bytes, in quotes. */
    static String all(byte[] bytes) {
        return quote(bytes, bytes.length);
    }

    /** At most 32 bytes in quotes; dots follow if there were more, of which {@code bytes} may hold only a part. */
    static String cut(byte[] bytes, long length) {
        return length <= LIMIT ? quote(bytes, bytes.length) : quote(bytes, Math.min(bytes.length, LIMIT)) + "...";
    }

    /** The same in hexadecimal, as for random bytes. */
    static String hex(byte[] bytes, long length) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < Math.min(bytes.length, LIMIT); i++) {
            text.append("\\x").append(Character.forDigit(bytes[i] >> 4 & 15, 16));
            text.append(Character.forDigit(bytes[i] & 15, 16));
        }
        return text.append(length > LIMIT ? "\"..." : "\"").toString();
    }

    private static String quote(byte[] bytes, int count) {
        StringBuilder text = new StringBuilder(count + 8).append('"');
        for (int i = 0; i < count; i++) {
            int c = bytes[i] & 0xff;
            switch (c) {
                case '\n' -> text.append("\\n");
                case '\t' -> text.append("\\t");
                case '\r' -> text.append("\\r");
                case '\f' -> text.append("\\f");
                case 0x0b -> text.append("\\v");
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                default -> {
                    if (c >= ' ' && c < 0x7f) {
                        text.append((char) c);
                    } else {
                        boolean digitFollows = i + 1 < count && bytes[i + 1] >= '0' && bytes[i + 1] <= '9';
                        String octal = Integer.toOctalString(c);
                        text.append('\\')
                                .append("0".repeat(digitFollows ? 3 - octal.length() : 0))
                                .append(octal);
                    }
                }
            }
        }
        return text.append('"').toString();
    }
}
