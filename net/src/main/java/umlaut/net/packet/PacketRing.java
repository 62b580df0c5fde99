package umlaut.net.packet;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.host.Memory;
import umlaut.kernel.mm.MappingSource;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.NetTimer;

/**
 * A ring of frames, in memory that the program maps (packet_mmap; net/packet/af_packet.c): versions 1 and 2 have slots of a frame each, version 3 blocks of many. Each has a status word: 0, the
 * kernel's; else the program's, which gives it back by writing 0. Guarded by the namespace's lock; what the program writes is never trusted but for the status words.
 */
final class PacketRing implements MappingSource {
    static final int V1 = 0, V2 = 1, V3 = 2;

    /** Status bits. */
    private static final int USER = 1, LOSING = 4, TIMED_OUT = 32, CHECKSUM_VALID = 128;

    private static final int ALIGNMENT = 16, ADDRESS = 20, PAGE = 4096, LINK_ROOM = 16;
    private static final long MOST_BYTES = 128 << 20;
    private static final int REQUEST = 16, REQUEST3 = 28, DEFAULT_RETIRE_MS = 8;
    /** Of a block in version 3: its own header, in which these stand. */
    private static final int BLOCK_HEADER = 48;

    private static final int STATUS = 8,
            COUNT = 12,
            FIRST = 16,
            USED = 20,
            SEQUENCE = 24,
            FIRST_TIME = 32,
            LAST_TIME = 40;
    private static final long MS = 1_000_000, SECOND = 1_000_000_000;

    private final NetNamespace net;
    private final int version;
    private final int reserve;
    private final int blockSize;
    private final int blocks;
    private final int frameSize;
    private final int framesPerBlock;
    private final int privateSize;
    private final int retireMs;
    private final int fd;
    private final MemorySegment memory;
    private final NetTimer retire;
    private final Runnable ready;
    /** The slot, or block, that is filled next. */
    private int head;

    private boolean losing;
    /** In version 3: of the block being filled. */
    private int fill;

    private int lastFrame;
    private int inBlock;
    private long sequence = 1;
    private int freezes;
    private boolean frozen;

    /**
     * @param request struct tpacket_req, or tpacket_req3
     * @param reserve bytes that the program wants in front of each frame
     * @param ready told when a block has been given to the program because its time was up
     * @throws umlaut.abi.ErrnoException EINVAL, ENOMEM
     */
    PacketRing(NetNamespace net, int version, int reserve, MemorySegment request, Runnable ready) {
        this.net = net;
        this.version = version;
        this.reserve = reserve;
        this.ready = ready;
        blockSize = Le.getInt(request, 0);
        blocks = Le.getInt(request, 4);
        frameSize = Le.getInt(request, 8);
        int frames = Le.getInt(request, 12);
        int retireAfter = version == V3 ? Le.getInt(request, REQUEST) : 0;
        privateSize = version == V3 ? Le.getInt(request, REQUEST + 4) : 0;
        retireMs = retireAfter <= 0 ? DEFAULT_RETIRE_MS : retireAfter;
        boolean whole = blockSize > 0 && blockSize % PAGE == 0 && blocks > 0;
        boolean room = privateSize >= 0 && privateSize < blockSize - BLOCK_HEADER - headerSize(V3);
        boolean fits = frameSize >= headerLength() + reserve && frameSize % ALIGNMENT == 0 && frameSize <= blockSize;
        if (!whole || version == V3 && !room || !fits) {
            throw Errno.EINVAL.exception();
        }
        framesPerBlock = blockSize / frameSize;
        if ((long) framesPerBlock * blocks != frames) {
            throw Errno.EINVAL.exception();
        }
        long size = (long) blockSize * blocks;
        if (size > MOST_BYTES) {
            throw Errno.ENOMEM.exception();
        }
        fd = Memory.memfd("umlaut-ring", size);
        memory = Memory.mapUntilUnused(fd, size, Memory.PROT_READ | Memory.PROT_WRITE);
        retire = net.timers.create(this::retire);
        if (version == V3) {
            open();
        }
    }

    static int requestSize(int version) {
        return version == V3 ? REQUEST3 : REQUEST;
    }

    /** Of struct tpacket_hdr, tpacket2_hdr, tpacket3_hdr. */
    static int headerSize(int version) {
        return version == V3 ? 48 : 32;
    }

    /** With the address behind it. */
    private int headerLength() {
        return headerSize(version) + ADDRESS;
    }

    private static int align(int value, int to) {
        return value + to - 1 & -to;
    }

    // --- frames ---

    /**
     * Takes a frame.
     *
     * @param network where its network header begins
     * @param length of the whole frame as it was
     * @return false: there is no room
     */
    boolean add(byte[] frame, byte[] address, int network, int length, boolean checked) {
        int netOffset = align(headerLength() + Math.max(network, LINK_ROOM), ALIGNMENT) + reserve;
        int macOffset = netOffset - network;
        return version == V3
                ? addToBlock(frame, address, macOffset, netOffset, length, checked)
                : addToSlot(frame, address, macOffset, netOffset, length, checked);
    }

    private long slot(int index) {
        return (long) (index / framesPerBlock) * blockSize + (long) (index % framesPerBlock) * frameSize;
    }

