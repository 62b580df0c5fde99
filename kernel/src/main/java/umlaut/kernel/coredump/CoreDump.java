package umlaut.kernel.coredump;

import java.util.List;
import umlaut.abi.AtFlags;
import umlaut.abi.ErrnoException;
import umlaut.abi.OpenFlags;
import umlaut.abi.Rlimit;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.ipc.PipeEnd;
import umlaut.kernel.ipc.Pipes;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.GuestProcess;
import umlaut.kernel.task.Init;
import umlaut.kernel.task.Limits;
import umlaut.kernel.task.ProcessSpec;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.FileTable;
import umlaut.kernel.vfs.FsContext;
import umlaut.kernel.vfs.LookupContext;

/** Dumps core: to a file, or into a program (core(5); Linux: do_coredump). Runs on the kernel thread of the task that took the signal. */
public final class CoreDump {
    /** As Linux's ELF_EXEC_PAGESIZE: a smaller limit allows no core file. */
    private static final long LEAST = 4096;

    private static final int STDIN = 0;

    private CoreDump() {}

    /** Ends the process with the signal, with a core file if it may have one. */
    public static void endWith(Task task, SigInfo info) {
        ThreadGroup group = task.group;
        List<String> name = List.of();
        boolean pipe = task.kernel.coreSettings.pattern.startsWith("|");
        long limit = group.limits.soft(Rlimit.RLIMIT_CORE);
        boolean wanted = task.mm().dumpable() == 1
                && (pipe ? limit != 1 : Long.compareUnsigned(limit, LEAST) >= 0)
                && !task.kernel.coreSettings.pattern.isEmpty();
        if (wanted) {
            name = CoreName.of(task, info.signo());
        }
        CoreState state = new CoreState(task);
        if (name.isEmpty() || !group.beginDump(state)) {
            Signals.kill(group, info.signo());
            return;
        }
        Signals.kill(group, info.signo());
        try {
            state.awaitOthers();
            boolean dumped = pipe ? toProgram(task, info, name) : toFile(task, info, name.getFirst(), limit);
            if (dumped) {
                group.noteCoreDumped();
            }
        } catch (ErrnoException e) {
            task.kernel.log.info("core dump of " + task + " failed: " + e.errno());
        } finally {
            group.endDump();
            state.finish();
        }
    }

    private static boolean toFile(Task task, SigInfo info, String name, long limit) {
        LookupContext who = LookupContext.of(task);
        try {
            task.kernel.vfs.unlink(who, name);
        } catch (ErrnoException e) {
            // Mostly there is none; one that can't be removed makes the opening fail.
            task.kernel.log.log(7, "core file " + name + ": " + e.errno());
        }
        int flags =
                OpenFlags.O_CREAT | OpenFlags.O_RDWR | OpenFlags.O_NOFOLLOW | OpenFlags.O_LARGEFILE | OpenFlags.O_EXCL;
        File file = task.kernel.vfs.open(task, AtFlags.AT_FDCWD, name, flags, 0600);
        try {
            return new CoreWriter(task, info, new CoreOutput(task, file, limit, true)).write();
        } finally {
            file.release();
        }
    }

    private static boolean toProgram(Task task, SigInfo info, List<String> command) {
        Task init = task.kernel.tasks.task(1);
        if (init == null) {
            return false;
        }
        PipeEnd[] ends = Pipes.open(task);
        FileTable files = new FileTable();
        files.install(ends[0], false, STDIN, 1);
        FsContext fs =
                new FsContext(init.fs().root(), init.fs().root(), init.fs().umask());
        Limits limits = new Limits();
        limits.put(Rlimit.RLIMIT_CORE, 1, 1); // so that a crash of the program is not piped into it
        ProcessSpec spec = new ProcessSpec(
                command.getFirst(), command, List.of(), Credentials.ROOT, fs, files, limits, made -> {});
        GuestProcess program;
        try {
            program = Init.spawn(task.kernel, spec);
        } catch (ErrnoException e) {
            ends[1].release();
            throw e;
        }
        boolean written;
        try {
            written = new CoreWriter(task, info, new CoreOutput(task, ends[1], -1, false)).write();
        } finally {
            ends[1].release();
        }
        if (task.kernel.coreSettings.pipeLimit > 0) {
            program.status().join();
        }
        return written;
    }
}
