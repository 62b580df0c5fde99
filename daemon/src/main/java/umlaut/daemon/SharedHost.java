package umlaut.daemon;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import umlaut.host.Files;
import umlaut.host.HostCalls;
import umlaut.host.Processes;
import umlaut.host.Scratch;
import umlaut.machine.MachineConfig;

/**
 * A process that many guests of a user share (--shared): a kernel is an object. Started by the first such guest, it ends a while after the last. Its socket takes one request: START, with a guest's id. One that has as many
 * guests as its descriptors allow sends others on to the next.
 */
public final class SharedHost {
    /** The argument that makes a process this one. */
    public static final String ARGUMENT = "--shared-host";

    private static final int LOCK_EX = 2, LOCK_NB = 4;
    private static final int LINGER_SECONDS = 5;
    private static final long STACK_BYTES = 256 << 10;
    /** A guest takes some 30 descriptors; and so many guests are enough for one heap. */
    private static final int DESCRIPTORS_EACH = 40, MOST_GUESTS = 500;

    private static final int FULL = 75;

    private final Guests guests;
    private final Events events;
    private final Function<Guest, MachineConfig> configs;
    private final ControlServer server = new ControlServer();

    @GuardedBy("this") private int running;

    @GuardedBy("this") private long changes;

    public SharedHost(Guests guests, Events events, Function<Guest, MachineConfig> configs) {
        this.guests = guests;
        this.events = events;
        this.configs = configs;
    }

    // --- on the side of who wants a guest started ---

    /** @throws DaemonException when it does not start */
    public static void start(Places places, Guest guest) {
        for (int number = 0; !start(places, guest, number); number++) {
            // that one is full
        }
    }

    /** @return false if that process has no room */
    private static boolean start(Places places, Guest guest, int number) {
        for (int attempt = 0; ; attempt++) {
            try (Connection connection = Connection.to(places.shared(number, ""))) {
                connection.write(Frame.of(Frame.START, new Fields().set("id", guest.id())));
                connection.require().orThrow();
                return true;
            } catch (IOException e) {
                if (attempt == 3) {
                    throw new DaemonException(125, "the process for shared guests does not answer: " + e.getMessage());
                }
                Launcher.launch(List.of(ARGUMENT, Integer.toString(number)), places.shared(number, ".log"));
            } catch (DaemonException e) {
                if (e.status != FULL) {
                    throw e;
                }
                return false;
            }
        }
    }

    // --- the process itself ---

    /** Serves until there has been no guest for a while. @param number which one it is. @return the exit status */
    public int run(Places places, int number) {
        if (!lock(places.shared(number, ".lock"))) {
            Launcher.report(null); // somebody else was quicker: that one will do
            return 0;
        }
        try {
            server.listen(places.shared(number, ""), this::serve);
        } catch (IOException e) {
            Launcher.report(new DaemonException(125, "cannot serve shared guests: " + e.getMessage()));
            return 125;
        }
        Launcher.report(null);
        awaitIdle();
        Files.unlinkat(Files.AT_FDCWD, Scratch.path(places.shared(number, "").toString()), 0);
        return 0;
    }

    /** Held as long as this process lives. */
    private static boolean lock(Path file) {
        long fd = Files.openat(
                Files.AT_FDCWD, Scratch.path(file.toString()), Files.O_RDWR | Files.O_CREAT | Files.O_CLOEXEC, 0600);
        return fd >= 0 && !HostCalls.isError(Files.flock((int) fd, LOCK_EX | LOCK_NB));
    }

    private void awaitIdle() {
        CountDownLatch never = new CountDownLatch(1);
        long seen = -1;
        try {
            while (true) {
                if (never.await(LINGER_SECONDS, TimeUnit.SECONDS)) {
                    return;
                }
                synchronized (this) {
                    if (running == 0 && changes == seen) {
                        return;
                    }
                    seen = changes;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean mayBegin() {
        long descriptors = Processes.softLimit(Processes.RLIMIT_NOFILE);
        long most = descriptors < 0 ? MOST_GUESTS : Math.clamp(descriptors / DESCRIPTORS_EACH, 1, MOST_GUESTS);
        if (running >= most) {
            return false;
        }
        running++;
        changes++;
        return true;
    }

    private synchronized void ended() {
        running--;
        changes++;
    }

    private void serve(Connection connection) {
        try {
            Frame request = connection.read();
            if (request == null || request.kind() != Frame.START) {
                return;
            }
            connection.write(started(request.fields().text("id")));
        } catch (IOException e) {
            connection.shutdown(); // whoever asked has gone
        }
    }

    private Frame started(String id) {
        if (!mayBegin()) {
            return Frame.failure(FULL, "full");
        }
        CompletableFuture<@Nullable RuntimeException> report = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .name("guest-" + id.substring(0, Math.min(12, id.length())))
                .stackSize(STACK_BYTES)
                .start(() -> supervise(id, report));
        RuntimeException failure = report.join();
        return failure == null ? Frame.of(Frame.DONE) : Frame.failure(failure);
    }

    private void supervise(String id, CompletableFuture<@Nullable RuntimeException> report) {
        try {
            Guest guest = guests.get(id);
            new Supervisor(guest, guests, events, server, () -> configs.apply(guest), machine -> {}, false)
                    .run(report::complete);
        } catch (RuntimeException e) {
            System.err.println("umlaut: guest " + id + ": " + e);
            report.complete(e);
        } finally {
            report.complete(new DaemonException(125, "it ended before it ran"));
            ended();
        }
    }
}
