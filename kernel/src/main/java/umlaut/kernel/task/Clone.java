package umlaut.kernel.task;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Capability;
import umlaut.abi.CloneFlags;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Le;
import umlaut.abi.PtraceConst;
import umlaut.abi.Rlimit;
import umlaut.abi.SchedConst;
import umlaut.engine.EngineException;
import umlaut.engine.Reg;
import umlaut.engine.UserThread;
import umlaut.kernel.Kernel;
import umlaut.kernel.cgroup.Cgroup;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.ns.NamespaceCalls;
import umlaut.kernel.ns.Namespaces;
import umlaut.kernel.ns.NsProxy;
import umlaut.kernel.ns.PidNamespace;
import umlaut.kernel.ptrace.PtraceLinks;
import umlaut.kernel.ptrace.PtraceStop;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.signal.SignalHandlers;
import umlaut.kernel.vfs.FileTable;
import umlaut.kernel.vfs.FsContext;

/**
 * New tasks: clone(2), fork(2), vfork(2) (Linux: copy_process and kernel_clone in kernel/fork.c). A process gets a copy
 * of the address space, or shares it; a thread shares it
 * always.
 */
public final class Clone {
    private Clone() {}

    public static long fork(Task task) {
        return clone(task, CloneRequest.fork());
    }

    public static long vfork(Task task) {
        return clone(task, CloneRequest.vfork());
    }

    /** clone(2), its arguments in the order of x86-64. */
    public static long clone(Task task, long flags, long stack, long parentTid, long childTid, long tls) {
        return clone(task, CloneRequest.clone(flags, stack, parentTid, childTid, tls));
    }

    public static long clone3(Task task, long args, long size) {
        return clone(task, CloneRequest.clone3(task, args, size));
    }

    /** @return the new task's id, or -errno */
    private static long clone(Task parent, CloneRequest request) {
        request.check(parent);
        if (parent.signalPending()) {
            // So that a signal sent before the fork reaches the parent alone.
            return -Restart.ERESTARTNOINTR;
        }
        checkLimits(parent);
        Cgroup into = request.cgroup();
        if (into != null) {
            parent.kernel.cgroups.mayEnter(into);
        }
        parent.kernel.cgroups.mayFork(into == null ? parent.group.cgroup() : into);
        try (KernelThreads.Reserved thread = parent.kernel.threads.reserve()) {
            return clone(parent, request, thread);
        }
    }

    private static long clone(Task parent, CloneRequest request, KernelThreads.Reserved thread) {
        // The child may run before the caller is back: then its number must be known first.
        int tid = reserveTid(parent, request);
        boolean early = mayRunEarly(parent, request);
        Mm mm;
        UserThread user;
        try {
            if (request.has(CloneFlags.CLONE_VM)) {
                user = parent.mm().space().newThread(parent.user());
                prepare(parent, user, request, tid, early);
                mm = parent.mm().acquire();
            } else {
                Mm.Forked forked =
                        parent.mm().fork(parent, fresh -> prepare(parent, fresh, request, tid, early), early);
                mm = forked.mm();
                user = forked.user();
            }
        } catch (EngineException e) {
            giveBack(parent.kernel.tasks, tid);
            return -e.errno;
        }
        Task child;
        try {
            child = make(parent, request, tid, mm, user, early);
        } catch (ErrnoException e) {
            user.close();
            mm.release();
            throw e;
        }
        return start(parent, child, request, early, thread);
    }

    /** A number for the child, kept for it until {@link #make}. */
    private static int reserveTid(Task parent, CloneRequest request) {
        PidNamespace inner = parent.ns().pidForChildren();
        boolean fresh = request.has(CloneFlags.CLONE_NEWPID);
        request.setTid().check(parent, inner, fresh);
        int wanted = request.setTid().at(0, fresh ? inner.level() + 1 : inner.level());
        TaskTable tasks = parent.kernel.tasks;
        int most = parent.kernel.config.pidsLimit();
        tasks.lock.lock();
        try {
            if (tasks.aliveAndComing() >= most) {
                parent.kernel.log.once(4, "fork rejected by the pids limit of " + most);
                throw Errno.EAGAIN.exception();
            }
            int tid = tasks.reservePid(wanted);
            if (tid < 0) {
                throw (tasks.closed() ? Errno.ENOMEM : Errno.EAGAIN).exception();
            }
            return tid;
        } finally {
            tasks.lock.unlock();
        }
    }

