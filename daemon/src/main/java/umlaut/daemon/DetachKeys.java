package umlaut.daemon;

import java.util.Arrays;

/**
 * The keys by which a user leaves a guest's terminal without ending what runs there (docker's --detach-keys). Keys that begin the sequence are kept back until it is known whether they are it. Used by one thread.
 */
public final class DetachKeys {
    public static final String USUAL = "ctrl-p,ctrl-q";

    private final byte[] keys;
    private int matched;

    private DetachKeys(byte[] keys) {
        this.keys = keys;
    }

    /** @param text characters and ctrl-CHARACTER, with commas between; empty: none. @throws DaemonException for what is none */
    public static DetachKeys parse(String text) {
        if (text.isEmpty()) {
            return new DetachKeys(new byte[0]);
        }
        String[] parts = text.split(",", -1);
        byte[] keys = new byte[parts.length];
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            if (part.matches("ctrl-[a-z@\\[\\\\\\]^_]")) {
                keys[i] = (byte) (part.charAt(5) & 0x1f);
            } else if (part.length() == 1 && part.charAt(0) < 0x80) {
                keys[i] = (byte) part.charAt(0);
            } else {
                throw new DaemonException(
                        125, "--detach-keys: '" + part + "' is no key: write a letter or ctrl-a to ctrl-z");
            }
        }
        return new DetachKeys(keys);
    }

    /**
     * Looks for the sequence in what was typed.
     *
     * @return what is to be passed on; the sequence is whole if {@link #seen}
     */
    byte[] filter(byte[] typed, int length) {
        if (keys.length == 0) {
            return Arrays.copyOf(typed, length);
        }
        byte[] out = new byte[length + keys.length];
        int n = 0;
        for (int i = 0; i < length && !seen(); i++) {
            if (typed[i] == keys[matched]) {
                matched++;
                continue;
            }
            System.arraycopy(keys, 0, out, n, matched);
            n += matched;
            matched = typed[i] == keys[0] ? 1 : 0;
            if (matched == 0) {
                out[n++] = typed[i];
            }
        }
        return Arrays.copyOf(out, n);
    }

    boolean seen() {
        return keys.length > 0 && matched == keys.length;
    }
}
