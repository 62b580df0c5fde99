package umlaut.net.netfilter;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Netlink;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;
import umlaut.net.ip.IpOutput;
import umlaut.net.ip.SourceAddress;

/** What is called at a namespace's hooks. Without rules nothing is, and packets pass by one look at {@link #active}. */
public final class Netfilter {
    private static final NfHook.Function[] NOTHING = {};

    private final NetNamespace net;
    public final ConnectionTable connections;
    private final Nat nat;
    private final NfHook.Function[][] hooks = new NfHook.Function[2 * NfHook.COUNT][];
    private boolean active;
    private boolean tracking;
    /** Where rules that log write to. */
    private Log log = (level, line) -> {};

    /** Takes a line for the kernel's log, of a level of syslog(2)'s. */
    @FunctionalInterface
    public interface Log {
        void line(int level, String line);
    }

    public Netfilter(NetNamespace net) {
        this.net = net;
        connections = new ConnectionTable(net);
        nat = new Nat(connections);
        java.util.Arrays.fill(hooks, NOTHING);
    }

    public boolean active() {
        return active;
    }

    /** Are connections tracked? Then fragments are put together before anything else. */
    public boolean tracking() {
        return tracking;
    }

    // --- what is called ---

    /**
     * Takes the place of all that was called before.
     *
     * @param track connections are to be known, though no addresses are translated
     */
    public void install(List<NfHook.Entry> entries, boolean track) {
        boolean translate = entries.stream().anyMatch(NfHook.Entry::nat);
        tracking = track || translate;
        active = tracking || !entries.isEmpty();
        for (boolean v4 : new boolean[] {true, false}) {
            for (int hook = 0; hook < NfHook.COUNT; hook++) {
                List<NfHook.Entry> here = new ArrayList<>();
                List<NfHook.Function> rules = new ArrayList<>();
                boolean version = v4;
                int number = hook;
                entries.stream()
                        .filter(e -> e.v4() == version && e.hook() == number)
                        .sorted(Comparator.comparingInt(NfHook.Entry::priority))
                        .forEach(e -> {
                            if (e.nat()) {
                                rules.add(e.function());
                            } else {
                                here.add(e);
                            }
                        });
                if (tracking) {
                    track(here, v4, hook);
                }
                if (translate && hook != NfHook.FORWARD) {
                    int priority = NfHook.translatesSource(hook) ? NfHook.PRIORITY_NAT_SRC : NfHook.PRIORITY_NAT_DST;
                    here.add(new NfHook.Entry(v4, hook, priority, false, p -> nat.run(p, rules)));
                }
                here.sort(Comparator.comparingInt(NfHook.Entry::priority));
                hooks[index(v4, hook)] =
                        here.stream().map(NfHook.Entry::function).toArray(NfHook.Function[]::new);
            }
        }
        if (!tracking) {
            connections.clear();
        }
    }

    private void track(List<NfHook.Entry> here, boolean v4, int hook) {
        if (hook == NfHook.PRE_ROUTING || hook == NfHook.LOCAL_OUT) {
            here.add(new NfHook.Entry(v4, hook, NfHook.PRIORITY_CONNTRACK, false, connections::in));
        } else if (hook != NfHook.FORWARD) {
            here.add(new NfHook.Entry(v4, hook, NfHook.PRIORITY_CONFIRM, false, connections::confirm));
        }
    }

    private static int index(boolean v4, int hook) {
        return v4 ? hook : NfHook.COUNT + hook;
    }

    // --- packets ---

    /**
     * Takes a packet, which starts at its IP header, through a hook.
     *
     * @return false: it is dropped, which the caller does
     */
    public boolean pass(SkBuff skb, int hook, @Nullable NetDevice in, @Nullable NetDevice out) {
        boolean v4 = (skb.head()[skb.start()] & 0xf0) == 0x40;
        NfHook.Function[] functions = hooks[index(v4, hook)];
        if (functions.length == 0) {
            return true;
        }
        NfPacket packet = new NfPacket(net, skb, hook, in, out);
        for (NfHook.Function function : functions) {
            if (function.run(packet) == NfHook.DROP) {
                return false;
            }
        }
        return true;
    }

    /**
     * A packet that is sent from here.
     *
     * @return the way it goes, which rules may have changed
     * @throws umlaut.abi.ErrnoException EPERM: dropped; the packet is then still the caller's
     */
    public IpOutput output(SkBuff skb, IpOutput way) {
        IpAddress to = skb.destination;
        int mark = skb.mark;
        if (!pass(skb, NfHook.LOCAL_OUT, null, way.device())) {
            throw Errno.EPERM.exception();
        }
        if (skb.destination.equals(to) && skb.mark == mark) {
            return way;
        }
        return IpOutput.resolve(net, skb.destination, skb.source, 0, 0, skb.mark);
    }

    // --- for rules ---

    public void setLog(Log to) {
        log = to;
    }

    public void log(int level, String line) {
        log.line(level, line);
    }

    /** Has a new connection's source, or destination, translated. @return false: nothing is free */
    public boolean translate(NfPacket p, NatRange range, boolean source) {
        Connection c = p.skb.connection;
        return c != null && nat.setup(c, range, source);
    }

    /** As {@link #translate} of the source to the address that packets leave from. */
    public boolean masquerade(NfPacket p, int lowPort, int highPort, boolean random) {
        NetDevice out = p.out;
        Connection c = p.skb.connection;
        if (out == null || c == null) {
            return false;
        }
        IpAddress address = leavingFrom(p.skb.destination, out);
        if (address.isAny()) {
            return false;
        }
        c.masqueradeIndex = out.index;
        return nat.setup(c, new NatRange(address, address, lowPort, highPort, random), true);
    }

    /** 0.0.0.0 or ::, if there is no address of that version. */
    private IpAddress leavingFrom(IpAddress to, NetDevice out) {
        return to.isV4() ? SourceAddress.v4(net, out, Netlink.RT_SCOPE_UNIVERSE) : SourceAddress.v6(net, out, to);
    }
}
