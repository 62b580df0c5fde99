package umlaut.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Mode;
import umlaut.abi.OpenFlags;
import umlaut.abi.RebootConst;
import umlaut.abi.Signal;
import umlaut.fs.proc.Sysrq;
import umlaut.host.Layouts;
import umlaut.kernel.Kernel;
import umlaut.kernel.KernelLog;
import umlaut.kernel.UtsName;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.SuperBlock;
import umlaut.machine.mconsole.Hardware;
import umlaut.machine.mconsole.MconsoleException;

/** What the management console can do to a User-mode Linux. */
final class UmlHardware implements Hardware {
    private static final int LEVEL = 4, CHUNK = 1 << 16, MOST_TEXT = 16 << 20;

    private final Kernel kernel;
    private final List<Kind> kinds;
    private @Nullable SuperBlock procFs;

    UmlHardware(Kernel kernel, List<Kind> kinds) {
        this.kernel = kernel;
        this.kinds = kinds;
    }

    @Override
    public String version() {
        UtsName uts = kernel.uts;
        return String.join(" ", UtsName.SYSNAME, uts.hostname(), UtsName.RELEASE, UtsName.VERSION, UtsName.MACHINE);
    }

    @Override
    public void halt() {
        Sysrq.endMachine(kernel, RebootConst.LINUX_REBOOT_CMD_HALT);
    }

    @Override
    public void reboot() {
        Sysrq.endMachine(kernel, RebootConst.LINUX_REBOOT_CMD_RESTART);
    }

    @Override
    public void ctrlAltDel() {
        if (kernel.ctrlAltDelRestarts) {
            reboot();
            return;
        }
        ThreadGroup init = kernel.tasks.group(1);
        if (init != null) {
            Signals.send(init, SigInfo.kernel(Signal.SIGINT));
        }
    }

    @Override
    public void stop() {
        kernel.cgroups.freeze(kernel.cgroups.root(), true);
    }

    @Override
    public void go() {
        kernel.cgroups.freeze(kernel.cgroups.root(), false);
    }

    @Override
    public void log(String text) {
        kernel.log.log(LEVEL, text);
    }

    /** Does something, and collects what the log says meanwhile. */
    private String listening(Consumer<KernelLog> action) {
        List<KernelLog.Entry> before = kernel.log.entries();
        long from = before.isEmpty() ? 0 : before.getLast().sequence() + 1;
        action.accept(kernel.log);
        return kernel.log.entriesFrom(from).stream()
                .map(entry -> entry.text() + "\n")
                .collect(Collectors.joining());
    }

    @Override
    public String sysrq(char letter) {
        return listening(log -> Sysrq.handle(kernel, letter));
    }

    @Override
    public String stack(int pid) {
        Task task = kernel.tasks.task(pid);
        if (task == null) {
            throw new MconsoleException("Couldn't find that pid");
        }
        return listening(log -> Sysrq.show(kernel, task));
    }

    // --- /proc, mounted or not ---

    @Override
    @SuppressWarnings("NullAway") // nobody's file, in no tree: proc asks for neither
    public String proc(String name) {
        Task reader = kernel.tasks.task(1);
        Inode inode = find(name);
        if (reader == null || inode == null || !Mode.isRegular(inode.mode)) {
            throw new MconsoleException("Failed to open file");
        }
        try {
            File file = inode.open(reader, null, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK);
            try {
                return text(file, reader);
            } finally {
                file.release();
            }
        } catch (ErrnoException e) {
            throw new MconsoleException("Read of file failed");
        }
    }

    private static String text(File file, Task reader) {
        StringBuilder text = new StringBuilder();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(CHUNK);
            long n;
            while (text.length() < MOST_TEXT
                    && (n = file.read(reader, new IovIter().kernel(buffer, 0, CHUNK), text.length())) > 0) {
                text.append(new String(buffer.asSlice(0, n).toArray(Layouts.BYTE), StandardCharsets.ISO_8859_1));
            }
        }
        return text.toString();
    }

    private @Nullable Inode find(String name) {
        Inode at = root();
        for (String part : name.split("/")) {
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            Inode next;
            at.lock.lock();
            try {
                next = at.isDirectory() ? at.lookup(part) : null;
            } catch (ErrnoException e) {
                next = null;
            } finally {
                at.lock.unlock();
            }
            if (next == null) {
                return null;
            }
            at = next;
        }
        return at;
    }

    private synchronized Inode root() {
        SuperBlock fs = procFs;
        if (fs == null) {
            fs = kernel.vfs.type("proc").mount(kernel, "proc", "", kernel.vfs.anonymousDevice(), false);
            procFs = fs;
        }
        return fs.root();
    }

    // --- devices ---

    @Override
    public Iterable<Kind> kinds() {
        return kinds;
    }

    /** What the console says for an error of the kernel's. */
    static MconsoleException failure(ErrnoException e) {
        return new MconsoleException(
                e.errno() == Errno.ENODEV
                        ? "Device doesn't exist"
                        : e.errno() == Errno.EBUSY
                                ? "Device is currently open"
                                : e.errno().message());
    }
}
