package umlaut.oci;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import umlaut.block.ImageException;

/** Records of a pax header: "LENGTH KEY=VALUE\n", the length that of the whole record; values are bytes (POSIX, pax Interchange Format). */
final class PaxHeader {
    static final String PATH = "path", LINK = "linkpath";
    /** Of sparse files, format 1.0: their true name and size. */
    static final String SPARSE_NAME = "GNU.sparse.name", SPARSE_SIZE = "GNU.sparse.realsize";

    static final String SPARSE_MAJOR = "GNU.sparse.major", SPARSE_OLD = "GNU.sparse.numblocks";
    /** Extended attributes as GNU tar and libarchive write them. */
    private static final String XATTR = "SCHILY.xattr.";

    private PaxHeader() {}

    /** @param into gets the records; an empty value takes one away */
    static void parse(byte[] b, Map<String, byte[]> into) {
        int at = 0;
        while (at < b.length && b[at] != 0) {
            int space = at;
            int length = 0;
            while (space < b.length && b[space] >= '0' && b[space] <= '9' && length < b.length) {
                length = length * 10 + b[space++] - '0';
            }
            int end = at + length;
            boolean sane =
                    space < b.length && b[space] == ' ' && end > space + 1 && end <= b.length && b[end - 1] == '\n';
            int equals = space + 1;
            while (sane && equals < end && b[equals] != '=') {
                equals++;
            }
            if (!sane || equals == end) {
                throw new ImageException("the archive has a damaged pax header");
            }
            String key = new String(b, space + 1, equals - space - 1, StandardCharsets.UTF_8);
            if (equals + 1 == end - 1) {
                into.remove(key);
            } else {
                into.put(key, Arrays.copyOfRange(b, equals + 1, end - 1));
            }
            at = end;
        }
    }

    private static BigDecimal decimal(String key, byte[] value) {
        String text = new String(value, StandardCharsets.ISO_8859_1);
        if (!text.matches("-?[0-9]{1,18}(\\.[0-9]{0,18})?")) {
            throw new ImageException("the archive has a damaged pax header: " + key + "=" + text);
        }
        return new BigDecimal(text.endsWith(".") ? text + "0" : text);
    }

    static long number(Map<String, byte[]> pax, String key, long otherwise) {
        byte[] value = pax.get(key);
        return value == null ? otherwise : decimal(key, value).longValue();
    }

    /** @return ns since 1970 */
    static long time(Map<String, byte[]> pax, String key, long otherwise) {
        byte[] value = pax.get(key);
        return value == null ? otherwise : decimal(key, value).movePointRight(9).longValue();
    }

    static Map<String, byte[]> attributes(Map<String, byte[]> pax) {
        Map<String, byte[]> found = new HashMap<>();
        pax.forEach((key, value) -> {
            if (key.startsWith(XATTR)) {
                found.put(key.substring(XATTR.length()), value);
            }
        });
        return found;
    }
}
