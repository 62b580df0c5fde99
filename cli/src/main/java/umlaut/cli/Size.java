package umlaut.cli;

import java.util.List;
import java.util.Locale;

/** Amounts as people write them. */
final class Size {
    private Size() {}

    /** Bytes from 4096, 64k, 512m, 2g, 1.5GiB or 100b; the letters are powers of 1,024 as docker's. */
    static long bytes(String flag, String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        int end = lower.length();
        while (end > 0 && Character.isLetter(lower.charAt(end - 1))) {
            end--;
        }
        int shift = switch (lower.substring(end)) {
            case "", "b" -> 0;
            case "k", "kb", "kib" -> 10;
            case "m", "mb", "mib" -> 20;
            case "g", "gb", "gib" -> 30;
            case "t", "tb", "tib" -> 40;
            default -> -1;
        };
        double number = shift < 0 ? -1 : number(lower.substring(0, end));
        if (!(number >= 0) || number * (1L << shift) > 1L << 52) {
            throw new UsageException(flag + ": '" + text + "' is no size: write 512m or 2g");
        }
        return (long) (number * (1L << shift));
    }

    /** For people, as docker shows it: 1.5MiB. */
    static String shown(long bytes) {
        double value = bytes;
        String unit = "B";
        for (String next : List.of("KiB", "MiB", "GiB", "TiB")) {
            if (value < 1024) {
                break;
            }
            value /= 1024;
            unit = next;
        }
        String digits = value >= 100 || unit.equals("B") ? "%.0f" : value >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, digits, value) + unit;
    }

    /** A number that is not negative, or -1 for anything else. */
    static double number(String text) {
        try {
            double number = Double.parseDouble(text);
            return Double.isFinite(number) && number >= 0 ? number : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** A whole number that fits an int, or -1 where the text is "-1", docker's word for no limit. */
    static int count(String flag, String text) {
        try {
            int number = Integer.parseInt(text);
            if (number >= -1) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message for both.
        }
        throw new UsageException(flag + ": '" + text + "' is no whole number");
    }
}
