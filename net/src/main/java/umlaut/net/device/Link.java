package umlaut.net.device;

import umlaut.net.core.SkBuff;

/**
 * What a {@link LinkDevice}'s cable leads to: something outside the kernel that carries Ethernet frames, with no checksum at their end (the FCS). A kernel knows nothing of it but its frames,
 * and it nothing of the kernel but the {@link End}.
 */
public interface Link {
    /** The device's side. Thread-safe; no lock of a stack may be held. */
    interface End {
        /** A frame has come; taken over. */
        void arrive(SkBuff frame);

        /** There is room again after a {@link #send} that had none. */
        void ready();
    }

    /** Makes the link when the first frame is sent. */
    @FunctionalInterface
    interface Opener {
        Link open(End end);
    }

    /**
     * Carries a frame away. Called by one thread at a time, without any lock of the stack.
     *
     * @return false: there is no room, the frame is still the caller's, and {@link End#ready} will be called, perhaps already
     */
    boolean send(SkBuff frame);

    /** The cable is pulled; no frame is sent afterwards. */
    void close();
}
