package umlaut.daemon;

import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import umlaut.block.ImageException;
import umlaut.machine.GuestTerminal;
import umlaut.machine.Machine;
import umlaut.machine.MachineConfig;
import umlaut.machine.MachineException;
import umlaut.machine.Program;
import umlaut.oci.Failure;

/** Runs a guest on its own, again and again as its restart policy says, and keeps what others can see of it in order. One thread. */
public final class Supervisor {
    /** As docker waits before the next start: longer each time, from the beginning again if the guest ran for a while. */
    private static final long FIRST_WAIT_MS = 100, LONGEST_WAIT_MS = 60_000, LONG_RUN_NS = 10_000_000_000L;

    private static final long STOP_LOOK_MS = 50;

    private final Watch watch;
    private final Guests guests;
    private final ControlServer server;
    private final Supplier<MachineConfig> config;
    private final Consumer<Machine> started;
    private final boolean ownProcess;

    /**
     * @param server that the guest is reached by
     * @param config what the guest is made from, asked for at each start
     * @param started called with each machine that runs
     * @param ownProcess no other guest is in this process: signals sent to it are the guest's
     */
    public Supervisor(
            Guest guest,
            Guests guests,
            Events events,
            ControlServer server,
            Supplier<MachineConfig> config,
            Consumer<Machine> started,
            boolean ownProcess) {
        this.watch = new Watch(guest, events);
        this.guests = guests;
        this.server = server;
        this.config = config;
        this.started = started;
        this.ownProcess = ownProcess;
    }

    /** @param report told once, when it runs (null) or why it does not. @return the last run's status */
    public int run(Consumer<@Nullable RuntimeException> report) {
        Guest guest = watch.guest;
        int status;
        try {
            server.add(watch);
        } catch (IOException e) {
            report.accept(
                    new DaemonException(125, "guest '" + guest.name() + "' cannot be reached: " + Failure.reason(e)));
            return 125;
        }
        try {
            status = runAll(report);
        } catch (RuntimeException | Error e) {
            ended(MachineException.CANNOT_RUN, "internal error: " + e);
            throw e;
        }
        if (guest.record().autoRemove()) {
            watch.events.add(guest, "destroy");
            guests.remove(guest);
        }
        return status;
    }

    private int runAll(Consumer<@Nullable RuntimeException> report) {
        RestartPolicy policy = watch.guest.record().restart();
        long waitMs = FIRST_WAIT_MS;
        Consumer<@Nullable RuntimeException> once = report;
        for (int restarts = 0; ; restarts++) {
            long before = System.nanoTime();
            int status;
            String why = "";
            try {
                status = runOnce(once, restarts);
            } catch (MachineException | ImageException | DaemonException e) {
                Fields failure = Frame.failure(e).fields();
                status = (int) failure.number("status");
                why = failure.text("line");
                once.accept(e);
                if (restarts == 0) {
                    return ended(status, why);
                }
            }
            once = ignored -> {};
            if (!policy.again(status, restarts, watch.stopping())) {
                return ended(status, why);
            }
            watch.ended(status, true, why);
            waitMs = System.nanoTime() - before > LONG_RUN_NS ? FIRST_WAIT_MS : waitMs;
            if (!pause(waitMs)) {
                return ended(status, why);
            }
            waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
        }
    }

    /** The socket goes first: as soon as it is known that the guest has ended, another process may start it and listen there. */
    private int ended(int status, String why) {
        server.remove(watch);
        watch.ended(status, false, why);
        return status;
    }

    /** @return false if somebody has asked for the end meanwhile */
    private boolean pause(long ms) {
        try {
            for (long waited = 0; waited < ms && !watch.stopping(); waited += STOP_LOOK_MS) {
                Thread.sleep(STOP_LOOK_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        return !watch.stopping();
    }

    private int runOnce(Consumer<@Nullable RuntimeException> report, int restarts) {
        boolean reboot;
        int status;
        do {
            try (Machine machine = new Machine(config.get());
                    Output output = new Output(watch.guest.log())) {
                status = runMachine(machine, output, report, restarts);
                reboot = machine.wantsRestart() && !watch.stopping();
            } catch (IOException e) {
                throw new DaemonException(125, "cannot write the guest's log: " + Failure.reason(e));
            }
        } while (reboot);
        return status;
    }

    private int runMachine(Machine machine, Output output, Consumer<@Nullable RuntimeException> report, int restarts) {
        GuestRecord record = watch.guest.record();
        Program first =
                machine.start(record.terminal() ? umlaut.machine.Streams.NONE : output.pipes(record.interactive()));
        GuestTerminal terminal = first.terminal();
        if (terminal != null) {
            output.show(terminal);
        }
        if (ownProcess) {
            machine.forwardSignals(first);
        }
        watch.started(new Watch.Run(machine, first, output), restarts);
        started.accept(machine);
        report.accept(null);
        int status = machine.await(first);
        output.finish(status);
        return status;
    }
}
