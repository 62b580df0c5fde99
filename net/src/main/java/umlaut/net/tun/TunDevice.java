package umlaut.net.tun;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import umlaut.abi.IfConst;
import umlaut.abi.Poll;
import umlaut.kernel.wait.WaitQueue;
import umlaut.net.core.Be;
import umlaut.net.core.Checksum;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;

/**
 * A device whose frames a program reads, and whose program's writes come in (drivers/net/tun.c): of Ethernet frames (tap) or bare IP packets (tun). It lasts as long as the file that holds it, or, made
 * persistent, until somebody ends that. Guarded by its namespace's lock, but for the queue, whose monitor is a leaf.
 */
final class TunDevice extends NetDevice {
    private static final int TUN_QUEUE = 500;
    /** IFLA_TUN_*. */
    private static final int TUN_OWNER = 1,
            TUN_GROUP = 2,
            TUN_TYPE = 3,
            TUN_PI = 4,
            TUN_VNET_HDR = 5,
            TUN_PERSIST = 6,
            TUN_MULTI_QUEUE = 7;

    /** IFF_TUN or IFF_TAP, IFF_NO_PI, IFF_VNET_HDR. */
    int mode;

    boolean persistent;
    /** Who may attach to it beside those who may administer; -1: nobody. */
    int owner = -1;

    int ownerGroup = -1;
    /** Who holds it. */
    @Nullable TunFile file;

    boolean gone;

    @GuardedBy("queue") private final ArrayDeque<SkBuff> queue = new ArrayDeque<>();

    /** Readers, and those who wait for the device to be switched on. */
    final WaitQueue changed = new WaitQueue();

    TunDevice(NetNamespace net, String name, int mode, byte[] address) {
        super(net, name, (mode & IfConst.IFF_TAP) != 0 ? IfConst.ARPHRD_ETHER : IfConst.ARPHRD_NONE, address);
        this.mode = mode;
        carrier = false;
        if (isEthernet()) {
            flags = IfConst.IFF_BROADCAST | IfConst.IFF_MULTICAST;
        } else {
            flags = IfConst.IFF_POINTOPOINT | IfConst.IFF_NOARP | IfConst.IFF_MULTICAST;
            txQueueLength = TUN_QUEUE;
        }
    }

    @Override
    protected boolean tellsLink() {
        return false;
    }

    @Override
    public String kind() {
        return "tun";
    }

    @Override
    public Map<Integer, byte[]> kindData() {
        Map<Integer, byte[]> data = new TreeMap<>();
        if (owner != -1) {
            data.put(TUN_OWNER, word(owner));
        }
        if (ownerGroup != -1) {
            data.put(TUN_GROUP, word(ownerGroup));
        }
        data.put(TUN_TYPE, new byte[] {(byte) (mode & (IfConst.IFF_TUN | IfConst.IFF_TAP))});
        data.put(TUN_PI, flag((mode & IfConst.IFF_NO_PI) == 0));
        data.put(TUN_VNET_HDR, flag((mode & IfConst.IFF_VNET_HDR) != 0));
        data.put(TUN_PERSIST, flag(persistent));
        data.put(TUN_MULTI_QUEUE, flag(false));
        return data;
    }

    private static byte[] flag(boolean on) {
        return new byte[] {(byte) (on ? 1 : 0)};
    }

    private static byte[] word(int value) {
        byte[] bytes = new byte[4];
        Be.put32(bytes, 0, Integer.reverseBytes(value));
        return bytes;
    }

    @Override
    protected void transmit(SkBuff frame) {
        if (frame.partialChecksum >= 0) {
            complete(frame);
        }
        synchronized (queue) {
            if (file == null || queue.size() >= txQueueLength) {
                sent.dropped++;
                frame.release();
                return;
            }
            queue.addLast(frame);
        }
        changed.wake(Poll.POLLIN | Poll.POLLRDNORM);
    }

    /** What a bridge or a router passes on may have its checksum left open. */
    private void complete(SkBuff frame) {
        int link = isEthernet() ? IfConst.ETH_HLEN : 0;
        frame.pull(link);
        int first = frame.head()[frame.start()] & 0xff;
        Checksum.complete(frame, first >>> 4 == 4 ? (first & 15) * 4 : 40);
        frame.push(link);
    }

    /** Without the lock. @return the next frame for the program, or null */
    @Nullable SkBuff poll() {
        synchronized (queue) {
            return queue.pollFirst();
        }
    }

    boolean hasFrames() {
        synchronized (queue) {
            return !queue.isEmpty();
        }
    }

    @Override
    protected void changed() {
        changed.wakeAll(Poll.POLLOUT | Poll.POLLWRNORM);
    }

    @Override
    protected void removed() {
        gone = true;
        SkBuff left;
        while ((left = poll()) != null) {
            left.release();
        }
        changed.wakeAll(Poll.POLLERR | Poll.POLLHUP | Poll.POLLIN);
    }
}
