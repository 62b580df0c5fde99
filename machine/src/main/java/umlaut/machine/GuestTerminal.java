package umlaut.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.tty.ConsoleBridge;
import umlaut.kernel.vfs.File;

/** The far side of a terminal in a guest, for whoever shows it to a user: bytes of output, keys, the window's size. Thread-safe; methods may block. */
public final class GuestTerminal {
    private static final int DRAIN_STEPS = 200, STEP_MS = 5;

    private final ConsoleBridge bridge;
    private final @Nullable File master;

    /** @param master released at the end; null for the guest's console */
    GuestTerminal(ConsoleBridge bridge, @Nullable File master) {
        this.bridge = bridge;
        this.master = master;
    }

    /** Output. @param to native memory. @return bytes, or -1 when the terminal is closed */
    public int read(MemorySegment to) {
        return bridge.read(to);
    }

    /** Keys. Waits while the guest does not read. */
    public void write(byte[] keys) {
        if (keys.length > 0) {
            try (Arena arena = Arena.ofConfined()) {
                bridge.write(arena.allocateFrom(ValueLayout.JAVA_BYTE, keys), keys.length);
            }
        }
    }

    public void resize(int rows, int columns) {
        bridge.resize(rows, columns);
    }

    /** The user has gone: programs on it get SIGHUP. */
    public void hangup() {
        bridge.hangup();
    }

    /** Lets what was written up to now be read, then ends {@link #read}. */
    public void finish() {
        for (int i = 0; i < DRAIN_STEPS && !bridge.drained(); i++) {
            try {
                Thread.sleep(STEP_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        bridge.close();
        File held = master;
        if (held != null) {
            held.release();
        }
    }
}
