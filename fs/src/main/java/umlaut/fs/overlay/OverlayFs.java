package umlaut.fs.overlay;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Le;
import umlaut.abi.MountFlags;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.SuperBlock;

/**
 * An overlay of directories. Inode numbers are those of the layer a file came from and stay so when it is copied up;
 * layers but the lowest get bits of their own, and st_dev is the overlay's for all (Linux: xino=on).
 */
public final class OverlayFs extends SuperBlock {
    private static final int LAYER_SHIFT = 52;
    private static final int COPY_UP_LOCKS = 64;

    private final OverlayInode root;
    private final @Nullable Inode upperRoot;
    private final List<Inode> lowerRoots;
    private final String options;
    private final ReentrantLock[] copyUpLocks = new ReentrantLock[COPY_UP_LOCKS];
    private final List<SuperBlock> layerOrder = new ArrayList<>();

    /**
     * Upper inodes looked up so far and what shows them: hard links are one inode, and the upper stays alive while a
     * nameless file is open.
     */
    private final Map<Inode, OverlayInode> uppers = new ConcurrentHashMap<>();

    /**
     * @param upper the writable layer's directory; null: nothing can be written
     * @param lowers at least one directory, the topmost first; nobody else changes any layer from now on
     * @param options as /proc/mounts shows them, with a leading comma each
     */
    public OverlayFs(long device, @Nullable Inode upper, List<Inode> lowers, String options) {
        super("overlay", device, upper == null);
        this.upperRoot = upper;
        this.lowerRoots = List.copyOf(lowers);
        this.options = options;
        Arrays.setAll(copyUpLocks, i -> new ReentrantLock());
        for (int i = lowers.size() - 1; i >= 0; i--) {
            addLayer(lowers.get(i).superBlock);
        }
        if (upper != null) {
            addLayer(upper.superBlock);
        }
        Inode shown = upper != null ? upper : lowers.getFirst();
        this.root = new OverlayInode(this, shown, inoOf(lowers.getLast()), upper, lowerRoots, "");
        if (upper != null) {
            keep(upper, root);
        }
    }

    private void addLayer(SuperBlock layer) {
        if (!layerOrder.contains(layer)) {
            layerOrder.add(layer);
        }
    }

    @Override
    public Inode root() {
        return root;
    }

    @Override
    public boolean namesSettled() {
        return !revalidates() && lowerRoots.stream().allMatch(lower -> lower.superBlock.namesSettled());
    }

    List<Inode> lowerRoots() {
        return lowerRoots;
    }

    /** Nobody holds two of them. */
    ReentrantLock copyUpLock(long ino) {
        return copyUpLocks[(int) (ino & COPY_UP_LOCKS - 1)];
    }

    /** The number shown for a layer's inode. */
    long inoOf(Inode real) {
        return inoOf(real.superBlock, real.ino);
    }

    long inoOf(SuperBlock layer, long ino) {
        return ino ^ (long) layerOrder.indexOf(layer) << LAYER_SHIFT;
    }

    /** The number shown for an upper inode: that of its origin if it was copied up. */
    long inoOfUpper(Inode upper) {
        OverlayInode known = uppers.get(upper);
        if (known != null) {
            return known.ino;
        }
        byte @Nullable [] origin = Marks.get(upper, Marks.ORIGIN);
        if (origin != null && origin.length == Long.BYTES) {
            return Le.getLong(java.lang.foreign.MemorySegment.ofArray(origin), 0);
        }
        return inoOf(upper);
    }

    @Nullable OverlayInode known(Inode upper) {
        return uppers.get(upper);
    }

    /**
     * {@code shown} is how {@code upper} appears from now on; holds it. @return what shows it, maybe put there by
     * someone quicker
     */
    OverlayInode keep(Inode upper, OverlayInode shown) {
        OverlayInode there = uppers.putIfAbsent(upper, shown);
        if (there != null) {
            return there;
        }
        upper.hold();
        return shown;
    }

    /** The overlay's inode has gone for good. */
    void drop(Inode upper) {
        if (uppers.remove(upper) != null) {
            upper.unhold();
        }
    }

    /** Access control lists are kept by the upper layer. */
    boolean supportsAcl() {
        return upperRoot != null && upperRoot.supportsAcl();
    }

    int supportedFlags() {
        return upperRoot == null ? 0 : upperRoot.supportedFlags();
    }

    @Override
    public StatfsInfo statfs() {
        Inode real = upperRoot != null ? upperRoot : lowerRoots.getFirst();
        StatfsInfo s = real.superBlock.statfs();
        return new StatfsInfo(
                MountFlags.OVERLAYFS_SUPER_MAGIC,
                s.blockSize(),
                s.blocks(),
                s.free(),
                s.available(),
                s.files(),
                s.filesFree(),
                s.nameLength());
    }

    @Override
    public String showOptions() {
        return options;
    }

    @Override
    public void sync() {
        if (upperRoot != null) {
            upperRoot.superBlock.sync();
        }
    }

    static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
