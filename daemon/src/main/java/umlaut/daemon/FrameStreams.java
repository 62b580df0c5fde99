package umlaut.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/** Bytes of a stream in frames of a connection. */
final class FrameStreams {
    private static final int CHUNK = 64 << 10;

    private FrameStreams() {}

    /** Its flush sends what is kept back. */
    static OutputStream out(Connection to, char kind) {
        return new OutputStream() {
            private final byte[] buffer = new byte[CHUNK];
            private int count;

            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] from, int start, int length) throws IOException {
                for (int done = 0; done < length; ) {
                    if (count == CHUNK) {
                        flush();
                    }
                    int n = Math.min(length - done, CHUNK - count);
                    System.arraycopy(from, start + done, buffer, count, n);
                    count += n;
                    done += n;
                }
            }

            @Override
            public void flush() throws IOException {
                if (count > 0) {
                    to.write(new Frame(kind, Arrays.copyOf(buffer, count)));
                    count = 0;
                }
            }
        };
    }

    /** Ends with the first frame of another kind; a failure told by it is thrown. */
    static InputStream in(Connection from, char kind) {
        return new InputStream() {
            private byte[] now = new byte[0];
            private int at;
            private boolean over;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] to, int start, int length) throws IOException {
                while (at == now.length) {
                    if (over) {
                        return -1;
                    }
                    Frame frame = from.require().orThrow();
                    over = frame.kind() != kind;
                    now = over ? new byte[0] : frame.body();
                    at = 0;
                }
                int n = Math.min(length, now.length - at);
                System.arraycopy(now, at, to, start, n);
                at += n;
                return n;
            }
        };
    }
}
