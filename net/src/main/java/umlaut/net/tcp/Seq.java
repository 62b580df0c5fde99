package umlaut.net.tcp;

/** Sequence numbers: 32 bits that wrap, compared within half their range (RFC 9293, 3.4). */
final class Seq {
    private Seq() {}

    static boolean before(int a, int b) {
        return a - b < 0;
    }

    static boolean after(int a, int b) {
        return a - b > 0;
    }

    /** Is {@code s} in [{@code from}, {@code to}]? */
    static boolean between(int s, int from, int to) {
        return Integer.compareUnsigned(to - from, s - from) >= 0;
    }

    static int max(int a, int b) {
        return a - b >= 0 ? a : b;
    }
}
