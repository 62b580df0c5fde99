package umlaut.machine;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Signal;
import umlaut.kernel.Kernel;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.GuestProcess;
import umlaut.kernel.task.ProcessGroup;

/** A program that was started in a guest from outside: its command, or one beside it (docker exec). Thread-safe. */
public final class Program {
    private static final int SIGNAL_MASK = 0x7f, SIGNAL_BASE = 128;

    private final Kernel kernel;
    final GuestProcess process;
    private final @Nullable GuestTerminal terminal;
    private final CompletableFuture<Integer> status;

    Program(Kernel kernel, GuestProcess process, @Nullable GuestTerminal terminal) {
        this.kernel = kernel;
        this.process = process;
        this.terminal = terminal;
        status = process.status().thenApply(Program::shellStatus);
    }

    private static int shellStatus(int status) {
        int signal = status & SIGNAL_MASK;
        return signal == 0 ? status >> 8 & 0xff : SIGNAL_BASE + signal;
    }

    /** Its id in the guest. */
    public int pid() {
        return process.pid();
    }

    /** What it is shown on, if that is a terminal that the guest has for it and somebody else is to show. */
    public @Nullable GuestTerminal terminal() {
        return terminal;
    }

    /** Its exit status, or 128+n for a death by signal n; for pid 1, when all processes of the guest have ended. */
    public CompletableFuture<Integer> status() {
        return status;
    }

    /** A signal as somebody at the terminal would send it: those that keys make are for the whole job. */
    public void signalAsKeys(int signo) {
        if (signo == Signal.SIGINT || signo == Signal.SIGQUIT) {
            ProcessGroup job = process.group().processGroup;
            Signals.send(kernel, job, SigInfo.kernel(signo));
        } else {
            process.signal(signo);
        }
    }

    /** As kill(2) of its process. */
    public void signal(int signo) {
        process.signal(signo);
    }
}
