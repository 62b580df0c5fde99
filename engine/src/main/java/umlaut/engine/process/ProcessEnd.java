package umlaut.engine.process;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import umlaut.host.Processes;

/** How stub processes are killed. */
final class ProcessEnd {
    private ProcessEnd() {}

    /** The host's work of ending a process takes 50 to 100 us, and the reaper's 20: on other processors than the caller's, whom somebody waits for. @param lock guards the threads; if it is not free, so be it */
    static void kill(NativeAddressSpace space, ReentrantLock lock, List<NativeThread> threads, ParkedThreads parked) {
        Reaper reaper = space.engine.reaper;
        long elsewhere = space.engine.pacer.otherCpus();
        if (elsewhere != 0 && lock.tryLock()) {
            try {
                reaper.goTo(elsewhere);
                reaper.place(space, space.hostPid(), elsewhere);
                threads.forEach(thread -> reaper.place(space, thread.hostTid(), elsewhere));
                parked.forEach(host -> reaper.place(space, host.tid(), elsewhere));
            } finally {
                lock.unlock();
            }
        }
        reaper.signal(space.hostPid(), space, 0, Processes.SIGKILL);
    }
}
