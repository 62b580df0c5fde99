package umlaut.kernel.task;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.CloneArgs;
import umlaut.abi.CloneFlags;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Limits;
import umlaut.abi.PtraceConst;
import umlaut.abi.Signal;
import umlaut.kernel.cgroup.Cgroup;
import umlaut.kernel.cgroup.CgroupNode;
import umlaut.kernel.ns.Namespaces;
import umlaut.kernel.ns.PidNamespace;
import umlaut.kernel.vfs.File;

/**
 * What clone(2), clone3(2), fork(2) and vfork(2) ask for, checked (Linux: kernel_clone_args and
 * copy_clone_args_from_user in kernel/fork.c).
 *
 * @param flags CLONE_*, without the exit signal
 * @param exitSignal sent to the parent at the end, 0 = none
 * @param stack the child's stack pointer, 0 = the parent's
 * @param parentTid where CLONE_PARENT_SETTID writes
 * @param childTid where CLONE_CHILD_SETTID writes and CLONE_CHILD_CLEARTID clears
 * @param pidFd where CLONE_PIDFD writes
 * @param tls the child's FS base, with CLONE_SETTLS
 * @param setTid the numbers it is to have
 * @param cgroup where the child is to begin; null: with its parent
 */
record CloneRequest(
        long flags,
        int exitSignal,
        long stack,
        long parentTid,
        long childTid,
        long pidFd,
        long tls,
        @Nullable Cgroup cgroup,
        SetTid setTid) {

    private static final long NAMESPACES = Namespaces.ALL_BUT_USER | CloneFlags.CLONE_NEWUSER;
    private static final long CLONE3_ONLY = CloneFlags.CLONE_CLEAR_SIGHAND | CloneFlags.CLONE_INTO_CGROUP;

    static CloneRequest fork() {
        return new CloneRequest(0, Signal.SIGCHLD, 0, 0, 0, 0, 0, null, SetTid.NONE);
    }

    static CloneRequest vfork() {
        return new CloneRequest(
                CloneFlags.CLONE_VFORK | CloneFlags.CLONE_VM, Signal.SIGCHLD, 0, 0, 0, 0, 0, null, SetTid.NONE);
    }

    /** clone(flags, stack, parent_tid, child_tid, tls) in the order of x86-64. */
    static CloneRequest clone(long raw, long stack, long parentTid, long childTid, long tls) {
        long flags = raw & 0xffff_ffffL & ~CloneFlags.CSIGNAL;
        boolean pidFd = (flags & CloneFlags.CLONE_PIDFD) != 0;
        if (pidFd && (flags & CloneFlags.CLONE_PARENT_SETTID) != 0) {
            throw Errno.EINVAL.exception();
        }
        return new CloneRequest(
                flags, (int) (raw & CloneFlags.CSIGNAL), stack, parentTid, childTid, parentTid, tls, null, SetTid.NONE);
    }

    /** struct clone_args at {@code address}, of {@code size} bytes. */
    static CloneRequest clone3(Task task, long address, long size) {
        if (Long.compareUnsigned(size, Limits.PAGE_SIZE) > 0) {
            throw Errno.E2BIG.exception();
        }
        if (size < CloneArgs.SIZE_VER0) {
            throw Errno.EINVAL.exception();
        }
        MemorySegment raw = task.memory.struct(address, (int) size);
        for (long i = CloneArgs.SIZE; i < size; i++) {
            if (Le.getByte(raw, i) != 0) {
                throw Errno.E2BIG.exception();
            }
        }
        long flags = Le.getLong(raw, CloneArgs.FLAGS);
        long exitSignal = Le.getLong(raw, CloneArgs.EXIT_SIGNAL);
        long stack = Le.getLong(raw, CloneArgs.STACK);
        long stackSize = Le.getLong(raw, CloneArgs.STACK_SIZE);
        boolean setTid = size >= CloneArgs.SIZE_VER1
                && (Le.getLong(raw, CloneArgs.SET_TID) != 0 || Le.getLong(raw, CloneArgs.SET_TID_SIZE) != 0);
        if ((flags & ~(0xffff_ffffL | CLONE3_ONLY)) != 0
                || (flags & (CloneFlags.CLONE_DETACHED | CloneFlags.CSIGNAL & ~CloneFlags.CLONE_NEWTIME)) != 0
                || has(flags, CloneFlags.CLONE_SIGHAND | CloneFlags.CLONE_CLEAR_SIGHAND)
                || (flags & (CloneFlags.CLONE_THREAD | CloneFlags.CLONE_PARENT)) != 0 && exitSignal != 0
                || Long.compareUnsigned(exitSignal, Signal.NSIG) > 0
                || stack == 0 != (stackSize == 0)) {
            throw Errno.EINVAL.exception();
        }
        long tids = setTid ? Le.getLong(raw, CloneArgs.SET_TID_SIZE) : 0;
        if (setTid
                && (tids == 0
                        || Le.getLong(raw, CloneArgs.SET_TID) == 0
                        || Long.compareUnsigned(tids, PidNamespace.DEEPEST) > 0)) {
            throw Errno.EINVAL.exception();
        }
        long cgroupFd = size >= CloneArgs.SIZE ? Le.getLong(raw, CloneArgs.CGROUP) : 0;
        if (has(flags, CloneFlags.CLONE_INTO_CGROUP) && (size < CloneArgs.SIZE || cgroupFd >>> 31 != 0)) {
            throw Errno.EINVAL.exception();
        }
        return new CloneRequest(
                flags,
                (int) exitSignal,
                stack == 0 ? 0 : stack + stackSize,
                Le.getLong(raw, CloneArgs.PARENT_TID),
                Le.getLong(raw, CloneArgs.CHILD_TID),
                Le.getLong(raw, CloneArgs.PIDFD),
                Le.getLong(raw, CloneArgs.TLS),
                has(flags, CloneFlags.CLONE_INTO_CGROUP) ? cgroup(task, (int) cgroupFd) : null,
                setTid ? SetTid.read(task, Le.getLong(raw, CloneArgs.SET_TID), (int) tids) : SetTid.NONE);
    }

    private static Cgroup cgroup(Task task, int fd) {
        File file = task.files().lookup(fd);
        if (file == null || !(file.inode() instanceof CgroupNode node)) {
            throw Errno.EBADF.exception();
        }
        if (node.cgroup().removed()) {
            throw Errno.ENOENT.exception();
        }
        if (!node.mayAttach(task.credentials())) {
            throw Errno.EACCES.exception();
        }
        return node.cgroup();
    }

    /** PTRACE_EVENT_* of this kind of child; a number that no tracer can ask for if the child is not to be traced. */
    int event() {
        if (has(CloneFlags.CLONE_UNTRACED)) {
            return 0;
        }
        if (has(CloneFlags.CLONE_VFORK)) {
            return PtraceConst.PTRACE_EVENT_VFORK;
        }
        return exitSignal == Signal.SIGCHLD ? PtraceConst.PTRACE_EVENT_FORK : PtraceConst.PTRACE_EVENT_CLONE;
    }

    boolean has(long flag) {
        return (flags & flag) != 0;
    }

    private static boolean has(long flags, long all) {
        return (flags & all) == all;
    }

    /** Combinations that make no sense. */
    void check(Task task) {
        boolean impossible = has(CloneFlags.CLONE_THREAD) && !has(CloneFlags.CLONE_SIGHAND)
                || has(CloneFlags.CLONE_SIGHAND) && !has(CloneFlags.CLONE_VM)
                || has(CloneFlags.CLONE_FS) && (flags & (CloneFlags.CLONE_NEWNS | CloneFlags.CLONE_NEWUSER)) != 0
                || has(CloneFlags.CLONE_PIDFD) && has(CloneFlags.CLONE_DETACHED)
                || has(CloneFlags.CLONE_PARENT) && task.group.unkillable;
        if (impossible) {
            throw Errno.EINVAL.exception();
        }
        boolean elsewhere = task.ns().pidForChildren() != task.group.pidNs;
        if (has(CloneFlags.CLONE_THREAD) && (elsewhere || has(CloneFlags.CLONE_NEWUSER | CloneFlags.CLONE_NEWPID))) {
            throw Errno.EINVAL.exception();
        }
        if (has(flags, CloneFlags.CLONE_NEWIPC | CloneFlags.CLONE_SYSVSEM)) {
            throw Errno.EINVAL.exception();
        }
    }

    boolean newNamespaces() {
        return has(NAMESPACES);
    }
}
