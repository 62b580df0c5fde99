package umlaut.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import umlaut.gateway.Impairment;
import umlaut.gateway.LinkOptions;
import umlaut.net.core.IpAddress;

/** The options behind a network's name, {@code delay=10ms,loss=1%} say, in tc-netem(8)'s terms. */
final class LinkArguments {
    private static final double NS = 1, US = 1e3, MS = 1e6, S = 1e9;
    private static final double BITS = 8;

    private long delayNs;
    private long jitterNs;
    private double loss;
    private double duplicate;
    private double reorder;
    private double bytesPerSecond;
    private long seed = 1;

    private @Nullable IpAddress address;
    private int length;

    /** @param text options with commas between them; may be empty */
    LinkArguments(String text) {
        if (!text.isEmpty()) {
            for (String option : text.split(",", -1)) {
                take(option);
            }
        }
    }

    /** @param pcap a file; null: none */
    LinkOptions options(@Nullable Path pcap) {
        boolean worse = delayNs > 0 || jitterNs > 0 || loss > 0 || duplicate > 0 || reorder > 0 || bytesPerSecond > 0;
        Impairment how =
                worse ? new Impairment(delayNs, jitterNs, loss, duplicate, reorder, bytesPerSecond, seed) : null;
        return new LinkOptions(how, pcap);
    }

    /** The device's address, if one is given. */
    @Nullable IpAddress address() {
        return address;
    }

    /** Of the address's prefix. */
    int length() {
        return length;
    }

    private void take(String option) {
        int equals = option.indexOf('=');
        String name = equals < 0 ? option : option.substring(0, equals);
        String value = equals < 0 ? "" : option.substring(equals + 1);
        switch (name) {
            case "delay" -> delayNs = time(option, value);
            case "jitter" -> jitterNs = time(option, value);
            case "loss" -> loss = share(option, value);
            case "duplicate" -> duplicate = share(option, value);
            case "reorder" -> reorder = share(option, value);
            case "rate" -> bytesPerSecond = rate(option, value);
            case "ip" -> prefix(option, value);
            case "seed" -> seed = Size.count("--network: '" + option + "'", value);
            default ->
                throw new UsageException("--network: option '" + option
                        + "' is not known: use ip, delay, jitter, loss, duplicate, reorder, rate or seed");
        }
    }

    private void prefix(String option, String value) {
        int slash = value.indexOf('/');
        IpAddress given = slash < 0 ? null : IpAddress.parse(value.substring(0, slash));
        String bits = value.substring(slash + 1);
        int count = bits.matches("\\d{1,3}") ? Integer.parseInt(bits) : 0;
        if (given == null || given.isMulticast() || given.isAny() || count < 1 || count > given.bits()) {
            throw new UsageException("--network: '" + option + "' must be an address with its prefix, as 10.1.0.1/24");
        }
        address = given;
        length = count;
    }

    /** A number and the unit behind it. */
    private static double number(String value, String unit) {
        return value.endsWith(unit) ? Size.number(value.substring(0, value.length() - unit.length())) : -1;
    }

    private static long time(String option, String value) {
        double ns = -1;
        String[] units = {"ns", "us", "ms", "s", ""};
        double[] factors = {NS, US, MS, S, MS};
        for (int i = 0; i < units.length && ns < 0; i++) {
            ns = number(value, units[i]) * factors[i];
        }
        if (ns < 0 || ns > 3600 * S) {
            throw new UsageException("--network: '" + option + "' must be a time such as 10ms");
        }
        return (long) ns;
    }

    private static double share(String option, String value) {
        double percent = number(value, value.endsWith("%") ? "%" : "");
        if (percent < 0 || percent > 100) {
            throw new UsageException("--network: '" + option + "' must be a percentage such as 1%");
        }
        return percent / 100;
    }

    private static double rate(String option, String value) {
        double bits = -1;
        String[] units = {"kbit", "mbit", "gbit", "bit"};
        double[] factors = {1e3, 1e6, 1e9, 1};
        for (int i = 0; i < units.length && bits < 0; i++) {
            bits = number(value, units[i]) * factors[i];
        }
        if (bits <= 0) {
            throw new UsageException("--network: '" + option + "' must be a rate such as 10mbit");
        }
        return bits / BITS;
    }
}
