package umlaut.kernel.mm;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.abi.MountFlags;
import umlaut.abi.OpenFlags;
import umlaut.engine.FileLoan;
import umlaut.engine.UserThread;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Path;

/**
 * An address space's windows: parts of files that one of its tasks reads much of, mapped where the guest has no addresses, so that the guest thread copies the bytes by itself as a read(2) returns. The kernel's side of the call is
 * as ever: positions, times, limits, events.
 *
 * <p>A window shows what mmap(2) of the same descriptor would show: pages with data of a file that the process has open for reading. It goes before the close of any descriptor of that open file is over, and before its pages may serve
 * another file. {@link #lock} comes after a file's locks and before those that {@link WindowSource#dataExtent} takes.
 */
public final class FileWindows {
    /** Reads that are shorter are copied through the thread's area. */
    private static final int LEAST_COPY = 1024;

    /** So much must have been read without a window before there is another: opening one costs what copying some ten KiB does. */
    private static final int LEAST_READ = 256 << 10;

    /** The longest; what a process has of them counts as its memory for the host. */
    private static final long LONGEST = 16L << 20;

    private static final int MOST = 4;
    private static final int PAGE = PageStore.PAGE;

    private final Mm mm;
    private final ReentrantLock lock = new ReentrantLock();
    /** Oldest first; guarded by the lock. */
    private final List<Window> windows = new ArrayList<>(MOST);

    /** The file that the only thread reads by itself, and where; guarded by the lock. */
    private @Nullable Window lent;

    private final MappingSource.Extent extent = new MappingSource.Extent();

    private record Window(File file, WindowSource source, long start, long end, long address) {
        boolean holds(File of, WindowSource in, long offset) {
            return file == of && source == in && start <= offset && offset < end;
        }
    }

    FileWindows(Mm mm) {
        this.mm = mm;
    }

    /**
     * Leaves a part of a read to be copied by the guest thread as it returns.
     *
     * @return bytes by which {@code to} has moved on; 0 when it is to be read as ever
     */
    public static long read(Task task, File file, WindowSource source, IovIter to, long offset) {
        long length = Math.min(to.contiguous(), source.size() - offset);
        if (length < LEAST_COPY || offset < 0) {
            return 0;
        }
        UserThread thread = to.threadOf(task, length);
        return thread == null ? 0 : task.mm().windows.read(task, thread, file, source, to, offset, length);
    }

    private long read(
            Task task, UserThread thread, File file, WindowSource source, IovIter to, long offset, long length) {
        lock.lock();
        try {
            Window window = find(file, source, offset);
            if (window == null && file.readWithoutWindow(length) >= LEAST_READ) {
                window = open(task, file, source, offset);
            }
            if (window == null) {
                return 0;
            }
            long n = Math.min(length, window.end - offset);
            if (!thread.copyWindow(window.address + offset - window.start, to.address(), n)) {
                return 0;
            }
            task.windowCopy.set(file, offset, to.address(), n);
            to.advance(n);
            return n;
        } finally {
            lock.unlock();
        }
    }

    /**
     * After a read that has used a window: as long as nobody else has the file, nor watches, the thread may go on reading by itself.
     *
     * @param fd the descriptor it has read by
     */
    public static void lend(Task task, int fd, File file) {
        boolean wanted = task.windowCopy.isOf(file) && mayBeLent(task, file);
        if (wanted) {
            task.mm().windows.lendFile(task, fd, file);
        }
    }

    /** One reference is the descriptor's, one the system call's. What reads change is their number and the position, and times only where each read is to be noted. */
    private static boolean mayBeLent(Task task, File file) {
        Path path = file.path;
        return file.references() <= 2
                && !task.files().shared()
                && path != null
                && path.mount().has(MountFlags.MS_RELATIME | MountFlags.MS_NOATIME)
                && (file.flags() & OpenFlags.O_DIRECT) == 0
                && !task.kernel.tracer.enabled()
                && task.kernel.vfs.notifier() == null;
    }

    private void lendFile(Task task, int fd, File file) {
        lock.lock();
        try {
            WindowSource source = file.inode().windowSource();
            long position = file.position();
            Window window = source == null ? null : find(file, source, position);
            if (source == null || window == null) {
                return;
            }
            Window before = lent;
            if (before != null && before.file != file) {
                before.file.endLoan();
            }
            FileLoan loan = task.user().fileLoan();
            long end = Math.min(window.end, source.size());
            if (loan.lend(fd, window.address - window.start, position, window.start, end)) {
                file.lend(loan);
                lent = window;
            }
            // Who begins to watch files says so first, and then ends all loans.
            if (task.kernel.vfs.notifier() != null) {
                file.endLoan();
            }
        } finally {
            lock.unlock();
        }
    }

    void endLoan(WindowSource source) {
        lock.lock();
        try {
            Window window = lent;
            if (window != null && window.source == source) {
                lent = null;
                window.file.endLoan();
            }
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Window find(File file, WindowSource source, long offset) {
        for (int i = windows.size() - 1; i >= 0; i--) {
            Window window = windows.get(i);
            if (window.holds(file, source, offset)) {
                return window;
            }
            if (window.file == file && window.end == offset) {
                file.windowWanted(LEAST_READ);
            }
        }
        return null;
    }

    private @Nullable Window open(Task task, File file, WindowSource source, long offset) {
        file.windowWanted(0);
        if (!task.files().contains(file)) {
            return null;
        }
        Window passed = windows.stream()
                .filter(window -> window.file == file && window.end == offset)
                .findFirst()
                .orElse(windows.size() < MOST ? null : windows.getFirst());
        if (passed != null) {
            windows.remove(passed);
            close(passed);
        }
        // Known to the source first: what it changes from now on it tells us, and we hold the lock until the mapping is
        // there.
        source.windows().add(this);
        file.windowed(this);
        long start = offset & -PAGE;
        boolean data = source.dataExtent(start, Math.min(LONGEST, source.size() - start + PAGE - 1 & -PAGE), extent);
        long address = data && extent.length >= LEAST_READ
                ? mm.space().openWindow(extent.hostFd, extent.hostOffset, extent.length)
                : 0;
        if (address == 0) {
            forget(source);
            return null;
        }
        Window window = new Window(file, source, start, start + extent.length, address);
        windows.add(window);
        return window;
    }

    private void close(Window window) {
        if (lent == window) {
            lent = null;
            window.file.endLoan();
        }
        mm.space().closeWindow(window.address, window.end - window.start);
        forget(window.source);
    }

    private void forget(WindowSource source) {
        if (windows.stream().noneMatch(window -> window.source == source)) {
            source.windows().remove(this);
        }
    }

    void closeFrom(WindowSource source, long offset) {
        lock.lock();
        try {
            endLoan(source);
            for (Iterator<Window> i = windows.iterator(); i.hasNext(); ) {
                Window window = i.next();
                if (window.source == source && window.end > offset) {
                    i.remove();
                    close(window);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** A descriptor of an open file has gone. */
    public void closeOf(File file) {
        lock.lock();
        try {
            for (Iterator<Window> i = windows.iterator(); i.hasNext(); ) {
                Window window = i.next();
                if (window.file == file) {
                    i.remove();
                    close(window);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** The address space ends, and its host process with it. */
    void end() {
        lock.lock();
        try {
            Window window = lent;
            if (window != null) {
                lent = null;
                window.file.endLoan();
            }
            while (!windows.isEmpty()) {
                forget(windows.removeLast().source);
            }
        } finally {
            lock.unlock();
        }
    }
}
