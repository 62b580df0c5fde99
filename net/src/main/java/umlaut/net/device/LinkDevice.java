package umlaut.net.device;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import umlaut.abi.IfConst;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;

/**
 * An Ethernet device whose cable leads out of the kernel, to a {@link Link} (Linux: a driver's net_device, virtio_net say). Frames that are sent wait in its queue until the namespace's lock is
 * free; whoever finds nobody sending then sends them, in order. A link that has no room stops the queue, and what does not fit into it is dropped (netif_stop_queue).
 */
public final class LinkDevice extends NetDevice implements Link.End {
    /** Frames that one thread sends for others before a thread of the device's own goes on. */
    private static final int BUDGET = 512;

    private enum Queue {
        RUNNING,
        /** The link has no room. */
        STOPPED,
        /** Room has come while the link was saying that it has none. */
        WOKEN
    }

    private final Link.Opener opener;
    private final boolean checksumsLeftOpen;
    private final ConcurrentLinkedQueue<SkBuff> queue = new ConcurrentLinkedQueue<>();
    /** Frames in the queue; who makes it more than 0 sends. */
    private final AtomicInteger queued = new AtomicInteger();

    private final AtomicReference<Queue> state = new AtomicReference<>(Queue.RUNNING);
    private @Nullable Link link;
    /** The frame that had no room. */
    private @Nullable SkBuff stopped;

    /** @param checksumsLeftOpen the link leads to another stack of this process, and memory needs no checksums */
    public LinkDevice(
            NetNamespace net, String name, byte[] address, int mtu, boolean checksumsLeftOpen, Link.Opener opener) {
        super(net, name, IfConst.ARPHRD_ETHER, address);
        this.mtu = mtu;
        this.checksumsLeftOpen = checksumsLeftOpen;
        this.opener = opener;
        flags = IfConst.IFF_BROADCAST | IfConst.IFF_MULTICAST;
    }

    @Override
    public boolean checksumsLeftOpen() {
        return checksumsLeftOpen;
    }

    @Override
    protected void transmit(SkBuff frame) {
        int before = queued.getAndIncrement();
        if (before >= txQueueLength) {
            queued.getAndDecrement();
            sent.dropped++;
            frame.release();
            return;
        }
        frame.trusted |= frame.partialChecksum >= 0;
        frame.macHeader = -1;
        frame.packetType = 0;
        frame.looped = false;
        frame.scrub();
        queue.add(frame);
        if (before == 0) {
            net().defer(() -> flush(BUDGET));
        }
    }

    /** Sends what is in the queue; there is something, and nobody else does. */
    private void flush(int budget) {
        Link to = link;
        if (to == null) {
            to = opener.open(this);
            link = to;
        }
        for (int left = budget; left > 0; left--) {
            SkBuff frame = stopped != null ? stopped : queue.poll();
            if (frame == null) {
                // Counted, and just about to be added.
                Thread.onSpinWait();
                continue;
            }
            if (!to.send(frame)) {
                stopped = frame;
                if (state.compareAndSet(Queue.RUNNING, Queue.STOPPED)) {
                    return;
                }
                state.set(Queue.RUNNING);
                continue;
            }
            stopped = null;
            if (queued.decrementAndGet() == 0) {
                return;
            }
        }
        Thread.ofPlatform().daemon().name(name + "-queue").start(() -> flush(Integer.MAX_VALUE));
    }

    @Override
    public void ready() {
        if (state.compareAndSet(Queue.STOPPED, Queue.RUNNING)) {
            flush(Integer.MAX_VALUE);
        } else {
            state.compareAndSet(Queue.RUNNING, Queue.WOKEN);
        }
    }

    @Override
    public void arrive(SkBuff frame) {
        NetNamespace net = net();
        net.lock();
        try {
            input(frame);
        } finally {
            net.unlock();
        }
    }

    @Override
    protected void removed() {
        net().defer(() -> {
            Link to = link;
            if (to != null) {
                to.close();
            }
        });
    }
}
