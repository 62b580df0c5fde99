package umlaut.net.unix;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.WaitQueue;
import umlaut.net.Control;
import umlaut.net.Message;
import umlaut.net.PeerCredentials;

/** What a unix stream keeps together and what apart. */
class StreamQueueTest {
    private static final int LIMIT = 8192;
    private final StreamQueue queue = new StreamQueue(new WaitQueue());

    private long write(String text, Control control) {
        MemorySegment bytes = MemorySegment.ofArray(text.getBytes(StandardCharsets.ISO_8859_1));
        return queue.write(new IovIter().kernel(bytes, 0, bytes.byteSize()), LIMIT, control);
    }

    private String read(int room, boolean wantsCredentials, boolean peek) {
        byte[] to = new byte[room];
        Message message = new Message(new IovIter().kernel(MemorySegment.ofArray(to), 0, room), 0);
        long n = queue.read(message, wantsCredentials, peek);
        if (n == BlockingOp.WOULD_BLOCK) {
            return "nothing";
        }
        String text = new String(to, 0, (int) n, StandardCharsets.ISO_8859_1);
        Control control = message.control;
        return control == null || control.credentials == null ? text : text + " of " + control.credentials.pid();
    }

    private static Control from(int pid) {
        Control control = new Control();
        control.credentials = new PeerCredentials(pid, 0, 0, new int[0], null);
        return control;
    }

    @Test
    void writesRunTogether() {
        write("abc", null);
        write("def", null);
        assertThat(read(4, false, true)).isEqualTo("abcd");
        assertThat(read(100, false, false)).isEqualTo("abcdef");
        assertThat(read(100, false, false)).isEqualTo("nothing");
    }

    @Test
    void sendersStayApartForThoseWhoAsk() {
        write("one", from(1));
        write("more", from(1));
        write("two", from(2));
        assertThat(read(100, true, false)).isEqualTo("onemore of 1");
        assertThat(read(100, true, false)).isEqualTo("two of 2");
    }

    @Test
    void theLimitHolds() {
        String block = "x".repeat(5000);
        assertThat(write(block, null)).isEqualTo(5000);
        assertThat(queue.writable(LIMIT)).isFalse();
        assertThat(write(block, null)).isEqualTo(3192);
        assertThat(write("y", null)).isEqualTo(BlockingOp.WOULD_BLOCK);
        read(6200, false, false);
        assertThat(queue.writable(LIMIT)).isTrue();
        assertThat(queue.available()).isEqualTo(1992);
    }

    @Test
    void bytesSurviveWrapping() {
        StringBuilder in = new StringBuilder();
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            String piece = Integer.toString(i).repeat(37);
            in.append(piece);
            write(piece, null);
            out.append(read(113, false, false));
        }
        while (queue.available() > 0) {
            out.append(read(113, false, false));
        }
        assertThat(out.toString()).isEqualTo(in.toString());
    }

    @Test
    void aClosedQueueTakesNothing() {
        MemorySegment one = MemorySegment.ofArray(new byte[1]);
        one.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        write("left over", null);
        assertThat(queue.close()).isEmpty();
        assertThat(queue.available()).isZero();
        assertThat(write("x", null)).isNegative();
    }
}
