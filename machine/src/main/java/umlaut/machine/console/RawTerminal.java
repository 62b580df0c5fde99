package umlaut.machine.console;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import org.jspecify.annotations.Nullable;
import umlaut.host.Terminals;

/**
 * The user's terminal made raw, so that every key goes to the guest. Its modes are put back by {@link #close}; should the JVM be killed so that nothing of ours can run, a
 * small watchdog does it: a shell that waits for the end of a pipe from us and then calls stty(1).
 */
public final class RawTerminal implements AutoCloseable {
    private static final int IN = 0, OUT = 1;

    private final int in;
    private final int out;
    private final byte @Nullable [] saved;
    private @Nullable Process watchdog;

    /** Does nothing if standard input is no terminal. */
    public RawTerminal() {
        this(IN, OUT, true);
    }

    /**
     * @param in -1: none
     * @param out -1: none
     * @param restore it is somebody's
     */
    RawTerminal(int in, int out, boolean restore) {
        this.in = in;
        this.out = out;
        saved = in < 0 ? null : Terminals.getModes(in);
        setRaw();
        if (saved != null && restore) {
            Thread.ofPlatform().daemon().name("terminal-watchdog").start(this::startWatchdog);
        }
    }

    /** Keys come from one. */
    public boolean isTerminal() {
        return saved != null;
    }

    /** Again, after somebody else has had the terminal. */
    public void setRaw() {
        byte[] modes = saved;
        if (modes != null) {
            Terminals.setModes(in, Terminals.raw(modes));
        }
    }

    /** Of the standard streams' terminal: rows in the high 16 bits, columns in the low ones; 0 if it has none. */
    public static int size() {
        return size(IN, OUT);
    }

    int windowSize() {
        return size(in, out);
    }

    private static int size(int in, int out) {
        long size = out < 0 ? -1 : Terminals.getWindowSize(out);
        if (size < 0 && in >= 0) {
            size = Terminals.getWindowSize(in);
        }
        return size <= 0 ? 0 : (int) ((size & 0xffff) << 16 | size >>> 16 & 0xffff);
    }

    @Override
    public void close() {
        byte[] modes = saved;
        if (modes != null) {
            Terminals.setModes(in, modes);
        }
        dismissWatchdog();
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
                    .redirectOutput(in == IN ? Redirect.INHERIT : Redirect.to(new File("/proc/self/fd/" + in)))
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
}
