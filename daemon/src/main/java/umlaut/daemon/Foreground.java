package umlaut.daemon;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import umlaut.machine.Machine;
import umlaut.machine.Program;

/**
 * Makes a guest known that runs on the terminal or the streams of whoever started it, while it runs. One that was given no name is made known only when it has run for a moment, since most are gone by then, and its start
 * need not wait for that.
 */
public final class Foreground implements AutoCloseable {
    private static final int MOMENT_MS = 150;

    /** A guest that is known, and where. */
    public record Known(Guests guests, Events events, Guest guest) {}

    private final Supplier<@Nullable Known> maker;

    @GuardedBy("this") private @Nullable Known known;

    @GuardedBy("this") private @Nullable Watch watch;

    @GuardedBy("this") private @Nullable ControlServer server;

    @GuardedBy("this") private boolean over;

    private Foreground(Supplier<@Nullable Known> maker) {
        this.maker = maker;
    }

    /** One that is known already. */
    public static Foreground of(Known known) {
        Foreground foreground = new Foreground(() -> known);
        synchronized (foreground) {
            foreground.known = known;
        }
        return foreground;
    }

    /** @param maker makes it known; null: it cannot be */
    public static Foreground later(Supplier<@Nullable Known> maker) {
        return new Foreground(maker);
    }

    /** It runs; called again when it has been started again. */
    public synchronized void started(Machine machine, Program first) {
        if (known != null) {
            register(machine, first);
        } else {
            try {
                Thread.ofPlatform().daemon().name("register").start(() -> registerLater(machine, first));
            } catch (OutOfMemoryError e) {
                // How Java says that the host has no thread left: the guest needs none of this.
            }
        }
    }

    private void registerLater(Machine machine, Program first) {
        try {
            Thread.sleep(MOMENT_MS);
            register(machine, first);
        } catch (InterruptedException | OutOfMemoryError e) {
            // It ends, or there is no thread for it: then it cannot be reached by other commands.
        }
    }

    private synchronized void register(Machine machine, Program first) {
        Known now = over ? null : known != null ? known : maker.get();
        if (now == null) {
            return;
        }
        known = now;
        Watch.Run run = new Watch.Run(machine, first, null);
        if (watch != null) {
            watch.started(run, 0);
            return;
        }
        Watch fresh = new Watch(now.guest(), now.events());
        watch = fresh;
        fresh.started(run, 0);
        ControlServer control = new ControlServer();
        try {
            control.add(fresh);
            server = control;
        } catch (IOException e) {
            System.err.print("umlaut: this guest cannot be reached by other commands: " + e.getMessage() + "\r\n");
        }
    }

    /** It has ended, but may be started again. */
    public synchronized void ended(int status) {
        Watch seen = watch;
        if (seen != null) {
            seen.ended(status, false, "");
        }
    }

    @Override
    public synchronized void close() {
        over = true;
        Watch seen = watch;
        ControlServer control = server;
        if (control != null && seen != null) {
            control.remove(seen);
        }
        Known there = known;
        if (there == null) {
            return;
        }
        if (there.guest().record().autoRemove()) {
            there.guests().remove(there.guest());
        } else if (seen != null && seen.state().isLive()) {
            seen.ended(125, false, "");
        }
    }
}
