package umlaut.daemon;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import umlaut.abi.Signal;
import umlaut.host.Descriptors;
import umlaut.host.Files;
import umlaut.host.Polling;
import umlaut.host.SignalCatcher;
import umlaut.machine.console.RawTerminal;

/**
 * The user's side of a program in a guest: bytes both ways until it ends, or the user leaves it by the keys; signals go to it. For the life of this process, as it catches signals.
 */
final class Relay {
    private static final int IN = 0, OUT = 1, ERR = 2;
    private static final int CHUNK = 16 << 10;
    private static final List<Integer> FORWARDED = List.of(
            Signal.SIGHUP,
            Signal.SIGINT,
            Signal.SIGQUIT,
            Signal.SIGTERM,
            Signal.SIGUSR1,
            Signal.SIGUSR2,
            Signal.SIGWINCH,
            Signal.SIGCONT);

    private final Connection connection;
    private final DetachKeys keys;
    private final boolean terminal;
    private final boolean input;
    private volatile boolean left;

    /** @param terminal it is on a terminal, ours is made raw. @param input what we read goes to it */
    Relay(Connection connection, DetachKeys keys, boolean terminal, boolean input) {
        this.connection = connection;
        this.keys = keys;
        this.terminal = terminal;
        this.input = input;
    }

    /** @return its status. @throws IOException when the other side has gone without telling */
    int run() throws IOException {
        SignalCatcher signals = SignalCatcher.install(FORWARDED);
        RawTerminal raw = terminal ? new RawTerminal() : null;
        try {
            Thread.ofPlatform().daemon().name("signals").start(() -> forward(signals, raw));
            if (input) {
                Thread.ofPlatform().daemon().name("input").start(this::copyInput);
            }
            return copyOutput();
        } finally {
            if (raw != null) {
                raw.close();
            }
        }
    }

    private int copyOutput() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Frame.MOST);
            while (true) {
                Frame frame = connection.read();
                if (frame == null) {
                    if (left) {
                        return 0;
                    }
                    throw new IOException("gone");
                }
                switch (frame.kind()) {
                    case Frame.OUTPUT -> show(OUT, frame.body(), buffer);
                    case Frame.ERROR_OUTPUT -> show(ERR, frame.body(), buffer);
                    case Frame.EXIT -> {
                        return left ? 0 : frame.number();
                    }
                    default -> throw new IOException("unexpected " + frame.kind());
                }
            }
        }
    }

    private static void show(int fd, byte[] data, MemorySegment buffer) {
        MemorySegment.copy(data, 0, buffer, ValueLayout.JAVA_BYTE, 0, data.length);
        // Nobody to show it to: the program goes on all the same, as with docker attach.
        Descriptors.writeAll(fd, buffer, data.length);
    }

    private void copyInput() {
        byte[] bytes = new byte[CHUNK];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(CHUNK);
            while (Descriptors.await(IN, Polling.POLLIN, -1)) {
                long n = Files.read(IN, buffer, 0, CHUNK);
                if (n <= 0 && n != -4 && n != -11) { // neither EINTR nor EAGAIN
                    if (!terminal) {
                        connection.write(Frame.of(Frame.INPUT_END));
                    }
                    return;
                }
                MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, bytes, 0, (int) Math.max(0, n));
                byte[] passed = terminal
                        ? keys.filter(bytes, (int) Math.max(0, n))
                        : java.util.Arrays.copyOf(bytes, (int) Math.max(0, n));
                if (passed.length > 0) {
                    connection.write(new Frame(Frame.INPUT, passed));
                }
                if (terminal && keys.seen()) {
                    left = true;
                    connection.write(Frame.of(Frame.DONE));
                    connection.shutdown();
                    return;
                }
            }
        } catch (IOException e) {
            connection.shutdown(); // it has ended: the reader of its output tells
        }
    }

    private void forward(SignalCatcher signals, @org.jspecify.annotations.Nullable RawTerminal raw) {
        try {
            while (true) {
                int signo = signals.next();
                if (raw != null && (signo == Signal.SIGWINCH || signo == Signal.SIGCONT)) {
                    if (signo == Signal.SIGCONT) {
                        raw.setRaw();
                    }
                    connection.write(Frame.of(Frame.RESIZE, RawTerminal.size()));
                } else if (raw != null && signo == Signal.SIGHUP) {
                    connection.shutdown(); // our terminal has gone
                } else {
                    connection.write(Frame.of(Frame.SIGNAL, signo));
                }
            }
        } catch (IOException e) {
            connection.shutdown(); // as above
        }
    }
}
