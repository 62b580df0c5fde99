package umlaut.daemon;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.machine.MachineException;
import umlaut.machine.console.RawTerminal;

/** Asks running guests for things: one connection a request. */
public final class Client {
    private static final int GONE = 137, LOOK_MS = 10, LOOKS = 500;

    private Client() {}

    /** @throws DaemonException if the guest does not run */
    static Connection connect(Guest guest) {
        GuestState state = guest.state();
        if (!state.isLive()) {
            throw new DaemonException("guest '" + guest.name() + "' is not running");
        }
        try {
            return Connection.to(guest.socket());
        } catch (IOException e) {
            throw new DaemonException("guest '" + guest.name() + "' cannot be reached: " + e.getMessage());
        }
    }

    private static DaemonException lost(Guest guest) {
        return new DaemonException(GONE, "guest '" + guest.name() + "' has been killed");
    }

    /** @throws DaemonException with what the guest's process says against it */
    static Frame ask(Guest guest, Frame request) {
        try (Connection connection = connect(guest)) {
            connection.write(request);
            return connection.require().orThrow();
        } catch (IOException e) {
            throw lost(guest);
        }
    }

    /** @param signo 0: what is usual. @param seconds until it is killed; -1: never */
    public static void stop(Guest guest, int signo, long seconds) {
        try {
            ask(guest, Frame.of(Frame.STOP, new Fields().set("signal", signo).set("seconds", seconds)));
        } catch (DaemonException e) {
            if (guest.state().isLive()) {
                throw e;
            }
        }
        awaitRest(guest);
    }

    /** What its process does behind its end. */
    private static void awaitRest(Guest guest) {
        try {
            for (int i = 0; i < LOOKS && guest.state().isLive(); i++) {
                Thread.sleep(LOOK_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public static void kill(Guest guest, int signo) {
        ask(guest, Frame.of(Frame.KILL, new Fields().set("signal", signo)));
    }

    public static void pause(Guest guest) {
        ask(guest, Frame.of(Frame.PAUSE));
    }

    public static void resume(Guest guest) {
        ask(guest, Frame.of(Frame.RESUME));
    }

    /** Waits for its end. @return its status, at once if it does not run */
    public static int await(Guest guest) {
        if (!guest.state().isLive()) {
            return guest.state().exitCode();
        }
        try {
            return ask(guest, Frame.of(Frame.WAIT)).number();
        } catch (DaemonException e) {
            if (guest.state().isLive()) {
                throw e;
            }
            return guest.state().exitCode();
        }
    }

    /**
     * Runs a program in a guest.
     *
     * @param terminal on a terminal of the guest's, shown on ours; else on our descriptors
     * @param input ours is its
     * @param detached nobody waits for it
     * @return its exit status
     */
    public static int exec(
            Guest guest,
            List<String> command,
            List<String> variables,
            @Nullable String workDir,
            @Nullable String user,
            boolean terminal,
            boolean input,
            boolean detached,
            DetachKeys keys) {
        int size = terminal ? RawTerminal.size() : 0;
        Fields request = new Fields()
                .addAll("command", command)
                .addAll("variable", variables)
                .set("workdir", workDir)
                .set("user", user)
                .set("terminal", terminal && !detached)
                .set("input", input)
                .set("detach", detached)
                .set("rows", size >>> 16)
                .set("columns", size & 0xffff);
        try (Connection connection = connect(guest)) {
            connection.write(Frame.of(Frame.EXEC, request));
            connection.require().orThrow();
            if (detached) {
                return 0;
            }
            if (terminal) {
                return new Relay(connection, keys, true, input).run();
            }
            for (int fd = 0; fd <= 2; fd++) {
                connection.writeFd(fd);
            }
            connection.require().orThrow();
            return new Relay(connection, keys, false, false).run();
        } catch (IOException e) {
            throw lost(guest);
        } catch (DaemonException e) {
            throw e.status == 126 || e.status == 127 ? new MachineException(e.status, e.line) : e;
        }
    }

    /** Joins our terminal or streams to those of its first program. @return its status, 0 if the user has left it by the keys */
    public static int attach(Guest guest, boolean input, DetachKeys keys) {
        boolean terminal = guest.record().terminal();
        int size = terminal ? RawTerminal.size() : 0;
        try (Connection connection = connect(guest)) {
            connection.write(
                    Frame.of(Frame.ATTACH, new Fields().set("rows", size >>> 16).set("columns", size & 0xffff)));
            connection.require().orThrow();
            return new Relay(connection, keys, terminal, input).run();
        } catch (IOException e) {
            throw lost(guest);
        }
    }
}
