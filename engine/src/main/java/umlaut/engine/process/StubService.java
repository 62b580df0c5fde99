package umlaut.engine.process;

import static umlaut.engine.x86.Gpr.*;

import umlaut.engine.x86.Assembler;
import umlaut.engine.x86.Cond;
import umlaut.engine.x86.Label;
import umlaut.engine.x86.Mem;
import umlaut.host.Syscall;

/**
 * The service thread. It runs batches of host system calls that the JVM puts in the order pages and believes nothing that guest code could
 * write: it has no stack, takes no signals, and keeps all it must know in registers. RBX order pages, RBP reply page, R15D last batch, R14D index,
 * R13 order, R12 where its result goes, RSP the {@link ServiceSecret}, which each of its system calls shows.
 */
final class StubService {
    private static final int MAP_SHARED_FIXED = 0x11;
    private static final int CLONE_PARENT = 0x8000, SIGCHLD = 17;
    /** CLONE_VM FS SIGHAND THREAD SYSVSEM. */
    private static final int CLONE_THREAD = 0x100 | 0x200 | 0x800 | 0x10000 | 0x40000;

    private static final int CLONE_FILES = 0x400;

    private static final int CAPSET = 126;

    private final Assembler a;
    private final StubEntry entry;
    private final boolean dropCapabilities;
    private final boolean closeRange;

    final Label start = new Label();
    final Label jvmPid = new Label(), noSignals = new Label(), capHeader = new Label(), capData = new Label();
    private final Label internal = new Label(), result = new Label(), die = new Label();

    StubService(Assembler a, StubEntry entry, boolean dropCapabilities, boolean closeRange) {
        this.closeRange = closeRange;
        this.a = a;
        this.entry = entry;
        this.dropCapabilities = dropCapabilities;
    }

    void assemble() {
        waitForOrders();
        runOrders();
        internalOrders();
        fork();
        thread();
        open();
        a.bind(die);
        a.mov(RDI, 127);
        call(Syscall.EXIT_GROUP);
        a.ud2();
    }

    private void call(int nr) {
        a.mov(RAX, nr);
        ServiceSecret.show(a);
        a.syscall();
    }

    private void waitForOrders() {
        Label got = new Label(), awake = new Label();
        a.bind(start);
        a.mov(RBX, Layout.ORDERS);
        a.mov(RBP, Layout.REPLY);
        a.xorl(R15, R15);
        call(Syscall.GETPID);
        a.movl(Mem.at(RBP, ServicePages.PID), RAX);
        a.bind(idle);
        a.movl(RDX, Mem.at(RBX, ServicePages.POLLS));
        Label poll = a.here();
        a.movl(RAX, Mem.at(RBX, ServicePages.SEQ));
        a.cmpl(RAX, R15);
        a.j(Cond.NE, got);
        a.pause();
        a.subl(RDX, 1);
        a.j(Cond.NS, poll);
        a.mov(RCX, 1);
        a.xchgl(Mem.at(RBP, ServicePages.ASLEEP), RCX);
        a.movl(RAX, Mem.at(RBX, ServicePages.SEQ));
        a.cmpl(RAX, R15);
        a.j(Cond.NE, awake);
        a.mov(RDI, RBX);
        a.xorl(RSI, RSI);
        a.movl(RDX, R15);
        a.xorl(R10, R10);
        call(Syscall.FUTEX);
        a.movl(Mem.at(RBP, ServicePages.ASLEEP), 0);
        a.jmp(idle);
        a.bind(awake);
        a.movl(Mem.at(RBP, ServicePages.ASLEEP), 0);
        a.bind(got);
        a.movl(R15, RAX);
    }

    private final Label idle = new Label();

    private void runOrders() {
        Label next = new Label(), done = new Label(), mmap = new Label(), ready = new Label();
        a.xorl(R14, R14);
        a.lea(R13, Mem.at(RBX, ServicePages.ORDER));
        a.lea(R12, Mem.at(RBP, ServicePages.RESULT));
        Label loop = a.here();
        a.cmpl(R14, Mem.at(RBX, ServicePages.COUNT));
        a.j(Cond.AE, done);
        a.mov(RAX, Mem.at(R13, 0));
        for (int i = 0; i < 6; i++) {
            a.mov(StubOrders.ARGUMENTS[i], Mem.at(R13, 8 + 8 * i));
        }
        a.cmpl(RAX, Order.FORK);
        a.j(Cond.AE, internal);
        a.cmpl(RAX, Syscall.MMAP);
        a.j(Cond.E, mmap);
        ServiceSecret.show(a);
        a.bind(ready);
        a.syscall();
        a.bind(result);
        a.mov(Mem.at(R12, 0), RAX);
        a.lea(R14, Mem.at(R14, 1));
        a.cmp(RAX, -4095);
        a.j(Cond.C, next);
        a.cmpl(Mem.at(R13, 56), 0);
        a.j(Cond.E, done);
        a.bind(next);
        a.add(R13, Order.SIZE);
        a.add(R12, 8);
        a.jmp(loop);
        a.bind(mmap);
        ServiceSecret.showToMmap(a);
        a.jmp(ready);
        a.bind(done);
        a.movl(Mem.at(RBP, ServicePages.EXECUTED), R14);
        a.movl(RAX, R15);
        a.xchgl(Mem.at(RBP, ServicePages.DONE), RAX);
        a.cmpl(Mem.at(RBX, ServicePages.WAITING), 0);
        a.j(Cond.E, idle);
        a.mov(RDI, RBP);
        a.mov(RSI, 1);
        a.mov(RDX, 1);
        call(Syscall.FUTEX);
        a.jmp(idle);
    }

