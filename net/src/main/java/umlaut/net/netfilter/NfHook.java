package umlaut.net.netfilter;

/** Hooks and the order of what is called at them (include/uapi/linux/netfilter.h, netfilter_ipv4.h). */
public final class NfHook {
    public static final int PRE_ROUTING = 0, LOCAL_IN = 1, FORWARD = 2, LOCAL_OUT = 3, POST_ROUTING = 4, COUNT = 5;

    /** Verdicts. */
    public static final int DROP = 0, ACCEPT = 1;

    /** Protocol families of tables. */
    public static final int NFPROTO_UNSPEC = 0, NFPROTO_INET = 1, NFPROTO_IPV4 = 2, NFPROTO_IPV6 = 10;

    static final int PRIORITY_CONNTRACK = -200, PRIORITY_NAT_DST = -100, PRIORITY_NAT_SRC = 100;
    static final int PRIORITY_CONFIRM = Integer.MAX_VALUE;

    private NfHook() {}

    /** Are sources translated at this hook, not destinations? */
    static boolean translatesSource(int hook) {
        return hook == POST_ROUTING || hook == LOCAL_IN;
    }

    /** What is called at a hook. @see NfPacket */
    @FunctionalInterface
    public interface Function {
        /** @return {@link #DROP} or {@link #ACCEPT} */
        int run(NfPacket packet);
    }

    /**
     * A registration (struct nf_hook_ops).
     *
     * @param priority the lowest is called first
     * @param nat asked about new connections only, from where addresses are translated
     */
    public record Entry(boolean v4, int hook, int priority, boolean nat, Function function) {}
}
