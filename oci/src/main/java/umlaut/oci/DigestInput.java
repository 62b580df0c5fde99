package umlaut.oci;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongConsumer;
import umlaut.block.ImageException;

/** Passes bytes on, counts them, no more than allowed, and takes their SHA-256. */
final class DigestInput extends FilterInputStream {
    static final String SHA256 = "sha256:";

    private final MessageDigest digest = sha256();
    private final long most;
    private final String tooLong;
    private final LongConsumer progress;
    private long count;

    /**
     * @param most bytes there may be
     * @param tooLong what is said when there are more
     * @param progress told how many bytes have passed, now and then
     */
    DigestInput(InputStream in, long most, String tooLong, LongConsumer progress) {
        super(in);
        this.most = most;
        this.tooLong = tooLong;
        this.progress = progress;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int start, int length) throws IOException {
        int n = in.read(to, start, length);
        if (n > 0) {
            digest.update(to, start, n);
            count += n;
            if (count > most) {
                throw new ImageException(tooLong);
            }
            progress.accept(count);
        }
        return n;
    }

    @Override
    public long skip(long n) throws IOException {
        return n <= 0 ? 0 : readNBytes((int) Math.min(n, 1 << 16)).length;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    long count() {
        return count;
    }

    /** Reads what is left. @return "sha256:..." of everything */
    String finish() throws IOException {
        byte[] room = new byte[1 << 16];
        while (read(room, 0, room.length) >= 0) {
            // On to the end.
        }
        return SHA256 + HexFormat.of().formatHex(digest.digest());
    }
}
