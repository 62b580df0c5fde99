package umlaut.oci;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A part of a file. */
final class Window extends InputStream {
    private final FileChannel channel;
    private final long end;
    private long at;

    Window(FileChannel channel, long start, long length) {
        this.channel = channel;
        at = start;
        end = start + length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int start, int length) throws IOException {
        if (at == end) {
            return -1;
        }
        int n = channel.read(ByteBuffer.wrap(to, start, (int) Math.min(length, end - at)), at);
        if (n < 0) {
            throw new EOFException();
        }
        at += n;
        return n;
    }
}
