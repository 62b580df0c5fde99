package umlaut.machine.console;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.kernel.Kernel;
import umlaut.kernel.task.Task;
import umlaut.kernel.tty.ConsoleBridge;
import umlaut.kernel.tty.Tty;
import umlaut.kernel.tty.TtyFile;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/**
 * A console or serial line of the guest's with its channel (Linux: arch/um/drivers/line.c). The channel is opened when the guest first opens the terminal, and stays open; who hangs up at the host's
 * end hangs up the guest's terminal. The terminal is the same whatever the channel.
 */
final class Line {
    final String name;
    final int major;
    final int minor;
    private final Kernel kernel;
    private final Tty tty;
    private final Runnable beforeOutput;

    /** Null: there is no such device ("none"). */
    @GuardedBy("this") private @Nullable Channel channel;

    @GuardedBy("this") private @Nullable HostTerminal terminal;

    @GuardedBy("this") private boolean attached;

    Line(Kernel kernel, String name, long device, int major, int minor, Runnable beforeOutput) {
        this.kernel = kernel;
        this.name = name;
        this.major = major;
        this.minor = minor;
        this.beforeOutput = beforeOutput;
        tty = new Tty(kernel, name, device);
    }

    synchronized @Nullable Channel channel() {
        return channel;
    }

    /** Puts another channel, or none, in the place of what is there, which must be closed. */
    synchronized void setChannel(@Nullable Channel fresh) {
        channel = fresh;
        attached = false;
        tty.setUnseen(false);
    }

    boolean isOpen() {
        return tty.isOpen();
    }

    /** The guest opens it. */
    File open(@Nullable Task task, @Nullable Path path, Inode inode, int flags) {
        synchronized (this) {
            if (channel == null) {
                throw Errno.ENODEV.exception();
            }
        }
        attach();
        return TtyFile.open(tty, task, path, inode, flags);
    }

    /** Opens the channel, unless it is. */
    synchronized void attach() {
        Channel to = channel;
        if (to == null || attached) {
            return;
        }
        attached = true;
        if (to.immediate()) {
            // So that the kernel's first lines are seen.
            serve(to);
        } else {
            Thread.ofPlatform().daemon().name(name).start(() -> serve(to));
        }
    }

    private void serve(Channel to) {
        Wire wire;
        try {
            wire = to.connect();
        } catch (ChannelException e) {
            kernel.log.error(name + ": " + e.getMessage());
            tty.setUnseen(true);
            return;
        }
        synchronized (this) {
            if (wire == null || channel != to) {
                if (channel == to) {
                    tty.setUnseen(true);
                }
                return;
            }
            CountDownLatch end = new CountDownLatch(1);
            HostTerminal joined = new HostTerminal(new ConsoleBridge(tty), wire, beforeOutput, end::countDown);
            terminal = joined;
            Thread.ofPlatform().daemon().name(name).start(() -> afterwards(to, joined, end));
        }
    }

    /** Waits for the end of a connection. */
    private void afterwards(Channel to, HostTerminal joined, CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            return; // nobody interrupts this thread
        }
        synchronized (this) {
            if (terminal != joined) {
                return; // closed by us
            }
            terminal = null;
        }
        tty.hangup();
        joined.close();
        if (to.comesBack()) {
            serve(to);
        } else {
            synchronized (this) {
                attached = channel != to && attached;
            }
        }
    }

    /** A window of that size looks at it. */
    void resized(int rows, int columns) {
        new ConsoleBridge(tty).resize(rows, columns);
    }

    synchronized @Nullable HostTerminal terminal() {
        return terminal;
    }

    /** Shows what is still to be shown, and lets go of the host's end. */
    void close() {
        HostTerminal joined;
        Channel from;
        synchronized (this) {
            joined = terminal;
            from = channel;
            terminal = null;
            channel = null;
        }
        if (from != null) {
            from.close();
        }
        if (joined != null) {
            joined.close();
        }
    }
}
