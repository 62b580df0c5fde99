package umlaut.machine.uml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A network device of User-mode Linux's: {@code ethN=transport,arguments} or {@code vecN:transport=...,option=value...} (Linux: arch/um/drivers/net_kern.c, vector_kern.c).
 *
 * @param name of the device in the guest
 * @param transport daemon, tuntap, mcast...; for a vector device tap, raw...
 * @param mac 6 bytes; null: a made-up address
 * @param arguments of a transport of the old kind, without the address, in order
 * @param options of a vector device
 */
public record NetSpec(
        String name,
        String transport,
        byte @Nullable [] mac,
        List<String> arguments,
        Map<String, String> options,
        String text) {

    /** Transports whose first argument is the device's address; those of the others have it second. */
    private static final List<String> ADDRESS_FIRST = List.of("daemon", "mcast", "ucast", "slirp", "slip");

    public NetSpec {
        arguments = List.copyOf(arguments);
        options = Map.copyOf(options);
    }

    /**
     * @param number as it stands between "eth" and the equals sign
     * @throws IllegalArgumentException with one line for the log
     */
    public static NetSpec eth(String number, String value) {
        String name = "eth" + checked("eth_setup", number);
        String[] words = value.split(",", -1);
        String transport = words[0];
        List<String> arguments = new ArrayList<>(List.of(words).subList(1, words.length));
        int at = ADDRESS_FIRST.contains(transport) ? 0 : 1;
        byte[] mac = null;
        if (at < arguments.size()) {
            String address = arguments.remove(at);
            mac = address.isEmpty() ? null : mac(name, address);
        }
        return new NetSpec(name, transport, mac, arguments, Map.of(), value);
    }

    /** @param value what stands behind the colon. @throws IllegalArgumentException with one line for the log */
    public static NetSpec vec(String number, String value) {
        String name = "vec" + checked("vector_setup", number);
        Map<String, String> options = new LinkedHashMap<>();
        for (String option : value.split(",", -1)) {
            int equals = option.indexOf('=');
            if (equals <= 0) {
                throw new IllegalArgumentException(name + ": '" + option + "' is no option=value");
            }
            options.put(option.substring(0, equals), option.substring(equals + 1));
        }
        String transport = options.getOrDefault("transport", "");
        String address = options.get("mac");
        return new NetSpec(name, transport, address == null ? null : mac(name, address), List.of(), options, value);
    }

    private static String checked(String who, String number) {
        if (!number.matches("\\d{1,3}")) {
            throw new IllegalArgumentException(who + ": '" + number + "' is no device number");
        }
        return String.valueOf(Integer.parseInt(number));
    }

    private static byte[] mac(String name, String text) {
        if (!text.matches("[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2}){5}")) {
            throw new IllegalArgumentException(name + ": '" + text + "' is no Ethernet address (aa:bb:cc:dd:ee:ff)");
        }
        byte[] mac = new byte[6];
        String[] parts = text.split(":");
        for (int i = 0; i < mac.length; i++) {
            mac[i] = (byte) Integer.parseInt(parts[i], 16);
        }
        if ((mac[0] & 1) != 0) {
            throw new IllegalArgumentException(name + ": '" + text + "' is a group's address, no device's");
        }
        return mac;
    }

    /** The argument at that place, or null if there is none or an empty one. */
    public @Nullable String argument(int at) {
        return at < arguments.size() && !arguments.get(at).isEmpty() ? arguments.get(at) : null;
    }
}
