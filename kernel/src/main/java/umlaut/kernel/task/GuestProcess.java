package umlaut.kernel.task;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import umlaut.abi.Errno;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.Signals;

/** The machine's handle on a process that it has started. Thread-safe. */
public final class GuestProcess {
    private final ThreadGroup group;
    private final CompletableFuture<Optional<Errno>> started = new CompletableFuture<>();
    private final CompletableFuture<Integer> status = new CompletableFuture<>();

    GuestProcess(ThreadGroup group) {
        this.group = group;
    }

    public int pid() {
        return group.tgid;
    }

    public ThreadGroup group() {
        return group;
    }

    /**
     * Done when its program runs (empty), or could not be executed (execve(2)'s error; the status is then 127 or 126 in
     * the form of wait(2)).
     */
    public CompletableFuture<Optional<Errno>> started() {
        return started;
    }

    /** The wait(2) status, when the process has ended; for pid 1, when every process of the guest has. */
    public CompletableFuture<Integer> status() {
        return status;
    }

    /** Sends a signal from outside the guest: SIGKILL and SIGSTOP reach even pid 1, others only if it handles them. */
    public void signal(int signo) {
        Signals.send(group, SigInfo.kernel(signo));
    }
}
