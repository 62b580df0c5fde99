/**
 * procfs: processes and the kernel's state as text (Linux: fs/proc, proc(5) and its pages proc_pid_stat(5) ...). All
 * text is made when it is read. Files of a process belong to its effective user, or to root when it is not dumpable;
 * those that tell of its memory also ask what ptrace(2) would ({@link umlaut.fs.proc.PtraceAccess}).
 *
 * <p>There is one instance a kernel; other parts add files by {@link umlaut.fs.proc.ProcFs#top()}. Locks: only leaves
 * and {@code ThreadGroup.signalLock} are taken.
 */
@org.jspecify.annotations.NullMarked
package umlaut.fs.proc;
