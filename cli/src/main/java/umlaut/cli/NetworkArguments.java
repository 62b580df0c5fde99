package umlaut.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import umlaut.gateway.HostTransport;
import umlaut.gateway.LinkOptions;
import umlaut.gateway.NatConfig;
import umlaut.gateway.PublishedPort;
import umlaut.machine.NetworkConfig;
import umlaut.net.core.IpAddress;

/** Turns {@code --net}, {@code --publish} and {@code --allow-host} into a {@link NetworkConfig}; docker's syntax where docker has it. */
final class NetworkArguments {
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final String SWITCH = "switch:";
    private static final int MAX_PORT = 65535;

    private final Flags flags;
    private final Path directory;

    /** @param directory what relative paths are relative to */
    NetworkArguments(Flags flags, Path directory) {
        this.flags = flags;
        this.directory = directory;
    }

    NetworkConfig config() {
        List<PublishedPort> ports = new ArrayList<>();
        for (String port : flags.list("--publish")) {
            publish(port, ports);
        }
        List<String> modes = flags.list("--network");
        if (modes.size() < 2) {
            return config(modes.isEmpty() ? "nat" : modes.getFirst(), ports, flags.isSet("--allow-host"));
        }
        if (flags.value("--pcap") != null) {
            throw new UsageException("--pcap: a guest with several networks has no single one to capture");
        }
        return many(modes, ports);
    }

    /** {@code --publish} and {@code --allow-host} are for the one that is nat. */
    private NetworkConfig many(List<String> modes, List<PublishedPort> ports) {
        List<NetworkConfig> devices = new ArrayList<>();
        boolean allowHost = flags.isSet("--allow-host");
        boolean hasNat = false;
        for (String mode : modes) {
            boolean nat = mode.matches("(nat|default)(,.*)?");
            if (nat && hasNat || mode.equals("none")) {
                throw new UsageException("--network: of several, none can be 'none' and only one 'nat'");
            }
            hasNat |= nat;
            devices.add(config(mode, nat ? ports : List.of(), nat && allowHost));
        }
        if (!hasNat) {
            refuseNatOnly("switch", !ports.isEmpty() || allowHost);
        }
        return new NetworkConfig.Many(devices);
    }

    private NetworkConfig config(String mode, List<PublishedPort> ports, boolean allowHost) {
        int comma = mode.indexOf(',');
        LinkArguments link = new LinkArguments(comma < 0 ? "" : mode.substring(comma + 1));
        String pcap = flags.value("--pcap");
        LinkOptions options = link.options(pcap == null ? null : directory.resolve(pcap));
        String text = comma < 0 ? mode : mode.substring(0, comma);
        if (text.startsWith(SWITCH)) {
            return switchTo(text.substring(SWITCH.length()), link, options, !ports.isEmpty() || allowHost);
        }
        for (HostTransport transport : HostTransport.values()) {
            if (text.startsWith(transport.word + ":")) {
                refuseNatOnly(transport.word, !ports.isEmpty() || allowHost);
                String argument = text.substring(transport.word.length() + 1);
                return new NetworkConfig.Transport(transport, argument, link.address(), link.length(), options);
            }
        }
        if (link.address() != null) {
            throw new UsageException("--network: nat gives the guest its address, so that it takes no ip=");
        }
        switch (text) {
            case "nat", "default" -> {
                return new NetworkConfig.Nat(new NatConfig(allowHost, ports), options);
            }
            case "none" -> {
                if (!ports.isEmpty() || allowHost || !options.equals(LinkOptions.NONE)) {
                    throw new UsageException(
                            "--network none: the guest has no network, so that --publish, --allow-host,"
                                    + " --pcap and options of the link cannot be given");
                }
                return NetworkConfig.none();
            }
            default ->
                throw new UsageException("--network: '" + text
                        + "' is not known: use nat, none, switch:NAME, or see 'umlaut run --help'");
        }
    }

    private static NetworkConfig switchTo(String name, LinkArguments link, LinkOptions options, boolean natOnly) {
        refuseNatOnly("switch", natOnly);
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")) {
            throw new UsageException(
                    "--network switch: '" + name + "' is no name of a switch: use letters, digits, '_', '.' and '-'");
        }
        return new NetworkConfig.Switch(name, link.address(), link.length(), options);
    }

    private static void refuseNatOnly(String word, boolean given) {
        if (given) {
            throw new UsageException("--network " + word + ": --publish and --allow-host are for nat alone");
        }
    }

    /** {@code [ip:][hostPort:]guestPort[/protocol]}, the ports perhaps ranges; without a host's port, any free one. */
    private static void publish(String text, List<PublishedPort> to) {
        int slash = text.lastIndexOf('/');
        String protocol = slash < 0 ? "tcp" : text.substring(slash + 1);
        if (!protocol.equals("tcp") && !protocol.equals("udp")) {
            throw bad(text, "the protocol must be tcp or udp");
        }
        String rest = slash < 0 ? text : text.substring(0, slash);
        byte[] address = LOOPBACK;
        int guestColon = rest.lastIndexOf(':');
        String guest = rest.substring(guestColon + 1);
        String host = "";
        if (guestColon >= 0) {
            String before = rest.substring(0, guestColon);
            int hostColon = before.endsWith("]") ? before.length() : before.lastIndexOf(':');
            boolean hasAddress = hostColon >= 0;
            host = hasAddress ? before.substring(Math.min(before.length(), hostColon + 1)) : before;
            if (hasAddress) {
                address = address(text, before.substring(0, hostColon));
            }
        }
        int[] guestRange = range(text, guest, false);
        int[] hostRange = host.isEmpty() ? new int[] {0, 0} : range(text, host, true);
        boolean any = hostRange[0] == 0;
        int count = guestRange[1] - guestRange[0];
        if (!any && hostRange[1] - hostRange[0] != count) {
            throw bad(text, "the two ranges are not equally long");
        }
        for (int i = 0; i <= count; i++) {
            to.add(new PublishedPort(address, any ? 0 : hostRange[0] + i, guestRange[0] + i, protocol.equals("udp")));
        }
    }

    private static byte[] address(String text, String given) {
        boolean bracketed = given.startsWith("[") && given.endsWith("]");
        String number = bracketed ? given.substring(1, given.length() - 1) : given;
        IpAddress address = IpAddress.parse(number);
        if (address != null && address.isV4() != bracketed) {
            return address.bytes();
        }
        throw bad(text, "'" + given + "' is no address: write 127.0.0.1 or [::1]");
    }

    private static int[] range(String text, String given, boolean zero) {
        int dash = given.indexOf('-');
        int first = port(text, dash < 0 ? given : given.substring(0, dash), zero);
        int last = dash < 0 ? first : port(text, given.substring(dash + 1), zero);
        if (last < first || first == 0 && last != 0) {
            throw bad(text, "'" + given + "' is no range of ports");
        }
        return new int[] {first, last};
    }

    private static int port(String text, String given, boolean zero) {
        if (given.matches("\\d{1,5}")) {
            int port = Integer.parseInt(given);
            if (port <= MAX_PORT && (port > 0 || zero)) {
                return port;
            }
        }
        throw bad(text, "'" + given + "' is no port");
    }

    private static UsageException bad(String text, String why) {
        return new UsageException("--publish: '" + text + "': " + why + " ([IP:][HOSTPORT:]GUESTPORT[/udp])");
    }
}