    private final Label fork = new Label(), thread = new Label(), open = new Label();

    private void internalOrders() {
        a.bind(internal);
        a.j(Cond.E, fork);
        a.cmpl(RAX, Order.OPEN_AT);
        a.j(Cond.C, thread);
        a.j(Cond.E, open);
        // SERVICE_CAS: a fault here ends the process, since the thread blocks all signals
        a.movl(RAX, RSI);
        a.lockCmpxchgl(Mem.at(RDI, 0), RDX);
        a.movl(RAX, RAX);
        a.jmp(result);
    }

    /** RDI is the offset of the child's pages in the area file. */
    private void fork() {
        a.bind(fork);
        clone(CLONE_PARENT | SIGCHLD, result);
        a.mov(RDI, 1); // PR_SET_PDEATHSIG does not survive fork
        a.mov(RSI, 9);
        call(Syscall.PRCTL);
        call(Syscall.GETPPID);
        a.cmpl(RAX, Mem.at(jvmPid));
        a.j(Cond.NE, die);
        mapOwnPages(Layout.ORDERS, Layout.ORDERS_SIZE, 1, 0);
        mapOwnPages(Layout.REPLY, Layout.REPLY_SIZE, 3, Layout.ORDERS_SIZE);
        a.jmp(start);
    }

    private void mapOwnPages(long address, int size, int prot, int offset) {
        a.mov(RDI, address);
        a.mov(RSI, size);
        a.mov(RDX, prot);
        a.mov(R10, MAP_SHARED_FIXED);
        a.mov(R8, Layout.AREA_FD);
        a.lea(R9, Mem.at(RBX, offset));
        ServiceSecret.showToMmap(a);
        a.mov(RAX, Syscall.MMAP);
        a.syscall();
        a.test(RAX, RAX);
        a.j(Cond.S, die);
    }

    /** RBX of the child is RDI: on its way there in a register that Linux keeps over system calls, and whose argument these flags leave unused. */
    private void clone(int flags, Label inParent) {
        a.mov(RDX, RDI);
        a.mov(RDI, flags);
        a.xorl(RSI, RSI);
        a.xorl(R10, R10);
        a.xorl(R8, R8);
        call(Syscall.CLONE);
        a.test(RAX, RAX);
        a.j(Cond.NE, inParent);
        a.mov(RBX, RDX);
    }

    /** RDI is the new thread's area. */
    private void thread() {
        a.bind(thread);
        clone(closeRange ? CLONE_THREAD | CLONE_FILES : CLONE_THREAD, result);
        closeDescriptors();
        a.lea(RDI, Mem.at(RBX, Area.STACK_T));
        a.xorl(RSI, RSI);
        mustCall(Syscall.SIGALTSTACK);
        a.mov(RDI, 0x1001); // ARCH_SET_GS
        a.mov(RSI, RBX);
        mustCall(Syscall.ARCH_PRCTL);
        if (dropCapabilities) {
            a.lea(RDI, Mem.at(capHeader));
            a.lea(RSI, Mem.at(capData));
            mustCall(CAPSET);
        }
        ServiceSecret.forget(a);
        a.mov(RDI, 2); // SIG_SETMASK
        a.lea(RSI, Mem.at(noSignals));
        a.xorl(RDX, RDX);
        a.mov(R10, 8);
        a.mov(RAX, Syscall.RT_SIGPROCMASK);
        a.syscall();
        a.test(RAX, RAX);
        a.j(Cond.NE, die);
        // A thread that may run at once finds its first answer there already.
        a.xorl(RAX, RAX);
        a.mov(RDX, State.STARTED);
        a.lockCmpxchgl(Mem.at(RBX, Area.STATE), RDX);
        a.j(Cond.E, entry.await);
        a.testl(RAX, ~State.ASLEEP);
        a.j(Cond.NE, entry.answered);
        a.mov(R11, State.STARTED);
        a.jmp(entry.post);
    }

    /** A file table of its own, empty. Without close_range(2), which some containers' filters hide, the table is a copy and closed one by one. */
    private void closeDescriptors() {
        if (closeRange) {
            a.xorl(RDI, RDI);
            a.mov(RSI, 0xffffffffL);
            a.mov(RDX, 2); // CLOSE_RANGE_UNSHARE
            mustCall(Syscall.CLOSE_RANGE);
            return;
        }
        a.mov(RDI, 2 * FdCache.number(FdCache.SLOTS)); // the service thread never has a higher one
        Label loop = a.here();
        call(Syscall.CLOSE);
        a.sub(RDI, 1);
        a.j(Cond.NS, loop);
    }

    private void mustCall(int nr) {
        call(nr);
        a.test(RAX, RAX);
        a.j(Cond.NE, die);
    }

    /** RDI number, RSI path, RDX flags. The number is free before, whatever happens. */
    private void open() {
        a.bind(open);
        a.movl(R8, RDI);
        call(Syscall.CLOSE);
        a.mov(RDI, -100); // AT_FDCWD
        a.xorl(R10, R10);
        call(Syscall.OPENAT);
        a.test(RAX, RAX);
        a.j(Cond.S, result);
        a.cmpl(RAX, R8);
        a.j(Cond.E, result);
        a.movl(RDI, RAX);
        a.movl(RSI, R8);
        a.mov(RDX, 0x80000);
        call(Syscall.DUP3);
        a.mov(R10, RAX);
        call(Syscall.CLOSE);
        a.mov(RAX, R10);
        a.jmp(result);
    }
}
