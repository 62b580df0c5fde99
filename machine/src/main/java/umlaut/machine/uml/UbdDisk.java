package umlaut.machine.uml;

import org.jspecify.annotations.Nullable;

/**
 * A disk of User-mode Linux's: {@code ubd<n><flags>=file[,backing file][,serial]}, a colon being as good as a comma (Linux: arch/um/drivers/ubd_kern.c).
 *
 * @param file the disk, or with {@code backing} what has changed on it
 * @param plain the file is the disk's bytes, whatever it begins with
 * @param sync writes are on stable storage when they end
 * @param shared others may have the file, too
 * @param noTrim the guest cannot discard
 */
public record UbdDisk(
        String file,
        @Nullable String backing,
        @Nullable String serial,
        boolean readOnly,
        boolean plain,
        boolean sync,
        boolean shared,
        boolean noTrim) {
    public static final int MOST = 16;

    /** A disk with its number. */
    public record Numbered(int number, UbdDisk disk) {}

    /**
     * @param text what stands behind "ubd"
     * @throws IllegalArgumentException with one line for the log
     */
    public static Numbered parse(String text) {
        int equals = text.indexOf('=');
        String front = equals < 0 ? text : text.substring(0, equals);
        int digits = 0;
        while (digits < front.length() && Character.isDigit(front.charAt(digits))) {
            digits++;
        }
        int number;
        if (digits > 0) {
            number = digits > 3 ? MOST : Integer.parseInt(front.substring(0, digits));
        } else {
            digits = 1;
            char letter = front.isEmpty() ? 0 : front.charAt(0);
            number = letter >= 'a' && letter <= 'z' ? letter - 'a' : -1;
        }
        if (number < 0) {
            throw new IllegalArgumentException("ubd_setup : couldn't parse device number");
        }
        if (number >= MOST) {
            throw new IllegalArgumentException(
                    "ubd_setup: index " + number + " out of range (%d devices)".formatted(MOST));
        }
        String flags = front.substring(digits);
        if (equals < 0 || !flags.matches("[rscdt]*")) {
            throw new IllegalArgumentException("ubd_setup : expected '=' after ubd" + number
                    + " and its flags (r, s, c, d, t), found '" + text + "'");
        }
        String[] parts = split(text.substring(equals + 1));
        if (parts[0].isEmpty()) {
            throw new IllegalArgumentException("ubd_setup: ubd" + number + "= names no file");
        }
        return new Numbered(
                number,
                new UbdDisk(
                        parts[0],
                        parts[1].isEmpty() ? null : parts[1],
                        parts[2].isEmpty() ? null : parts[2],
                        flags.indexOf('r') >= 0,
                        flags.indexOf('d') >= 0,
                        flags.indexOf('s') >= 0,
                        flags.indexOf('c') >= 0,
                        flags.indexOf('t') >= 0));
    }

    /** File, backing file, serial number; empty where there is none. */
    private static String[] split(String value) {
        String[] parts = {"", "", ""};
        int at = 0;
        int from = 0;
        for (int i = 0; i <= value.length() && at < parts.length; i++) {
            boolean end = i == value.length();
            if (end || at < 2 && (value.charAt(i) == ',' || value.charAt(i) == ':')) {
                parts[at++] = value.substring(from, i);
                from = i + 1;
            }
        }
        return parts;
    }

    /** As on the command line, without flags. */
    public String text() {
        return file
                + (backing == null && serial == null ? "" : "," + (backing == null ? "" : backing))
                + (serial == null ? "" : "," + serial);
    }
}
