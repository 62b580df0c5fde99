package umlaut.daemon;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Signal;
import umlaut.host.Files;
import umlaut.machine.ExecConfig;
import umlaut.machine.GuestTerminal;
import umlaut.machine.Program;
import umlaut.machine.Streams;

/**
 * A program beside a guest's first, for somebody at the other end: on a terminal whose bytes go over the connection, or on that one's own descriptors. If that one goes, the program gets SIGHUP, as if a line
 * had been cut.
 */
final class ExecSession {
    private static final int CHUNK = 32 << 10;

    private final Connection connection;
    private final Watch watch;

    ExecSession(Connection connection, Watch watch) {
        this.connection = connection;
        this.watch = watch;
    }

    void run(ExecConfig what, Fields f) throws IOException {
        if (f.isSet("terminal")) {
            Program program = watch.exec(what, null);
            onTerminal(program, f);
        } else if (f.isSet("detach")) {
            watch.exec(what, Streams.NONE);
            connection.write(Frame.of(Frame.DONE));
        } else {
            onDescriptors(what, f);
        }
    }

    private void onDescriptors(ExecConfig what, Fields f) throws IOException {
        watch.running();
        connection.write(Frame.of(Frame.DONE)); // now send them
        int in = -1;
        int out = -1;
        int err;
        try {
            in = connection.readFd();
            out = connection.readFd();
            err = connection.readFd();
        } catch (IOException e) {
            close(in);
            close(out);
            throw e;
        }
        if (!f.isSet("input")) {
            close(in);
            in = -1;
        }
        Program program = watch.exec(what, new Streams(in, out, err));
        connection.write(Frame.of(Frame.DONE));
        tellEnd(program);
        boolean gone = true;
        try {
            gone = !listen(program, null);
        } finally {
            if (gone && !program.status().isDone()) {
                program.signal(Signal.SIGHUP);
            }
        }
    }

    private static void close(int fd) {
        if (fd >= 0) {
            Files.close(fd);
        }
    }

    private void tellEnd(Program program) {
        program.status().thenAccept(status -> {
            try {
                connection.write(Frame.of(Frame.EXIT, status));
            } catch (IOException e) {
                connection.shutdown(); // nobody is there to be told
            }
        });
    }

    private void onTerminal(Program program, Fields f) throws IOException {
        GuestTerminal terminal = program.terminal();
        if (terminal == null) {
            throw new IllegalStateException("no terminal");
        }
        terminal.resize((int) f.number("rows"), (int) f.number("columns"));
        connection.write(Frame.of(Frame.DONE));
        Thread show = Thread.ofPlatform().daemon().name("exec-output").start(() -> show(terminal));
        program.status()
                .thenAccept(status -> Thread.ofPlatform().daemon().start(() -> {
                    terminal.finish();
                    try {
                        show.join();
                        connection.write(Frame.of(Frame.EXIT, status));
                    } catch (IOException | InterruptedException e) {
                        connection.shutdown(); // nobody is there to be told
                    }
                }));
        try {
            listen(program, terminal);
        } finally {
            if (!program.status().isDone()) {
                terminal.hangup();
            }
        }
    }

    private void show(GuestTerminal terminal) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(CHUNK);
            int n;
            boolean there = true;
            while ((n = terminal.read(buffer)) >= 0) {
                byte[] data = new byte[n];
                MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, data, 0, n);
                there = there && send(data);
            }
        }
    }

    private boolean send(byte[] data) {
        try {
            connection.write(new Frame(Frame.OUTPUT, data));
            return true;
        } catch (IOException e) {
            return false; // what the program still writes goes nowhere
        }
    }

    /** What the other end says, until it goes. @return true if it took its leave */
    private boolean listen(Program program, @Nullable GuestTerminal terminal) throws IOException {
        Frame frame;
        while ((frame = connection.read()) != null) {
            switch (frame.kind()) {
                case Frame.SIGNAL -> program.signalAsKeys(frame.number());
                case Frame.RESIZE -> {
                    if (terminal != null) {
                        terminal.resize(frame.number() >>> 16, frame.number() & 0xffff);
                    }
                }
                case Frame.INPUT -> {
                    if (terminal != null) {
                        terminal.write(frame.body());
                    }
                }
                case Frame.DONE -> {
                    return true;
                }
                default -> throw new IOException("unexpected " + frame.kind());
            }
        }
        return false;
    }
}
