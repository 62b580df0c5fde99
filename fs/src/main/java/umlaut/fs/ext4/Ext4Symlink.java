package umlaut.fs.ext4;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.kernel.task.Task;

/** A symbolic link: targets of less than 60 bytes stand in the inode, longer ones in a block. */
final class Ext4Symlink extends Ext4Inode {
    private volatile @Nullable String target;

    Ext4Symlink(Ext4Fs fs, long ino, byte[] raw) {
        super(fs, ino, raw);
    }

    private boolean isFast() {
        long attributes = fileAcl() == 0 ? 0 : fs.sb.blockSize >> 9;
        return blocks == attributes && size < BLOCK_SIZE;
    }

    /** A new link's, within a transaction. */
    void setTarget(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        size = bytes.length;
        if (bytes.length < BLOCK_SIZE) {
            java.util.Arrays.fill(raw, BLOCK, BLOCK + BLOCK_SIZE, (byte) 0);
            System.arraycopy(bytes, 0, raw, BLOCK, bytes.length);
            setFlag(EXTENTS_FL, false);
        } else {
            long block = fs.blocks.take(goal(), 1, null, 0).block();
            map().insert(0, block, 1, false);
            addBlocks(1);
            Buffer buffer = fs.cache.fresh(block);
            System.arraycopy(bytes, 0, buffer.data, 0, bytes.length);
            fs.journal().dirty(buffer);
        }
        target = text;
        markDirty();
    }

    @Override
    public String readlink(@Nullable Task task) {
        String known = target;
        if (known == null) {
            known = load();
            target = known;
        }
        return known;
    }

    private String load() {
        if (size <= 0 || size > fs.sb.blockSize) {
            throw fs.corrupt(Errno.EUCLEAN, "inode " + ino + ": symbolic link of " + size + " bytes");
        }
        if (isFast() || has(INLINE_DATA_FL)) {
            String text = new String(raw, BLOCK, (int) Math.min(size, BLOCK_SIZE), StandardCharsets.ISO_8859_1);
            byte[] more = size > BLOCK_SIZE ? xattrs().inlineData() : new byte[0];
            return text + new String(more, StandardCharsets.ISO_8859_1);
        }
        BlockMap.Piece piece = new BlockMap.Piece();
        map().find(0, piece);
        if (!piece.isData()) {
            throw fs.corrupt(Errno.EUCLEAN, "inode " + ino + ": symbolic link without data");
        }
        return new String(fs.cache.get(piece.physical).data, 0, (int) size, StandardCharsets.ISO_8859_1);
    }

    @Override
    boolean releaseBlocks() {
        if (isFast() || has(INLINE_DATA_FL)) {
            return true;
        }
        BlockMap.Piece piece = new BlockMap.Piece();
        map().find(0, piece);
        if (piece.physical != 0) {
            fs.journal().forget(piece.physical);
        }
        return map().remove(0, map().limit());
    }
}
