package umlaut.fs.ext4;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import umlaut.abi.ErrnoException;

/** Commits changes some seconds after the first of them (Linux: kjournald2). There is a thread only while something waits. */
final class Committer {
    private final Ext4Fs fs;

    @GuardedBy("this") private boolean waiting;

    @GuardedBy("this") private boolean stopped;

    /** Lets {@link #wake} return at once while a thread waits anyway. */
    private volatile boolean awake;

    Committer(Ext4Fs fs) {
        this.fs = fs;
    }

    /** There is something to commit. */
    void wake() {
        if (!awake) {
            start();
        }
    }

    private synchronized void start() {
        if (!waiting && !stopped) {
            waiting = true;
            awake = true;
            Thread.ofPlatform().daemon().name("jbd2/" + fs.disk.name).start(this::run);
        }
    }

    private void run() {
        try {
            synchronized (this) {
                long end = System.nanoTime() + fs.commitSeconds() * 1_000_000_000L;
                for (long left = end - System.nanoTime(); left > 0 && !stopped; left = end - System.nanoTime()) {
                    wait(left / 1_000_000 + 1);
                }
                waiting = false;
                awake = false;
                if (stopped) {
                    return;
                }
            }
            fs.sync();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ErrnoException e) {
            fs.warn("changes could not be committed: " + e.errno().message());
        }
    }

    synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    synchronized void restart() {
        stopped = false;
    }
}
