package umlaut.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import umlaut.host.Descriptors;
import umlaut.host.Files;
import umlaut.host.Polling;
import umlaut.kernel.tty.ConsoleBridge;

/**
 * The user's terminal joined to the guest's console: raw here, so that every key goes to the guest and its line discipline does what
 * the host's would.
 */
final class HostTerminal implements AutoCloseable {
    private static final int IN = 0, OUT = 1;
    private static final int BUFFER_BYTES = 64 << 10;

    private final ConsoleBridge bridge;
    private final RawTerminal terminal = new RawTerminal();
    private final int stop = (int) Polling.eventfd(0);
    private final Thread output;

    HostTerminal(ConsoleBridge bridge) {
        this.bridge = bridge;
        resize();
        output = Thread.ofPlatform().daemon().name("terminal-output").start(this::copyOutput);
        Thread.ofPlatform().daemon().name("terminal-input").start(this::copyInput);
    }

    /** The user's window has a new size. */
    void resize() {
        int size = RawTerminal.size();
        if (size > 0) {
            bridge.resize(size >>> 16, size & 0xffff);
        }
    }

    /** We were stopped and continued: whoever had the terminal meanwhile has set modes of its own. */
    void resumed() {
        terminal.setRaw();
        resize();
    }

    private void copyOutput() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(BUFFER_BYTES);
            int n;
            while ((n = bridge.read(buffer)) >= 0) {
                if (n > 0 && !Descriptors.writeAll(OUT, buffer, n)) {
                    bridge.hangup();
                    return;
                }
            }
        }
    }

    private void copyInput() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(BUFFER_BYTES);
            while (Descriptors.await(IN, Polling.POLLIN, stop)) {
                long n = Files.read(IN, buffer, 0, BUFFER_BYTES);
                if (n > 0) {
                    bridge.write(buffer, n);
                } else if (n == 0 || n != -11 && n != -4) {
                    if (terminal.isTerminal()) {
                        bridge.hangup();
                    }
                    return;
                }
            }
        }
    }

    /** Shows what the guest has written to the end, puts the user's modes back and lets go of the terminal. */
    @Override
    public void close() {
        for (int i = 0; i < 200 && !bridge.drained() && output.isAlive(); i++) {
            pause();
        }
        bridge.close();
        try {
            output.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Descriptors.signal(stop);
        terminal.close();
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