    private static void giveBack(TaskTable tasks, int tid) {
        tasks.lock.lock();
        try {
            tasks.unreserve(tid);
        } finally {
            tasks.lock.unlock();
        }
    }

    /**
     * Can the child's guest code run before its kernel thread does? Not if something may yet keep it from running at all, or if all it does is to be seen by others first.
     */
    private static boolean mayRunEarly(Task parent, CloneRequest request) {
        boolean numberKnown = !request.newNamespaces()
                && parent.group.pidNs.level() == 0
                && parent.ns().pidForChildren().level() == 0;
        NsProxy ns = parent.ns();
        boolean ownClocks = ns.time() != ns.timeForChildren() || ns.time().shifts();
        boolean watched = ownClocks
                || request.cgroup() != null
                || parent.seccomp() != null
                || parent.tracee() != null
                || SchedCalls.isLimited(parent)
                || parent.kernel.tracer.enabled();
        return numberKnown && !watched && !request.has(CloneFlags.CLONE_PIDFD);
    }

    /** What is different in the child's thread. */
    private static void prepare(Task parent, UserThread user, CloneRequest request, int tid, boolean early) {
        user.setReg(Reg.RAX, 0);
        if (request.stack() != 0) {
            user.setReg(Reg.RSP, request.stack());
        }
        if (request.has(CloneFlags.CLONE_SETTLS)) {
            user.setReg(Reg.FS_BASE, request.tls());
        }
        if (request.has(CloneFlags.CLONE_CHILD_CLEARTID)) {
            user.ties().setClearChildTid(request.childTid());
        }
        if (early) {
            KnownIds.begin(user, tid);
            parent.kernel.vfs.facts.begin(user, parent.fs());
            if (request.has(CloneFlags.CLONE_VM) && RseqCalls.isOffered(parent.kernel)) {
                user.own().allowRseq();
            }
        }
        if (request.has(CloneFlags.CLONE_CHILD_SETTID) && early) {
            // By the child itself, in its own memory; a bad address is nobody's concern.
            MemorySegment word = user.reserveOut(request.childTid(), 4);
            if (word != null) {
                Le.putInt(word, 0, tid);
                user.commitOutQuietly(4);
            }
        }
    }

    private static void checkLimits(Task parent) {
        TaskSettings s = parent.settings;
        if (s.schedPolicy == SchedConst.SCHED_DEADLINE && !s.resetOnFork) {
            throw Errno.EAGAIN.exception(); // what was promised is for one
        }
        Kernel kernel = parent.kernel;
        Credentials who = parent.credentials();
        long limit = parent.group.limits.soft(Rlimit.RLIMIT_NPROC);
        if (Long.compareUnsigned(kernel.users.of(who.uid()).tasks.get(), limit) >= 0
                && who.uid() != 0
                && !who.capable(Capability.CAP_SYS_RESOURCE)
                && !who.capable(Capability.CAP_SYS_ADMIN)) {
            throw Errno.EAGAIN.exception();
        }
    }

