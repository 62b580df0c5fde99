package umlaut.fs.squashfs;

import io.airlift.compress.MalformedInputException;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.lzo.LzoDecompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.tukaani.xz.SingleXZInputStream;

/** How blocks of one file system are packed. Each library is loaded when the first block needs it. */
@FunctionalInterface
interface Decompressor {
    /** A block that is not what it should be. */
    final class BadBlock extends Exception {
        private static final long serialVersionUID = 1;

        BadBlock(Throwable cause) {
            super(cause);
        }
    }

    /** @return bytes put into {@code out}, at most all of it */
    int unpack(byte[] in, byte[] out) throws BadBlock;

    /** @param id compression of the superblock. @return null for one that is not known */
    static @org.jspecify.annotations.Nullable Decompressor of(int id) {
        return switch (id) {
            case 1 -> Decompressor::zlib;
            case 3 -> Decompressor::lzo;
            case 4 -> Decompressor::xz;
            case 5 -> Decompressor::lz4;
            case 6 -> Decompressor::zstd;
            default -> null;
        };
    }

    private static int zlib(byte[] in, byte[] out) throws BadBlock {
        try (Inflater inflater = new Inflater()) {
            inflater.setInput(in);
            int done = 0;
            while (!inflater.finished() && done < out.length) {
                int n = inflater.inflate(out, done, out.length - done);
                if (n == 0) {
                    break;
                }
                done += n;
            }
            return done;
        } catch (DataFormatException e) {
            throw new BadBlock(e);
        }
    }

    private static int xz(byte[] in, byte[] out) throws BadBlock {
        // 64 MiB of dictionary is far above what blocks of 1 MiB can need.
        try (SingleXZInputStream stream = new SingleXZInputStream(new ByteArrayInputStream(in), 64 << 10)) {
            return stream.readNBytes(out, 0, out.length);
        } catch (IOException e) {
            throw new BadBlock(e);
        }
    }

    private static int lzo(byte[] in, byte[] out) throws BadBlock {
        try {
            return new LzoDecompressor().decompress(in, 0, in.length, out, 0, out.length);
        } catch (MalformedInputException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new BadBlock(e);
        }
    }

    private static int lz4(byte[] in, byte[] out) throws BadBlock {
        try {
            return new Lz4Decompressor().decompress(in, 0, in.length, out, 0, out.length);
        } catch (MalformedInputException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new BadBlock(e);
        }
    }

    private static int zstd(byte[] in, byte[] out) throws BadBlock {
        try {
            return new ZstdDecompressor().decompress(in, 0, in.length, out, 0, out.length);
        } catch (MalformedInputException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new BadBlock(e);
        }
    }
}
