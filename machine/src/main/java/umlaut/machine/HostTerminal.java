package umlaut.machine;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.host.Files;
import umlaut.host.HostCalls;
import umlaut.host.Layouts;
import umlaut.host.Polling;
import umlaut.host.Terminals;
import umlaut.kernel.tty.ConsoleBridge;

/**
 * The user's terminal joined to the guest's console: raw here, so that every key goes to the guest and its line discipline does what
 * the host's would. Modes are put back when the guest ends, by {@link #close}; should the JVM be killed so that nothing of ours can run, a
 * small watchdog does it: a shell that waits for the end of a pipe from us and then calls stty(1).
 */
final class HostTerminal implements AutoCloseable {
    private static final int IN = 0, OUT = 1;
    private static final int BUFFER_BYTES = 64 << 10;

    private final ConsoleBridge bridge;
    private final byte @Nullable [] saved;
    private final int stop = (int) Polling.eventfd(0);
    private final Thread output;
    private @Nullable Process watchdog;

    HostTerminal(ConsoleBridge bridge) {
        this.bridge = bridge;
        saved = Terminals.getModes(IN);
        if (saved != null) {
            setRaw();
            Thread.ofPlatform().daemon().name("terminal-watchdog").start(this::startWatchdog);
        }
        resize();
        output = Thread.ofPlatform().daemon().name("terminal-output").start(this::copyOutput);
        Thread.ofPlatform().daemon().name("terminal-input").start(this::copyInput);
    }

    private void setRaw() {
        byte[] modes = saved;
        if (modes != null) {
            Terminals.setModes(IN, Terminals.raw(modes));
        }
    }

    /** The user's window has a new size. */
    void resize() {
        long size = Terminals.getWindowSize(OUT);
        if (size < 0) {
            size = Terminals.getWindowSize(IN);
        }
        if (size > 0) {
            bridge.resize((int) size & 0xffff, (int) (size >>> 16) & 0xffff);
        }
    }

    /** We were stopped and continued: whoever had the terminal meanwhile has set modes of its own. */
    void resumed() {
        setRaw();
        resize();
    }

    private void copyOutput() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(BUFFER_BYTES);
            int n;
            while ((n = bridge.read(buffer)) >= 0) {
                if (n > 0 && !writeAll(buffer, n)) {
                    bridge.hangup();
                    return;
                }
            }
        }
    }

    private static boolean writeAll(MemorySegment buffer, int length) {
        for (int done = 0; done < length; ) {
            long n = Files.write(OUT, buffer, done, length - done);
            if (n > 0) {
                done += (int) n;
            } else if (n == -11) { // EAGAIN: somebody has made the terminal non-blocking
                await(OUT, Polling.POLLOUT, -1);
            } else if (n != -4) { // EINTR
                return false;
            }
        }
        return true;
    }

    private void copyInput() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(BUFFER_BYTES);
            while (await(IN, Polling.POLLIN, stop)) {
                long n = Files.read(IN, buffer, 0, BUFFER_BYTES);
                if (n > 0) {
                    bridge.write(buffer, n);
                } else if (n == 0 || n != -11 && n != -4) {
                    if (saved != null) {
                        bridge.hangup();
                    }
                    return;
                }
            }
        }
    }

    /** Waits until {@code fd} is ready. @return false if {@code other} (unless -1) became readable first */
    private static boolean await(int fd, int events, int other) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fds = arena.allocate(16, 8);
            fds.set(Layouts.INT, 0, fd);
            fds.set(Layouts.INT, 4, events);
            fds.set(Layouts.INT, 8, other);
            fds.set(Layouts.INT, 12, Polling.POLLIN);
            while (HostCalls.isError(Polling.poll(fds, 2, -1))) {
                // EINTR: again
            }
            return other < 0 || fds.get(Layouts.SHORT, 14) == 0;
        }
    }

    private void startWatchdog() {
        byte[] modes = saved;
        if (modes == null) {
            return;
        }
        // The saved modes in stty's own form; TTOU ignored, as by then we may be in the background.
        String script = "trap '' INT QUIT HUP TERM TSTP TTOU; read x; [ \"$x\" ] || stty " + sttyForm(modes) + " <&1";
        try {
            Process started = new ProcessBuilder("/bin/sh", "-c", script)
                    .redirectInput(Redirect.PIPE)
                    .redirectOutput(Redirect.INHERIT)
                    .redirectError(Redirect.DISCARD)
                    .start();
            synchronized (this) {
                watchdog = started;
            }
        } catch (IOException e) {
            // No shell on this host: then only a kill -9 of ours leaves the terminal raw.
            return;
        }
    }

    /** As {@code stty -g} prints: flags and control characters in hexadecimal, which stty takes back. */
    private static String sttyForm(byte[] termios) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            int flags = 0;
            for (int k = 3; k >= 0; k--) {
                flags = flags << 8 | termios[4 * i + k] & 0xff;
            }
            out.append(Integer.toHexString(flags)).append(':');
        }
        for (int i = 0; i < 19; i++) {
            out.append(Integer.toHexString(termios[17 + i] & 0xff)).append(':');
        }
        // The C library counts 32 control characters; the kernel has 19.
        return out.append("0:".repeat(12)).append('0').toString();
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
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(8, 8);
            one.set(Layouts.LONG, 0, 1);
            Files.write(stop, one, 0, 8);
        }
        byte[] modes = saved;
        if (modes != null) {
            Terminals.setModes(IN, modes);
        }
        dismissWatchdog();
    }

    private synchronized void dismissWatchdog() {
        Process dog = watchdog;
        if (dog == null) {
            return;
        }
        try (var pipe = dog.getOutputStream()) {
            pipe.write("done\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // It has gone already: nothing to dismiss.
            return;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
