package umlaut.net.tun;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.IfConst;
import umlaut.abi.Poll;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.PollTable;
import umlaut.kernel.wait.WaitQueue;
import umlaut.net.core.Be;
import umlaut.net.core.Checksum;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;

/**
 * An open /dev/net/tun: nothing until {@link TunRequests} attaches it to a device, then a frame each read and write, after a struct tun_pi (unless IFF_NO_PI) and a struct virtio_net_hdr (with
 * IFF_VNET_HDR).
 */
final class TunFile extends File {
    static final int VNET_HEADER = 10;
    private static final int PI = 4, STRIPPED = 1, MAX_FRAME = 65535 + IfConst.ETH_HLEN;
    /** In struct virtio_net_hdr: flags, and from where to where, at the sixth byte, a checksum is to be filled in. */
    private static final int NEEDS_CHECKSUM = 1, CHECKSUM_START = 6, CHECKSUM_OFFSET = 8;

    /** The namespace that devices are made in, and found. */
    final NetNamespace net;

    private final Inode inode;
    private final WaitQueue unattached = new WaitQueue();
    private volatile @Nullable TunDevice device;
    int vnetHeaderSize = VNET_HEADER;

    TunFile(NetNamespace net, Path path, Inode inode, int flags, Credentials credentials) {
        super(path, flags, credentials);
        this.net = net;
        this.inode = inode;
    }

    @Nullable TunDevice device() {
        return device;
    }

    void attach(TunDevice to) {
        device = to;
        unattached.wakeAll(Poll.POLLIN | Poll.POLLOUT);
    }

    private static boolean bare(TunDevice d) {
        return (d.mode & IfConst.IFF_NO_PI) != 0;
    }

    private int vnet(TunDevice d) {
        return (d.mode & IfConst.IFF_VNET_HDR) != 0 ? vnetHeaderSize : 0;
    }

    // --- to the program ---

    @Override
    public long read(Task task, IovIter to, long offset) {
        TunDevice d = device;
        if (d == null) {
            return Errno.EBADFD.negative();
        }
        SkBuff frame = d.poll();
        if (frame == null) {
            if (d.gone) {
                return Errno.EIO.negative();
            }
            return nonBlocking() ? Errno.EAGAIN.negative() : BlockingOp.WOULD_BLOCK;
        }
        int before = (bare(d) ? 0 : PI) + vnet(d);
        if (to.remaining() < before) {
            frame.release();
            return Errno.EINVAL.negative();
        }
        byte[] all = new byte[before + frame.length()];
        if (!bare(d)) {
            Be.put16(all, 0, all.length > to.remaining() ? Integer.reverseBytes(STRIPPED) >>> 16 : 0);
            Be.put16(all, 2, frame.protocol);
        }
        frame.copyTo(0, all, before, frame.length());
        frame.release();
        return to.result(to.copyOut(MemorySegment.ofArray(all), 0, Math.min(all.length, to.remaining())));
    }

    // --- from the program ---

    @Override
    public long write(Task task, IovIter from, long offset) {
        TunDevice d = device;
        if (d == null) {
            return Errno.EBADFD.negative();
        }
        long length = from.remaining();
        int before = (bare(d) ? 0 : PI) + vnet(d);
        if (length < before || length > MAX_FRAME + before) {
            return Errno.EINVAL.negative();
        }
        byte[] bytes = new byte[SkBuff.HEADROOM + (int) length];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment in = arena.allocate(Math.max(1, length));
            if (from.copyIn(in, 0, length) < length) {
                return Errno.EFAULT.negative();
            }
            MemorySegment.copy(in, 0, MemorySegment.ofArray(bytes), SkBuff.HEADROOM, length);
        }
        int at = SkBuff.HEADROOM + before;
        SkBuff frame = SkBuff.of(bytes, at, (int) length - before);
        if (!describe(d, frame, bytes)) {
            return Errno.EINVAL.negative();
        }
        net(d).lock();
        try {
            if (d.gone || !d.isUp()) {
                return Errno.EIO.negative();
            }
            d.input(frame);
        } finally {
            net(d).unlock();
        }
        return length;
    }

    private static NetNamespace net(TunDevice d) {
        return d.net();
    }

    /** Takes from the headers before it what the frame is. @return false if that cannot be */
    private boolean describe(TunDevice d, SkBuff frame, byte[] bytes) {
        int at = SkBuff.HEADROOM;
        if (!bare(d)) {
            frame.protocol = Be.u16(bytes, at + 2);
            at += PI;
        }
        if (vnet(d) > 0 && (bytes[at] & NEEDS_CHECKSUM) != 0) {
            // Little-endian, as virtio's are on this processor.
            int start = bytes[at + CHECKSUM_START] & 0xff | (bytes[at + CHECKSUM_START + 1] & 0xff) << 8;
            int field = start + (bytes[at + CHECKSUM_OFFSET] & 0xff | (bytes[at + CHECKSUM_OFFSET + 1] & 0xff) << 8);
            if (field + 2 > frame.length()) {
                return false;
            }
            int first = frame.start();
            Be.put16(bytes, first + field, Checksum.of(bytes, first + start, frame.length() - start));
        }
        if (d.isEthernet()) {
            return frame.length() >= IfConst.ETH_HLEN;
        }
        if (bare(d)) {
            int version = frame.length() == 0 ? 0 : bytes[frame.start()] >>> 4 & 15;
            frame.protocol = version == 4 ? IfConst.ETH_P_IP : version == 6 ? IfConst.ETH_P_IPV6 : 0;
        }
        return !bare(d) || frame.protocol != 0;
    }

    // --- as a file ---

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public boolean pollable() {
        return true;
    }

    @Override
    public int poll(PollTable table) {
        TunDevice d = device;
        if (d == null) {
            table.add(unattached);
            return Poll.POLLERR;
        }
        table.add(d.changed);
        if (d.gone) {
            return Poll.POLLERR;
        }
        return (d.hasFrames() ? Poll.POLLIN | Poll.POLLRDNORM : 0) | (d.isUp() ? Poll.POLLOUT | Poll.POLLWRNORM : 0);
    }

    @Override
    public long ioctl(Task task, int command, long argument) {
        return TunRequests.ioctl(this, task, command, argument);
    }

    @Override
    protected void onRelease() {
        TunDevice d = device;
        if (d != null) {
            d.net().lock();
            try {
                TunRequests.detach(d);
            } finally {
                d.net().unlock();
            }
        }
    }
}
