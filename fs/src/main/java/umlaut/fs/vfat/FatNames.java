package umlaut.fs.vfat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Predicate;
import umlaut.abi.Errno;
import umlaut.fs.disk.Bytes;

/**
 * Names (Linux: fs/fat/namei_vfat.c): eight and three capital letters in each entry, and long ones in further entries before it, thirteen characters of 16 bits in each, the end of the name
 * first. The kernel's names are bytes of UTF-8 as Latin-1.
 */
final class FatNames {
    static final int LONG = 0x0f, LAST_LONG = 0x40;
    static final int SHORT_LENGTH = 11;
    /** Of entry byte 12: the short name's parts are shown in small letters. */
    private static final int LOWER_BASE = 8, LOWER_EXTENSION = 16;

    private static final int PER_ENTRY = 13, MOST = 255;
    /** Where characters stand in an entry of a long name. */
    private static final int[] PLACES = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};

    private static final String NEVER = "\"*/:<>?\\|";
    private static final String NOT_SHORT = "+,;=[] .";

    private FatNames() {}

    /** @throws umlaut.abi.ErrnoException EINVAL for what can be no name here, ENAMETOOLONG */
    static String decode(String name) {
        String wide;
        try {
            byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
            wide = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Errno.EINVAL.exception();
        }
        int end = wide.length();
        while (end > 0 && wide.charAt(end - 1) == '.') {
            end--;
        }
        if (end == 0 || wide.chars().anyMatch(c -> c < ' ' || NEVER.indexOf(c) >= 0)) {
            throw Errno.EINVAL.exception();
        }
        if (end > MOST) {
            throw Errno.ENAMETOOLONG.exception();
        }
        return wide.substring(0, end);
    }

    static String encode(String wide) {
        return new String(wide.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** Names that differ in this only are the same. */
    static String fold(String wide) {
        return wide.toLowerCase(Locale.ROOT);
    }

    // --- short names ---

    /** As it is shown. */
    static String shown(byte[] b, int at) {
        int flags = b[at + 12];
        String base = part(b, at, 8, (flags & LOWER_BASE) != 0);
        String extension = part(b, at + 8, 3, (flags & LOWER_EXTENSION) != 0);
        return extension.isEmpty() ? base : base + "." + extension;
    }

    private static String part(byte[] b, int at, int length, boolean lower) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < length; i++) {
            int c = Bytes.u8(b, at + i);
            out.append((char) (c == 5 && i == 0 ? 0xe5 : c));
        }
        String text = out.toString().stripTrailing();
        return lower ? text.toLowerCase(Locale.ROOT) : text;
    }

    static int checksum(byte[] b, int at) {
        int sum = 0;
        for (int i = 0; i < SHORT_LENGTH; i++) {
            sum = ((sum & 1) << 7) + (sum >> 1) + Bytes.u8(b, at + i) & 0xff;
        }
        return sum;
    }

    /** Is a name just what its short one shows, so that it needs no long one? */
    static boolean isShort(String wide) {
        int dot = wide.lastIndexOf('.');
        String base = dot < 0 ? wide : wide.substring(0, dot);
        String extension = dot < 0 ? "" : wide.substring(dot + 1);
        boolean lengths =
                !base.isEmpty() && base.length() <= 8 && extension.length() <= 3 && (dot < 0 || !extension.isEmpty());
        return lengths && (base + extension).chars().allMatch(c -> c > ' ' && c < 127 && plain(c) == c);
    }

    private static int plain(int c) {
        return c > ' ' && c < 127 && NOT_SHORT.indexOf(c) < 0 ? Character.toUpperCase(c) : '_';
    }

    /**
     * A short name for a long one: what there is of it in capital letters, and a number where that stands for another already.
     *
     * @param taken asks whether one is in use
     */
    static byte[] shorten(String wide, Predicate<String> taken) {
        int dot = wide.lastIndexOf('.');
        String base = letters(dot > 0 ? wide.substring(0, dot) : wide, 8);
        String extension = dot > 0 ? letters(wide.substring(dot + 1), 3) : "";
        if (isShort(wide)) {
            return padded(base, extension);
        }
        for (int i = 1; i < 1 << 20; i++) {
            String tail = "~" + (i < 10 ? i : 1);
            String middle = i < 10 ? "" : String.format("%04X", wide.hashCode() + i * 0x9e3b & 0xffff);
            int room = Math.min(base.length(), i < 10 ? 8 - tail.length() : 2);
            byte[] name = padded(base.substring(0, room) + middle + tail, extension);
            if (!taken.test(new String(name, StandardCharsets.ISO_8859_1))) {
                return name;
            }
        }
        throw Errno.EEXIST.exception();
    }

    private static String letters(String text, int most) {
        StringBuilder out = new StringBuilder();
        text.chars().filter(c -> c != ' ' && c != '.').limit(most).forEach(c -> out.append((char) plain(c)));
        return out.isEmpty() && most == 8 ? "_" : out.toString();
    }

    private static byte[] padded(String base, String extension) {
        String name = (base + " ".repeat(8)).substring(0, 8) + (extension + "   ").substring(0, 3);
        return name.getBytes(StandardCharsets.ISO_8859_1);
    }

    // --- long names ---

    /** Entries that a long name takes. */
    static int longEntries(String wide) {
        return (wide.length() + PER_ENTRY - 1) / PER_ENTRY;
    }

    /** Puts the entry with part {@code order}, from 1, of a name. */
    static void putLong(byte[] b, int at, String wide, int order, int checksum) {
        java.util.Arrays.fill(b, at, at + 32, (byte) 0);
        b[at] = (byte) (order | (order == longEntries(wide) ? LAST_LONG : 0));
        b[at + 11] = LONG;
        b[at + 13] = (byte) checksum;
        for (int i = 0; i < PER_ENTRY; i++) {
            int n = (order - 1) * PER_ENTRY + i;
            int c = n < wide.length() ? wide.charAt(n) : n == wide.length() ? 0 : 0xffff;
            Bytes.put16(b, at + PLACES[i], c);
        }
    }

    /** The part of a name in an entry. */
    static String longPart(byte[] b, int at) {
        StringBuilder out = new StringBuilder();
        for (int place : PLACES) {
            int c = Bytes.u16(b, at + place);
            if (c == 0) {
                break;
            }
            out.append((char) c);
        }
        return out.toString();
    }
}
