package umlaut.machine.mconsole;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * An answer: whether the command failed, and text in packets of at most 511 characters, each with its NUL; all but the last say that more comes.
 *
 * @param failed clients show "ERR" instead of "OK"
 */
record Reply(boolean failed, String text) {
    private static final int MOST = Request.DATA - 1;

    static Reply ok(String text) {
        return new Reply(false, text);
    }

    static Reply error(String text) {
        return new Reply(true, text);
    }

    List<byte[]> packets() {
        List<byte[]> packets = new ArrayList<>();
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        int at = 0;
        do {
            int n = Math.min(MOST, bytes.length - at);
            ByteBuffer out = ByteBuffer.allocate(Request.HEADER + n + 1).order(ByteOrder.nativeOrder());
            out.putInt(failed && at == 0 ? 1 : 0);
            out.putInt(at + n < bytes.length ? 1 : 0);
            out.putInt(n + 1);
            out.put(bytes, at, n);
            packets.add(out.array());
            at += n;
        } while (at < bytes.length);
        return packets;
    }
}
