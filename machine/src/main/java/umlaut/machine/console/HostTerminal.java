package umlaut.machine.console;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import umlaut.host.Descriptors;
import umlaut.host.Files;
import umlaut.host.Layouts;
import umlaut.host.Polling;
import umlaut.kernel.tty.ConsoleBridge;

/**
 * The user's terminal joined to one of the guest's: raw here, so that every key goes to the guest and its line discipline does what
 * the host's would.
 */
public final class HostTerminal implements Screen, AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;
    /** How often other terminals than our own are asked for their size: of a change of theirs nobody tells us. */
    private static final int SIZE_MS = 1000;

    private final ConsoleBridge bridge;
    private final Wire wire;
    private final Runnable beforeOutput;
    private final Runnable ended;
    private final RawTerminal terminal;
    private final int stop = (int) Polling.eventfd(0);
    private final Thread output;
    /** For what goes out, by whoever has it. */
    private final MemorySegment encoded = Arena.ofAuto().allocate(2L * BUFFER_BYTES);

    /** On the standard streams. */
    public HostTerminal(ConsoleBridge bridge) {
        this(bridge, Wire.STANDARD, () -> {}, bridge::hangup);
    }

    /**
     * @param beforeOutput called before output of the guest's is shown
     * @param ended called when nobody is at the other end any more; by a thread that must go on
     */
    HostTerminal(ConsoleBridge bridge, Wire wire, Runnable beforeOutput, Runnable ended) {
        this.bridge = bridge;
        this.wire = wire;
        this.beforeOutput = beforeOutput;
        this.ended = ended;
        terminal = new RawTerminal(wire.in(), wire.out(), wire.restore());
        resize();
        output = Thread.ofPlatform().daemon().name("terminal-output").start(this::copyOutput);
        if (wire.in() >= 0) {
            Thread.ofPlatform().daemon().name("terminal-input").start(this::copyInput);
        }
    }

    @Override
    public void resize() {
        int size = terminal.windowSize();
        if (size > 0) {
            bridge.resize(size >>> 16, size & 0xffff);
        }
    }

    @Override
    public void resumed() {
        terminal.setRaw();
        resize();
    }

    /** Writes beside the guest's output, lines that end with a newline only. */
    void print(byte[] lines) {
        String text = new String(lines, StandardCharsets.ISO_8859_1);
        byte[] bytes = !terminal.isTerminal() && wire.codec() == Codec.NONE
                ? lines
                : text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        try (Arena arena = Arena.ofConfined()) {
            for (int at = 0; at < bytes.length; at += BUFFER_BYTES) {
                int n = Math.min(bytes.length - at, BUFFER_BYTES);
                MemorySegment buffer = arena.allocate(n);
                MemorySegment.copy(bytes, at, buffer, Layouts.BYTE, 0, n);
                write(buffer, n);
            }
        }
    }

    private void copyOutput() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(BUFFER_BYTES);
            int n;
            while ((n = bridge.read(buffer)) >= 0) {
                beforeOutput.run();
                if (n > 0 && !write(buffer, n)) {
                    ended.run();
                    return;
                }
            }
        }
    }

    private boolean write(MemorySegment buffer, int length) {
        if (wire.out() < 0) {
            return true;
        }
        synchronized (encoded) {
            return Descriptors.writeAll(wire.out(), encoded, wire.codec().encode(buffer, length, encoded));
        }
    }

    private void copyInput() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(BUFFER_BYTES);
            boolean others = terminal.isTerminal() && !wire.equals(Wire.STANDARD);
            while (true) {
                int ready = Descriptors.await(wire.in(), Polling.POLLIN, stop, others ? SIZE_MS : -1);
                if ((ready & Descriptors.OTHER) != 0) {
                    return;
                }
                if (others) {
                    resize();
                }
                long n = ready == 0 ? -11 : Files.read(wire.in(), buffer, 0, BUFFER_BYTES);
                if (n > 0) {
                    bridge.write(buffer, wire.codec().decode(buffer, (int) n));
                } else if (n == 0 || n != -11 && n != -4) {
                    if (terminal.isTerminal() || wire.hangsUp()) {
                        ended.run();
                    }
                    return;
                }
            }
        }
    }

    /** Shows what the guest has written, to the end. */
    void finish() {
        for (int i = 0; i < 200 && !bridge.drained() && output.isAlive(); i++) {
            pause();
        }
    }

    /** Shows what the guest has written to the end, puts the user's modes back and lets go of the terminal. */
    @Override
    public void close() {
        finish();
        bridge.close();
        try {
            output.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Descriptors.signal(stop);
        terminal.close();
        wire.end().run();
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
