package umlaut.machine.console;

import java.lang.foreign.MemorySegment;

/** What bytes go through between a guest's terminal and its wire. */
public interface Codec {
    /** They are what they are. */
    Codec NONE = new Codec() {
        @Override
        public int decode(MemorySegment bytes, int length) {
            return length;
        }

        @Override
        public int encode(MemorySegment bytes, int length, MemorySegment to) {
            MemorySegment.copy(bytes, 0, to, 0, length);
            return length;
        }
    };

    /** What has come, in place. @return how many bytes are left for the guest */
    int decode(MemorySegment bytes, int length);

    /** What is to go. @param to has room for twice as many. @return bytes there */
    int encode(MemorySegment bytes, int length, MemorySegment to);
}
