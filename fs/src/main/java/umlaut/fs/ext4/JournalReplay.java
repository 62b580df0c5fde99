package umlaut.fs.ext4;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import umlaut.abi.Errno;
import umlaut.fs.disk.Bytes;

/**
 * Recovery: carries out what the journal has of transactions that were committed but may not be in their places (Linux: fs/jbd2/recovery.c). The whole log is read first, so that
 * blocks revoked later are left alone.
 */
final class JournalReplay {
    private record Copy(long target, int ring, boolean escaped, int sequence) {}

    private final BufferCache cache;
    private final long[] ring;
    private final JournalFormat format;
    private final List<Copy> copies = new ArrayList<>();
    private final Map<Long, Integer> revoked = new HashMap<>();
    private final long deviceBlocks;

    /** @param ring where each block of the journal lies on the disk */
    JournalReplay(BufferCache cache, long[] ring, JournalFormat format, long deviceBlocks) {
        this.cache = cache;
        this.ring = ring;
        this.format = format;
        this.deviceBlocks = deviceBlocks;
    }

    /** @return the sequence number behind the last transaction. @throws umlaut.abi.ErrnoException EIO, EUCLEAN for a journal that contradicts itself */
    int run() {
        int sequence = Bytes.be32(format.superblock, JournalFormat.S_SEQUENCE);
        int start = Bytes.be32(format.superblock, JournalFormat.S_START);
        if (start == 0) {
            return sequence;
        }
        if (start < format.first() || start >= format.end()) {
            throw Errno.EUCLEAN.exception();
        }
        int next = scan(start, sequence);
        for (Copy copy : copies) {
            Integer until = revoked.get(copy.target);
            if (until != null && until - copy.sequence >= 0) {
                continue;
            }
            byte[] data = read(copy.ring);
            if (copy.escaped) {
                Bytes.putBe32(data, 0, JournalFormat.MAGIC);
            }
            cache.write(copy.target, data);
        }
        cache.device.flush();
        return next;
    }

    private byte[] read(int at) {
        return cache.read(ring[at]);
    }

    private int after(int at, int count) {
        int next = at + count;
        return next >= format.end() ? next - format.end() + format.first() : next;
    }

    /** @return the first sequence number that has no commit */
    private int scan(int start, int first) {
        int at = start;
        int sequence = first;
        int total = format.end() - format.first();
        int seen = 0;
        List<Copy> pending = new ArrayList<>();
        Map<Long, Integer> pendingRevokes = new HashMap<>();
        while (seen < total) {
            byte[] block = read(at);
            boolean ours = Bytes.be32(block, 0) == JournalFormat.MAGIC
                    && Bytes.be32(block, JournalFormat.SEQUENCE) == sequence;
            if (!ours) {
                break;
            }
            int count = 1;
            switch (Bytes.be32(block, JournalFormat.TYPE)) {
                case JournalFormat.DESCRIPTOR -> {
                    int tagged = format.tailFits(block) ? tags(block, at, sequence, pending) : -1;
                    if (tagged < 0) {
                        return sequence;
                    }
                    count += tagged;
                }
                case JournalFormat.REVOKE -> {
                    if (!format.tailFits(block)) {
                        return sequence;
                    }
                    revokes(block, sequence, pendingRevokes);
                }
                case JournalFormat.COMMIT -> {
                    if (!format.commitFits(block)) {
                        return sequence;
                    }
                    copies.addAll(pending);
                    revoked.putAll(pendingRevokes);
                    pending.clear();
                    pendingRevokes.clear();
                    sequence++;
                }
                default -> {
                    return sequence;
                }
            }
            at = after(at, count);
            seen += count;
        }
        return sequence;
    }

    /** @return how many copies follow the descriptor, or -1 if one of them is not what its tag says: the transaction was not finished */
    private int tags(byte[] block, int where, int sequence, List<Copy> into) {
        int at = JournalFormat.HEADER;
        int size = format.tagSize();
        int count = 0;
        while (at + size <= format.usable()) {
            int flags = format.tagFlags(block, at);
            int ringAt = after(where, 1 + count);
            count++;
            long target = format.tagTarget(block, at);
            if (target < 0 || target >= deviceBlocks) {
                return -1;
            }
            if (format.hasChecksums() && !format.tagFits(block, at, read(ringAt), sequence)) {
                return -1;
            }
            into.add(new Copy(target, ringAt, (flags & JournalFormat.FLAG_ESCAPE) != 0, sequence));
            at += size + ((flags & JournalFormat.FLAG_SAME_UUID) != 0 ? 0 : JournalFormat.UUID_SIZE);
            if ((flags & JournalFormat.FLAG_LAST) != 0) {
                break;
            }
        }
        return count;
    }

    private void revokes(byte[] block, int sequence, Map<Long, Integer> into) {
        int end = Math.min(Bytes.be32(block, JournalFormat.HEADER), format.usable());
        int size = format.revokeSize();
        for (int at = JournalFormat.HEADER + 4; at + size <= end; at += size) {
            long high = size == 8 ? Bytes.be32(block, at) & 0xffff_ffffL : 0;
            long low = Bytes.be32(block, at + size - 4) & 0xffff_ffffL;
            into.put(high << 32 | low, sequence);
        }
    }

    /** Are there fast commits, which are not carried out here, behind the last transaction? @param next its sequence number */
    boolean hasFastCommits(int next) {
        if (!format.has(JournalFormat.INCOMPAT_FAST_COMMIT)) {
            return false;
        }
        byte[] block = read(format.end());
        // The head tag of a fast commit area: tag 9, length, features, and the transaction it follows.
        return Bytes.u16(block, 0) == 9 && Bytes.i32(block, 8) == next;
    }
}
