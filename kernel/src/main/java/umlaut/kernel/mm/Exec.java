package umlaut.kernel.mm;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import umlaut.abi.AtFlags;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.MountFlags;
import umlaut.abi.Personality;
import umlaut.abi.PtraceConst;
import umlaut.abi.Rlimit;
import umlaut.abi.Signal;
import umlaut.engine.AddressSpace;
import umlaut.engine.EngineException;
import umlaut.engine.UserThread;
import umlaut.kernel.cred.ExecCredentials;
import umlaut.kernel.ptrace.PtraceStop;
import umlaut.kernel.ptrace.Tracee;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.ExecTransition;
import umlaut.kernel.task.KnownIds;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskExit;
import umlaut.kernel.task.TaskLoop;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Notify;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.vfs.Permissions;

/**
 * execve(2), execveat(2): a task goes on in another program (Linux: fs/exec.c). Up to the point of no return an error goes back to the old program; behind it
 * the process is killed.
 */
public final class Exec {
    private static final int KNOWN_FLAGS =
            AtFlags.AT_EMPTY_PATH | AtFlags.AT_SYMLINK_NOFOLLOW | AtFlags.AT_EXECVE_CHECK;

    /** PER_CLEAR_ON_SETID: a program with more rights than its caller is laid out as it would be by itself. */
    private static final int CLEARED_BY_SETID = Personality.READ_IMPLIES_EXEC
            | Personality.ADDR_NO_RANDOMIZE
            | Personality.ADDR_COMPAT_LAYOUT
            | Personality.MMAP_PAGE_ZERO;

    private Exec() {}

    /**
     * Replaces the task's program. Runs on the task's own thread.
     *
     * @param dirFd AT_FDCWD or a directory's (with AT_EMPTY_PATH a file's) descriptor
     * @param argv strings without their NUL, Latin-1
     * @param flags AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW, AT_EXECVE_CHECK
     * @return {@link umlaut.kernel.task.TaskLoop#KEEP_REGISTERS}: the registers are the new program's
     * @throws umlaut.abi.ErrnoException as execve(2), as long as the old program can go on
     */
    public static long execve(Task task, int dirFd, String path, List<String> argv, List<String> envp, int flags) {
        return run(task, dirFd, path, flags, () -> ArgumentBlock.of(argv, envp, limit(task)));
    }

    /** The system calls: argv and envp are guest addresses. */
    static long execve(Task task, int dirFd, String path, long argv, long envp, int flags) {
        return run(task, dirFd, path, flags, () -> ArgumentReader.read(task.user(), argv, envp, limit(task)));
    }

    /**
     * The machine's first program: as {@link #execve}, called before the task first runs, from any thread. The task was made with a fresh {@link Mm}
     * and a thread in it.
     */
    public static void loadInit(Task task, String path, List<String> argv, List<String> envp) {
        execve(task, AtFlags.AT_FDCWD, path, argv, envp, 0);
    }

    private static long limit(Task task) {
        return ArgumentBlock.limit(task.group.limits.soft(Rlimit.RLIMIT_STACK));
    }

    private static long run(Task task, int dirFd, String path, int flags, Supplier<ArgumentBlock> arguments) {
        if (path.isEmpty() && (flags & AtFlags.AT_EMPTY_PATH) == 0) {
            return Errno.ENOENT.negative();
        }
        if ((flags & ~KNOWN_FLAGS) != 0) {
            return Errno.EINVAL.negative();
        }
        String name = ProgramImage.displayName(dirFd, path);
        File file = task.kernel.vfs.openExec(task, dirFd, path, flags);
        ArgumentBlock block;
        try {
            block = arguments.get();
            Notify.programRead(task.kernel.vfs, file);
            if (!name.equals(path) && task.files().closeOnExec(dirFd) && isScript(task, file)) {
                // The interpreter could not open the script by its descriptor.
                throw Errno.ENOENT.exception();
            }
        } catch (ErrnoException e) {
            file.release();
            throw e;
        }
        if ((flags & AtFlags.AT_EXECVE_CHECK) != 0) {
            // Only whether the file may be executed was asked, not what kind of program it is.
            file.release();
            return 0;
        }
        try (BinaryProgram program = BinaryProgram.find(task, file, name, block)) {
            return replace(task, program, comm(name, path, file));
        }
    }

