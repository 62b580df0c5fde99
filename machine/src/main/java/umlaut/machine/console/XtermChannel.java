package umlaut.machine.console;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.host.Descriptors;
import umlaut.host.Layouts;
import umlaut.host.Polling;
import umlaut.host.Processes;
import umlaut.host.Sockets;
import umlaut.machine.uml.UmlConfig;

/**
 * "xterm": a terminal emulator of its own, started when the guest first opens the line. In it runs User-mode Linux's port-helper (package uml-utilities), which sends its terminal's descriptor over a
 * datagram socket and then waits to be killed (Linux: arch/um/drivers/xterm.c).
 */
final class XtermChannel implements Channel {
    private static final List<String> HELPERS =
            List.of("/usr/lib/uml/port-helper", "/usr/lib64/uml/port-helper", "/usr/local/lib/uml/port-helper");
    private static final int WAIT_MS = 30_000, LOOK_MS = 200;

    private final UmlConfig.Xterm emulator;
    private final String title;
    private volatile boolean closed;

    XtermChannel(UmlConfig.Xterm emulator, String title) {
        this.emulator = emulator;
        this.title = title;
    }

    @Override
    public String text() {
        return "xterm";
    }

    @Override
    public @Nullable Wire connect() {
        if (System.getenv("DISPLAY") == null) {
            throw new ChannelException("xterm_open: $DISPLAY not set.");
        }
        String helper = HELPERS.stream()
                .filter(file -> Files.isExecutable(Path.of(file)))
                .findFirst()
                .orElseThrow(() -> new ChannelException("xterm_open: no port-helper (install uml-utilities)"));
        try {
            Path directory = Files.createTempDirectory("umlaut-xterm");
            Path socket = directory.resolve("socket");
            try {
                return start(helper, socket);
            } finally {
                Files.deleteIfExists(socket);
                Files.deleteIfExists(directory);
            }
        } catch (IOException e) {
            throw new ChannelException("xterm_open: " + e.getMessage());
        }
    }

    private @Nullable Wire start(String helper, Path socket) throws IOException {
        int fd = (int) Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_DGRAM | Sockets.SOCK_CLOEXEC, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(128);
            int length = Sockets.unixAddress(socket.toString(), address);
            long result = length < 0 ? length : Sockets.bind(fd, address, length);
            if (result < 0) {
                throw new ChannelException("xterm_open: no socket at " + socket + ": "
                        + Errno.of((int) -result).message());
            }
            Process window = new ProcessBuilder(
                            emulator.program(),
                            emulator.titleSwitch(),
                            title,
                            emulator.execSwitch(),
                            helper,
                            "-uml-socket",
                            socket.toString())
                    .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start();
            return receive(fd, window, arena);
        } finally {
            umlaut.host.Files.close(fd);
        }
    }

    /** @return null: the line is no longer wanted */
    private @Nullable Wire receive(int fd, Process window, Arena arena) {
        MemorySegment pid = arena.allocate(8, 8);
        for (int waited = 0; waited < WAIT_MS && window.isAlive(); waited += LOOK_MS) {
            if (closed) {
                window.destroy();
                return null;
            }
            if (Descriptors.await(fd, Polling.POLLIN, -1, LOOK_MS) != 0) {
                long result = Sockets.recvFd(fd, pid, 4, 0);
                int terminal = result < 0 ? -1 : Sockets.passedFd(result);
                if (terminal >= 0) {
                    int helper = pid.get(Layouts.INT, 0);
                    return new Wire(terminal, terminal, false, true, Codec.NONE, () -> {
                        if (window.isAlive()) {
                            Processes.kill(helper, Processes.SIGKILL);
                        }
                        window.destroy();
                        umlaut.host.Files.close(terminal);
                    });
                }
            }
        }
        window.destroy();
        throw new ChannelException("xterm_open: '" + emulator.program() + "' has not come up");
    }

    /** The user has closed the window: a new one comes when the guest opens the line again. */
    @Override
    public boolean comesBack() {
        return false;
    }

    @Override
    public void close() {
        closed = true;
    }
}
