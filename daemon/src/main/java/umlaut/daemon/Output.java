package umlaut.daemon;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.host.Files;
import umlaut.host.HostException;
import umlaut.machine.GuestTerminal;
import umlaut.machine.Streams;

/**
 * The standard streams of a guest that runs on its own: what it writes goes to its log and to whoever is attached; what those type goes to it. There is one for each run of the guest.
 */
final class Output implements AutoCloseable {
    private static final int CHUNK = 32 << 10, END_MS = 1000;
    private static final int OUT = 1, ERR = 2;

    private final LogFile.Writer log;
    private final List<Attached> attached = new CopyOnWriteArrayList<>();
    private final List<Thread> pumps = new ArrayList<>();
    private volatile @Nullable GuestTerminal terminal;
    /** The writing end of its standard input; -1: it has none. */
    private int input = -1;

    Output(java.nio.file.Path file) throws IOException {
        log = new LogFile.Writer(file);
    }

    // --- from the guest ---

    /** What the guest is given when it has no terminal. @param interactive its input can be attached to; else it has none */
    Streams pipes(boolean interactive) {
        int in = -1;
        if (interactive) {
            long pair = HostException.check("pipe2", Files.pipe(Files.O_CLOEXEC));
            in = (int) pair;
            input = (int) (pair >> 32);
        }
        return new Streams(in, pipeTo(OUT), pipeTo(ERR));
    }

    private int pipeTo(int stream) {
        long pair = HostException.check("pipe2", Files.pipe(Files.O_CLOEXEC));
        int from = (int) pair;
        pump("output-" + stream, () -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment buffer = arena.allocate(CHUNK);
                long n;
                while ((n = Files.read(from, buffer, 0, CHUNK)) > 0 || n == Errno.EINTR.negative()) {
                    take(stream, buffer, (int) n);
                }
            }
            Files.close(from);
        });
        return (int) (pair >> 32);
    }

    /** What the guest writes on its terminal. */
    void show(GuestTerminal far) {
        terminal = far;
        pump("terminal", () -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment buffer = arena.allocate(CHUNK);
                int n;
                while ((n = far.read(buffer)) >= 0) {
                    take(OUT, buffer, n);
                }
            }
        });
    }

    private void pump(String name, Runnable body) {
        pumps.add(Thread.ofPlatform().daemon().name(name).start(body));
    }

    private void take(int stream, MemorySegment buffer, int length) {
        if (length <= 0) {
            return;
        }
        byte[] data = new byte[length];
        MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, data, 0, length);
        Instant now = Instant.now();
        log.write(stream, data, length, now.getEpochSecond() * 1_000_000_000 + now.getNano());
        Frame frame = new Frame(stream == OUT ? Frame.OUTPUT : Frame.ERROR_OUTPUT, data);
        for (Attached to : attached) {
            if (!to.offer(frame)) {
                attached.remove(to);
            }
        }
    }

    // --- those attached ---

    void add(Attached one) {
        attached.add(one);
    }

    void remove(Attached one) {
        attached.remove(one);
    }

    /** Keys, or data for its standard input. */
    void type(byte[] data) {
        GuestTerminal far = terminal;
        if (far != null) {
            far.write(data);
        } else if (data.length > 0) {
            try (Arena arena = Arena.ofConfined()) {
                writeInput(arena.allocateFrom(ValueLayout.JAVA_BYTE, data), data.length);
            }
        }
    }

    private synchronized void writeInput(MemorySegment bytes, int length) {
        for (int done = 0; input >= 0 && done < length; ) {
            long n = Files.write(input, bytes, done, length - done);
            if (n > 0) {
                done += (int) n;
            } else if (n != Errno.EINTR.negative()) {
                return; // the guest does not read any more
            }
        }
    }

    synchronized void endInput() {
        if (input >= 0) {
            Files.close(input);
            input = -1;
        }
    }

    void resize(int rows, int columns) {
        GuestTerminal far = terminal;
        if (far != null) {
            far.resize(rows, columns);
        }
    }

    /** For somebody new: what is on the screen is drawn again by programs that do so when its size changes. */
    void redraw(int rows, int columns) {
        resize(rows + 1, columns);
        resize(rows, columns);
    }

    /** The guest has ended: what it has written is taken to the end, those attached are told. */
    void finish(int status) {
        GuestTerminal far = terminal;
        if (far != null) {
            far.finish();
        }
        endInput();
        try {
            for (Thread pump : pumps) {
                pump.join(END_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        attached.forEach(to -> to.offer(Frame.of(Frame.EXIT, status)));
        attached.clear();
    }

    @Override
    public void close() {
        log.close();
    }
}