    /** The child with all that it shares or copies, known to nobody yet but by its number. */
    private static Task make(Task parent, CloneRequest request, int tid, Mm mm, UserThread user, boolean early) {
        TaskTable tasks = parent.kernel.tasks;
        tasks.lock.lock();
        try {
            tasks.unreserve(tid);
            if (tasks.closed()) {
                throw Errno.ENOMEM.exception();
            }
            boolean thread = request.has(CloneFlags.CLONE_THREAD);
            FsContext fs =
                    request.has(CloneFlags.CLONE_FS) ? parent.fs() : parent.fs().copy();
            Credentials who = parent.credentials();
            NsProxy ns = parent.ns();
            if (request.newNamespaces()) {
                NamespaceCalls.Fresh fresh = NamespaceCalls.create(parent, request.flags(), fs);
                who = fresh.credentials();
                ns = fresh.ns();
            }
            PidNamespace pids = thread ? parent.group.pidNs : ns.pidForChildren();
            int inside = tasks.number(pids, tid, request.setTid());
            if (inside < 0) {
                throw (pids.closed() ? Errno.ENOMEM : Errno.EAGAIN).exception();
            }
            ThreadGroup group = thread ? parent.group : newGroup(parent, tid, pids, inside, request);
            FileTable files = request.has(CloneFlags.CLONE_FILES)
                    ? parent.files().share()
                    : parent.files().copy();
            TaskSettings settings = settings(parent);
            Task child =
                    new Task(parent.kernel, tid, inside, group, user, mm, who, files, fs, parent.comm(), settings, ns);
            inherit(parent, child, request, early);
            if (!request.has(CloneFlags.CLONE_VM) && ns.time() != ns.timeForChildren()) {
                Namespaces.enterTime(child);
            }
            // Not until now can a signal's sender find it.
            if (!group.addThread(child)) {
                files.leave(child);
                tasks.unnumber(tid);
                throw Errno.EINTR.exception();
            }
            tasks.add(child);
            parent.kernel.vfs.facts.reconsider(child);
            if (parent.tracee() != null) {
                PtraceLinks.inherit(
                        parent,
                        child,
                        request.has(CloneFlags.CLONE_PTRACE) || PtraceStop.wants(parent, request.event()));
            }
            parent.kernel.users.of(child.credentials().uid()).tasks.incrementAndGet();
            if (!thread) {
                enterFamily(parent, child, request);
            }
            return child;
        } finally {
            tasks.lock.unlock();
        }
    }

    private static ThreadGroup newGroup(Task parent, int tgid, PidNamespace pids, int inside, CloneRequest request) {
        SignalHandlers handlers = parent.group.handlers();
        if (request.has(CloneFlags.CLONE_CLEAR_SIGHAND)) {
            handlers = handlers.afterExec();
        } else if (!request.has(CloneFlags.CLONE_SIGHAND)) {
            handlers = handlers.copy();
        } else {
            handlers.share();
        }
        ThreadGroup group = new ThreadGroup(
                tgid,
                handlers,
                parent.group.limits.copy(),
                parent.group.processGroup,
                pids,
                inside,
                request.cgroup() == null ? parent.group.cgroup() : request.cgroup());
        if (inside == 1) {
            pids.setInit(group);
            group.unkillable = true;
        }
        group.oomScoreAdj = parent.group.oomScoreAdj;
        group.startMonotonicNs = parent.kernel.clock.monotonicNs();
        group.exitSignal = request.has(CloneFlags.CLONE_PARENT) ? parent.group.exitSignal : request.exitSignal();
        return group;
    }

    private static TaskSettings settings(Task parent) {
        TaskSettings s = parent.settings.copy();
        if (s.resetOnFork) {
            s.resetOnFork = false;
            boolean realTime = s.schedPolicy == SchedConst.SCHED_FIFO
                    || s.schedPolicy == SchedConst.SCHED_RR
                    || s.schedPolicy == SchedConst.SCHED_DEADLINE;
            s.schedPolicy = realTime ? SchedConst.SCHED_NORMAL : s.schedPolicy;
            s.schedPriority = 0;
            s.nice = realTime ? 0 : Math.max(0, s.nice);
        }
        return s;
    }

