package umlaut.machine.mconsole;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A request as it comes over the socket: magic number, version, length, text; before version 2 it was the text alone. Whatever has come, something is said about it.
 *
 * @param problem what is wrong with it, or empty
 * @param text the command with its arguments
 */
record Request(String problem, String text) {
    static final int MAGIC = 0xcafebabe, VERSION = 2, DATA = 512, HEADER = 12;

    static Request parse(byte[] bytes, int length) {
        ByteBuffer in = ByteBuffer.wrap(bytes, 0, length).order(ByteOrder.nativeOrder());
        if (length < HEADER || in.getInt(0) != MAGIC) {
            return new Request("ERR Version 0 mconsole clients are not supported by this driver", "");
        }
        int size = in.getInt(8);
        if (size < 0 || size >= DATA) {
            return new Request("Request too large", "");
        }
        String text = new String(bytes, HEADER, Math.min(size, length - HEADER), StandardCharsets.ISO_8859_1);
        int nul = text.indexOf('\0');
        text = (nul < 0 ? text : text.substring(0, nul)).strip();
        return new Request(in.getInt(4) == VERSION ? "" : "Unsupported mconsole version", text);
    }
}
