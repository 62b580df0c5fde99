package umlaut.daemon;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Signal;
import umlaut.machine.ExecConfig;
import umlaut.machine.Machine;
import umlaut.machine.MachineException;
import umlaut.machine.Program;
import umlaut.machine.Streams;

/**
 * A guest as the process sees it that it runs in: what is done to it from outside goes through here. Written by the thread that runs the guest; all may be called by any.
 */
final class Watch {
    /** A machine that runs. @param output null: on the streams of whoever started it */
    record Run(Machine machine, Program first, @Nullable Output output) {}

    private static final List<String> SWITCH_OFF = List.of("/sbin/poweroff");

    final Guest guest;
    final Events events;
    private volatile @Nullable Run run;
    private volatile boolean stopping;
    private volatile CompletableFuture<Integer> ended = new CompletableFuture<>();

    @GuardedBy("this") private GuestState state = GuestState.FRESH;

    Watch(Guest guest, Events events) {
        this.guest = guest;
        this.events = events;
    }

    // --- told by the thread that runs it ---

    void started(Run fresh, int restarts) {
        run = fresh;
        change(state().started(HostProcess.own(), Instant.now().toString(), restarts));
        events.add(guest, "start");
    }

    /** @param again it will be started again */
    void ended(int status, boolean again, String why) {
        boolean ran = run != null;
        run = null;
        change(state().ended(
                        again ? GuestState.Status.RESTARTING : GuestState.Status.EXITED,
                        Instant.now().toString(),
                        status,
                        why));
        if (ran) {
            events.add(guest, "die", "exitCode", Integer.toString(status));
        }
        CompletableFuture<Integer> was = ended;
        ended = new CompletableFuture<>();
        was.complete(status);
    }

    synchronized GuestState state() {
        return state;
    }

    private synchronized void change(GuestState fresh) {
        state = fresh;
        guest.write(fresh, !guest.record().foreground());
    }

    // --- asked by others ---

    /** Done when the present run has ended, with its status. */
    CompletableFuture<Integer> ended() {
        return ended;
    }

    /** Somebody has asked for its end: it does not start again. */
    boolean stopping() {
        return stopping;
    }

    /** @throws DaemonException if it does not run */
    Run running() {
        Run now = run;
        if (now == null) {
            throw new DaemonException("guest '" + guest.name() + "' is not running");
        }
        return now;
    }

    private Run unpaused(String what) {
        if (state().status() == GuestState.Status.PAUSED) {
            throw new DaemonException("guest '" + guest.name() + "' is paused: 'umlaut unpause' it to " + what);
        }
        return running();
    }

    Program exec(ExecConfig what, @Nullable Streams streams) {
        Program program = unpaused("run something in it").machine().exec(what, streams);
        events.add(guest, "exec_start", "command", String.join(" ", what.command()));
        return program;
    }

    void signal(int signo) {
        Run now = running();
        if (signo == Signal.SIGKILL) {
            stopping = true;
            kill(now);
        } else {
            unpaused("signal it").first().signal(signo);
        }
        events.add(guest, "kill", "signal", Integer.toString(signo));
    }

    private void kill(Run now) {
        if (guest.record().boot()) {
            now.machine().powerOff(now.first());
        } else {
            now.first().signal(Signal.SIGKILL);
        }
    }

    /**
     * Asks for its end, and brings it about if that does not come.
     *
     * @param signo 0: what is usual, which for a booted system is to shut it down
     * @param seconds -1: as long as it takes
     */
    void stop(int signo, long seconds) {
        stopping = true;
        CompletableFuture<Integer> end = ended;
        Run now = run;
        if (now == null) {
            return;
        }
        resumeIfPaused(now);
        if (signo == 0 && guest.record().boot()) {
            shutDown(now);
        } else {
            now.first().signal(signo == 0 ? Signal.SIGTERM : signo);
        }
        try {
            if (seconds >= 0) {
                end.get(seconds, TimeUnit.SECONDS);
            } else {
                end.get();
            }
        } catch (TimeoutException e) {
            kill(now);
            end.join();
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        events.add(guest, "stop");
    }

    private static void shutDown(Run now) {
        try {
            now.machine().exec(new ExecConfig(SWITCH_OFF, Map.of(), "/", "0"), Streams.NONE);
        } catch (MachineException e) {
            now.machine().powerOff(now.first());
        }
    }

    synchronized void pause() {
        Run now = unpaused("pause it again");
        now.machine().freeze();
        change(state.with(GuestState.Status.PAUSED));
        events.add(guest, "pause");
    }

    synchronized void resume() {
        if (state.status() != GuestState.Status.PAUSED) {
            throw new DaemonException("guest '" + guest.name() + "' is not paused");
        }
        resumeIfPaused(running());
    }

    private synchronized void resumeIfPaused(Run now) {
        if (state.status() == GuestState.Status.PAUSED) {
            now.machine().thaw();
            change(state.with(GuestState.Status.RUNNING));
            events.add(guest, "unpause");
        }
    }
}