    private int status(long at) {
        int status = memory.get(ValueLayout.JAVA_INT_UNALIGNED, at);
        VarHandle.acquireFence();
        return status;
    }

    private void give(long at, int status) {
        VarHandle.releaseFence();
        memory.set(ValueLayout.JAVA_INT_UNALIGNED, at, status);
    }

    private boolean addToSlot(byte[] frame, byte[] address, int mac, int network, int length, boolean checked) {
        long at = slot(head);
        int taken = Math.min(frame.length, frameSize - mac);
        if (status(at) != 0 || taken < 0) {
            losing = true;
            return false;
        }
        boolean first = version == V1;
        int next = first ? 8 : 4; // the status is a long in version 1
        Le.putInt(memory, at + next, length);
        Le.putInt(memory, at + next + 4, taken);
        Le.putInt(memory, at + next + 8, mac & 0xffff | network << 16);
        long now = net.realtimeNs();
        Le.putInt(memory, at + next + 12, (int) (now / SECOND));
        Le.putInt(memory, at + next + 16, (int) (now % SECOND / (first ? 1000 : 1)));
        put(at + headerSize(version), address);
        put(at + mac, frame, taken);
        int status = USER | (checked ? CHECKSUM_VALID : 0);
        give(at, losing ? status | LOSING : status);
        losing = false;
        head = (head + 1) % (framesPerBlock * blocks);
        return true;
    }

    private void put(long at, byte[] bytes) {
        put(at, bytes, bytes.length);
    }

    private void put(long at, byte[] bytes, int count) {
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, at, count);
    }

    // --- blocks ---

    private int beginning() {
        return BLOCK_HEADER + align(privateSize, 8);
    }

    private long block() {
        return (long) head * blockSize;
    }

    /** Begins to fill a block. @return false: the program still has it */
    private boolean open() {
        long at = block();
        if (status(at + STATUS) != 0) {
            freezes += frozen ? 0 : 1;
            frozen = true;
            return false;
        }
        frozen = false;
        fill = beginning();
        inBlock = 0;
        Le.putInt(memory, at, V3);
        Le.putInt(memory, at + 4, BLOCK_HEADER);
        Le.putInt(memory, at + FIRST, fill);
        return true;
    }

    private boolean addToBlock(byte[] frame, byte[] address, int mac, int network, int length, boolean checked) {
        int most = blockSize - beginning() - mac;
        int taken = Math.min(frame.length, most);
        int size = align(mac + taken, 8);
        if (taken < 0 || frozen && !open()) {
            return false;
        }
        if (size > blockSize - fill) {
            close(0);
            if (!open()) {
                return false;
            }
        }
        long at = block() + fill;
        long now = net.realtimeNs();
        Le.putInt(memory, at, 0);
        Le.putInt(memory, at + 4, (int) (now / SECOND));
        Le.putInt(memory, at + 8, (int) (now % SECOND));
        Le.putInt(memory, at + 12, taken);
        Le.putInt(memory, at + 16, length);
        Le.putInt(memory, at + 20, USER | (checked ? CHECKSUM_VALID : 0));
        Le.putInt(memory, at + 24, mac & 0xffff | network << 16);
        put(at + headerSize(V3), address);
        put(at + mac, frame, taken);
        if (inBlock > 0) {
            Le.putInt(memory, block() + lastFrame, fill - lastFrame);
        } else {
            time(FIRST_TIME, now);
            retire.set(net.nowNs() + retireMs * MS);
        }
        time(LAST_TIME, now);
        lastFrame = fill;
        fill += size;
        inBlock++;
        return true;
    }

    private void time(int field, long now) {
        Le.putInt(memory, block() + field, (int) (now / SECOND));
        Le.putInt(memory, block() + field + 4, (int) (now % SECOND));
    }

    /** Gives the block to the program. */
    private void close(int status) {
        long at = block();
        Le.putInt(memory, at + COUNT, inBlock);
        Le.putInt(memory, at + USED, fill);
        Le.putInt(memory, at + SEQUENCE, (int) sequence);
        Le.putInt(memory, at + SEQUENCE + 4, (int) (sequence >>> 32));
        sequence++;
        give(at + STATUS, USER | status);
        head = (head + 1) % blocks;
        inBlock = 0;
        retire.stop();
    }

    private void retire() {
        if (inBlock > 0) {
            close(TIMED_OUT);
            open();
            ready.run();
        }
    }

    // --- for the socket ---

    /** Has the program got something that it has not given back? */
    boolean readable() {
        if (version == V3) {
            return (status((long) Math.floorMod(head - 1, blocks) * blockSize + STATUS) & USER) != 0;
        }
        return (status(slot(Math.floorMod(head - 1, framesPerBlock * blocks))) & USER) != 0;
    }

    /** Times that all blocks were the program's, since this was last asked. */
    int takeFreezes() {
        int count = freezes;
        freezes = 0;
        return count;
    }

    void stop() {
        retire.stop();
    }

    @Override
    public void extent(long offset, long length, boolean writable, Extent into) {
        long left = memory.byteSize() - offset;
        if (left <= 0) {
            into.set(-1, 0, length);
        } else {
            into.set(fd, offset, Math.min(length, left));
        }
    }
}
