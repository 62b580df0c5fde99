package umlaut.fs.squashfs;

import umlaut.fs.disk.Bytes;

/** A place in a stream of metadata blocks, from which one reads on. */
final class Cursor {
    private final SquashFs fs;
    private SquashFs.Block block;
    private int at;

    /** @param reference the block's place behind {@code table}, and in the low 16 bits the offset in it */
    Cursor(SquashFs fs, long table, long reference) {
        this.fs = fs;
        block = fs.metadata(table + (reference >>> 16));
        at = (int) (reference & 0xffff);
    }

    byte[] take(int n) {
        byte[] out = new byte[n];
        for (int done = 0; done < n; ) {
            if (at >= block.bytes().length) {
                if (at > block.bytes().length) {
                    throw fs.damaged("a reference points behind its block");
                }
                block = fs.metadata(block.next());
                at = 0;
            }
            int part = Math.min(n - done, block.bytes().length - at);
            System.arraycopy(block.bytes(), at, out, done, part);
            done += part;
            at += part;
        }
        return out;
    }

    int u16() {
        return Bytes.u16(take(2), 0);
    }

    long u32() {
        return Bytes.u32(take(4), 0);
    }

    long i64() {
        return Bytes.i64(take(8), 0);
    }
}