    private static boolean isScript(Task task, File file) {
        try (java.lang.foreign.Arena arena = java.lang.foreign.Arena.ofConfined()) {
            java.lang.foreign.MemorySegment two = arena.allocate(2);
            return file.read(task, new IovIter().kernel(two, 0, 2), 0) == 2
                    && two.get(java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED, 0) == ('#' | '!' << 8);
        }
    }

    /** The last component of the path, or of the open file's own name if there was no path. */
    private static String comm(String name, String path, File file) {
        Path opened = file.path;
        if (path.isEmpty() && opened != null) {
            return opened.dentry().name();
        }
        return name.substring(name.lastIndexOf('/') + 1);
    }

    private static long replace(Task task, BinaryProgram program, String comm) {
        ExecCredentials credentials = credentials(task, program.file());
        boolean readable = Permissions.generic(program.file().inode(), task.credentials(), Permissions.MAY_READ);
        Mm fresh;
        try {
            fresh = Mm.create(task.kernel);
        } catch (EngineException e) {
            throw Errno.of(e.errno).exception();
        }
        UserThread user = null;
        boolean done = false;
        int oldTid = task.tid;
        try {
            if (task.tracee() != null) {
                fresh.space().keepOriginalText();
            }
            UserThread newThread = fresh.space().newThread(null);
            user = newThread;
            ExecTransition.deThread(task);
            if (credentials.secure()) {
                task.settings.personality &= ~CLEARED_BY_SETID;
            }
            ProgramImage image = new ProgramImage(fresh, task, program);
            build(task, () -> image.map(newThread, credentials));
            fresh.setExecutable(program.file().acquire());
            Mm old = task.mm();
            fresh.coredumpFilter = old.coredumpFilter;
            UserThread oldUser = task.user();
            ExecTransition.leaveMemory(task);
            task.group.handlers().leave(oldUser);
            task.group.limits.leave(oldUser);
            task.files().forgetKnown(oldUser);
            oldUser.close();
            task.setUser(user);
            task.accounting.addTransfers(oldUser.own().files());
            task.setMm(fresh);
            done = true;
            if (old.users() == 1) {
                task.group.deadThreads.addEnding(old.space());
            }
            AddressSpace unused = old.leave();
            if (unused != null) {
                unused.closeAfterSuccessor();
            }
            ExecTransition.complete(task, credentials, comm, readable);
            // The host had the time since to map it all.
            build(task, image::fill);
            KnownIds.begin(task);
            task.kernel.vfs.facts.begin(task);
            fresh.started(task);
        } catch (EngineException e) {
            throw Errno.of(e.errno).exception();
        } finally {
            if (!done) {
                close(user, fresh);
            }
        }
        if (task.tracee() != null) {
            fresh.space().keepOriginalText(); // traced since
        }
        PtraceStop.event(task, PtraceConst.PTRACE_EVENT_EXEC, oldTid);
        return TaskLoop.KEEP_REGISTERS;
    }

    private static void close(@Nullable UserThread user, Mm fresh) {
        if (user != null) {
            user.close();
        }
        fresh.release();
    }

    /** Behind the point of no return: what fails now is the end of the process. */
    private static void build(Task task, Runnable step) {
        try {
            step.run();
        } catch (ErrnoException e) {
            task.kernel.log.info("exec of a broken program: " + e.getMessage() + " (" + task + ")");
            Signals.kill(task.group, Signal.SIGSEGV);
            throw TaskExit.now();
        }
    }

    private static ExecCredentials credentials(Task task, File file) {
        Inode inode = file.inode();
        Path path = file.path;
        Tracee tracee = task.tracee();
        Task tracer = tracee == null ? null : tracee.tracer();
        // A tracer without privileges must not get hold of a set-id program.
        boolean watched = tracer != null && !tracer.credentials().capable(Capability.CAP_SYS_PTRACE);
        boolean noSuid = watched
                || path != null
                        && (path.mount().has(MountFlags.MS_NOSUID)
                                || path.mount().namespace() != task.fs().namespace()
                                        && path.mount().namespace() != null
                                || !task.credentials().userNs().isWithin(inode.superBlock.userNs()));
        byte[] capabilities = null;
        if (!noSuid) {
            try {
                capabilities = inode.getXattr("security.capability");
            } catch (ErrnoException e) {
                capabilities = null; // no such attribute, or a file system without any
            }
        }
        return ExecCredentials.compute(task.credentials(), inode.mode, inode.uid, inode.gid, noSuid, capabilities);
    }
}
