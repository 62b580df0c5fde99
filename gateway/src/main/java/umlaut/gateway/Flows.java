package umlaut.gateway;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the guest exchanges with others without connections, each flow over a socket of the host's. One without traffic ends; of too many, the one longest without. Used by the loop's
 * thread.
 */
final class Flows<K, F extends Flows.Flow<K>> {
    /** One of them. */
    static class Flow<K> {
        final K key;
        final int fd;
        /** The guest's last datagram, for errors. */
        Datagram last;

        /** When there was traffic last, as {@link HostLoop#nowNs} tells. */
        long usedNs;

        Flow(K key, int fd, Datagram last) {
            this.key = key;
            this.fd = fd;
            this.last = last;
        }
    }

    private final HostLoop loop;
    private final int most;
    private final long idleNs;
    /** Those without traffic first. */
    private final LinkedHashMap<K, F> flows = new LinkedHashMap<>(16, 0.75f, true);

    Flows(HostLoop loop, int most, long idleNs) {
        this.loop = loop;
        this.most = most;
        this.idleNs = idleNs;
    }

    @Nullable F get(K key) {
        return flows.get(key);
    }

    void add(F flow) {
        if (flows.size() >= most) {
            end(flows.firstEntry().getValue());
        }
        flows.put(flow.key, flow);
    }

    /** There is traffic. */
    void use(F flow) {
        flow.usedNs = loop.nowNs();
        flows.get(flow.key);
    }

    void end(F flow) {
        flows.remove(flow.key);
        loop.close(flow.fd);
    }

    /** Ends flows without traffic. */
    void sweep() {
        long now = loop.nowNs();
        Map.Entry<K, F> first;
        while ((first = flows.firstEntry()) != null && now - first.getValue().usedNs > idleNs) {
            end(first.getValue());
        }
    }
}
