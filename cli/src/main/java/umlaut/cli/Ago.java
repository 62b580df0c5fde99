package umlaut.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** Times as docker tells them: "3 seconds", "About an hour", "2 weeks". */
final class Ago {
    private Ago() {}

    static String of(Duration d) {
        long seconds = Math.max(0, d.toSeconds());
        long minutes = seconds / 60;
        long hours = (seconds + 1800) / 3600;
        if (seconds < 1) {
            return "Less than a second";
        }
        if (seconds == 1) {
            return "1 second";
        }
        if (seconds < 60) {
            return seconds + " seconds";
        }
        if (minutes == 1) {
            return "About a minute";
        }
        if (minutes < 60) {
            return minutes + " minutes";
        }
        if (hours == 1) {
            return "About an hour";
        }
        if (hours < 48) {
            return hours + " hours";
        }
        if (hours < 24 * 7 * 2) {
            return hours / 24 + " days";
        }
        if (hours < 24 * 30 * 2) {
            return hours / 24 / 7 + " weeks";
        }
        return hours < 24 * 365 * 2 ? hours / 24 / 30 + " months" : hours / 24 / 365 + " years";
    }

    /** Since a time in ISO 8601; empty for none. */
    static String since(String iso) {
        try {
            return of(Duration.between(Instant.parse(iso), Instant.now()));
        } catch (DateTimeParseException e) {
            return "";
        }
    }
}