    private static void inherit(Task parent, Task child, CloneRequest request, boolean early) {
        child.inheritBlockedSignals(parent.blockedSignals());
        child.accounting.startMonotonicNs = parent.kernel.clock.monotonicNs();
        boolean ownStack = request.has(CloneFlags.CLONE_VM) && !request.has(CloneFlags.CLONE_VFORK);
        if (!ownStack) {
            child.signalStack.copyFrom(parent.signalStack);
        }
        SchedCalls.limitCpus(child);
        child.setSeccomp(parent.seccomp());
        child.origRax = parent.origRax;
        child.lastFault = parent.lastFault;
        child.lastFaultAddress = parent.lastFaultAddress;
        if (request.has(CloneFlags.CLONE_CHILD_SETTID) && !early) {
            child.setChildTid = request.childTid();
        }
        if (child.isLeader()) {
            child.group.setLeader(child);
        }
    }

    private static void enterFamily(Task parent, Task child, CloneRequest request) {
        ThreadGroup group = child.group;
        boolean sibling = request.has(CloneFlags.CLONE_PARENT);
        ThreadGroup family = sibling ? parent.group.parent : parent.group;

        group.parent = family;
        group.parentThread = sibling ? parent.group.parentThread : parent;
        if (family != null) {
            family.children.add(group);
        }
        Jobs.join(group, group.processGroup);
        parent.kernel.tasks.add(group);
        parent.kernel.forks.incrementAndGet();
        CpuLimit.changed(parent.kernel, group);
        group.setFrozen(group.cgroup().frozen());
    }

    /** Tells the caller the child's number, and lets it run. */
    private static long start(
            Task parent, Task child, CloneRequest request, boolean early, KernelThreads.Reserved thread) {
        int tid = parent.pidSeen(child.tid);
        if (request.has(CloneFlags.CLONE_PARENT_SETTID)) {
            // Straight into memory, not on the parent's return: the child may need it, or may have ended and cleared
            // it, by then.
            MemorySegment word = parent.memory.build(4);
            Le.putInt(word, 0, tid);
            parent.mm().space().write(request.parentTid(), word, 0, 4);
        }
        if (request.has(CloneFlags.CLONE_PIDFD)) {
            long error = givePidFd(parent, child, request);
            if (error != 0) {
                takeBack(parent, child, thread);
                return error;
            }
        }
        VforkDone done = null;
        if (request.has(CloneFlags.CLONE_VFORK)) {
            done = new VforkDone(parent, tid);
            child.vforkDone = done;
        }
        int global = child.tid;
        boolean tell = PtraceStop.wants(parent, request.event());
        if (early && request.has(CloneFlags.CLONE_VM)) {
            child.lendMask();
            if (!request.has(CloneFlags.CLONE_SIGHAND)) {
                child.group.handlers().tell(child.user()); // posix_spawn(3) will ask
            }
            child.user().launch();
        }
        thread.start(new TaskLoop(child));
        if (tell) {
            PtraceStop.event(parent, request.event(), global);
        }
        if (done == null) {
            return tid;
        }
        long result = done.await();
        if (result != TaskLoop.ANSWERED) {
            PtraceStop.event(parent, PtraceConst.PTRACE_EVENT_VFORK_DONE, global);
        }
        return result;
    }

    /** The child must not be after all: it ends before it runs, and nobody is told. */
    private static void takeBack(Task parent, Task child, KernelThreads.Reserved thread) {
        if (child.isLeader()) {
            TaskTable tasks = parent.kernel.tasks;
            tasks.lock.lock();
            try {
                ThreadGroup family = child.group.parent;
                if (family != null) {
                    family.children.remove(child.group);
                }
                child.group.parent = null;
            } finally {
                tasks.lock.unlock();
            }
        }
        thread.start(new TaskLoop(child, () -> {
            throw TaskExit.now();
        }));
    }

    private static long givePidFd(Task parent, Task child, CloneRequest request) {
        long fd = PidFile.install(parent, child.group, request.has(CloneFlags.CLONE_THREAD) ? child : null, 0);
        if (fd >= 0) {
            parent.memory.putInt(request.pidFd(), (int) fd);
            return 0;
        }
        return fd;
    }
}
