package umlaut.engine.process;

import static umlaut.engine.x86.Gpr.*;

import umlaut.abi.RobustListHead;
import umlaut.engine.x86.Assembler;
import umlaut.engine.x86.Cond;
import umlaut.engine.x86.Gpr;
import umlaut.engine.x86.Label;
import umlaut.engine.x86.Mem;

/**
 * The guest threads' part of the stub: in by a system call, the hand-over, out again. It never touches the guest's stack (programs keep
 * data below it) nor vector registers. GS:0 is the thread's area. From {@link #post} on RBX is the area, R11D the request.
 *
 * <p>The ranges between exported labels tell the interrupt handler how far a thread has come: see {@link StubHandlers}.
 */
final class StubEntry {
    private static final int NR_FUTEX = 202;

    /** Linux keeps the number of the processor in this segment's limit, as its vDSO's getcpu(2) knows (GDT_ENTRY_CPUNODE). */
    private static final int CPU_SEGMENT = 0x7b;

    /** From so many bytes on the CPU's own string copy is quicker than a loop. */
    static final int LONG_COPY = 128;

    static final int DIRECTION_FLAG = 0x400;

    /** futex operations without side effects beyond the guest's memory: WAIT WAKE REQUEUE CMP_REQUEUE WAKE_OP WAIT_BITSET WAKE_BITSET. */
    private static final int NATIVE_FUTEX_OPS = 1 | 1 << 1 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 9 | 1 << 10;

    private static final Gpr[] SAVED = {RAX, RDI, RSI, RDX, R10, R8, R9, RBX, RBP, R12, R13, R14, R15};

    private final Assembler a;
    private final long xfeatures;
    private final boolean fsgsbase;

    /** Ways in: from a trampoline, and from the SIGSYS handler; RCX is the return address. */
    final Label entry = new Label(), unpatched = new Label();

    /** Hands over. */
    final Label post = new Label();

    /** Waits for an answer. */
    final Label await = new Label();

    /** Where a thread goes on that has the answer EAX. */
    final Label answered = new Label();

    final Label exitFast = new Label(), exitFastEnd = new Label(), exitFull = new Label(), exitFullEnd = new Label();
    final Label interruptedFast = new Label(), interruptedFull = new Label();
    final Label futexStart = new Label(),
            futexAfter = new Label(),
            futexEnd = new Label(),
            futexInterrupted = new Label();

    /** Copy loops that may fault, and where to go then. */
    final Label copyIn = new Label(), copyInEnd = new Label(), copyInFault = new Label();

    final Label copyOut = new Label(), copyOutEnd = new Label(), copyOutFault = new Label();
    final Label copyWindow = new Label(), copyWindowEnd = new Label(), copyWindowFault = new Label();
    final Label result = new Label(), resultEnd = new Label(), resultFault = new Label();
    /** Where {@link StubOwn} touches guest memory. */
    final Label own = new Label(), ownEnd = new Label();

    final Label orderAccess = new Label(), orderAccessEnd = new Label(), orderFault = new Label();

    final Label copyTable = new Label();

    /** Runs the order list with the answer in R13D, then goes to {@link #ordersDone}; or RAX, the index R14D, and {@link #post}. */
    final Label runOrders = new Label(), ordersDone = new Label();

    /** mmap, munmap or mprotect, its number in RAX and the request in R11: {@link StubLease}. */
    final Label leasedCall = new Label();

    /** rt_sigprocmask or rt_sigreturn, as before, and the table's entry in RCX: {@link StubSignals}. */
    final Label lentCall = new Label();

    /** Where that touches guest memory, and where to go when that faults. */
    final Label lentAccess = new Label(), lentAccessEnd = new Label(), lentFault = new Label();

    /** A call that a thread makes about itself, its number in RAX, the request in R11 and the table's entry in RCX: {@link StubOwn}. */
    final Label ownCall = new Label();

    /** read or write, as before: {@link StubFiles}. */
    final Label fileCall = new Label();

    /** Where that copies from a window. */
    final Label lentFile = new Label(), lentFileEnd = new Label(), lentFileFault = new Label();

    /** A call on a path, which has been copied: {@link StubPaths}. R11 is the request. */
    final Label pathCall = new Label();

    final Label fileAccess = new Label(), fileAccessEnd = new Label(), fileFault = new Label();

    private final Label futexAgain = new Label();
    private final Label synced = new Label();
    private final Label futexCall = new Label(), notNativeFutex = new Label();
    /** Hands over a call whose {@link CopyTable} entry is RCX; the arguments are in the area. */
    final Label copyArguments = new Label();

    private final Label copyResult = new Label(), resultDone = new Label();

    StubEntry(Assembler a, long xfeatures, boolean fsgsbase) {
        this.a = a;
        this.xfeatures = xfeatures;
        this.fsgsbase = fsgsbase;
    }

    /** Where a register is kept in the area. */
    static int offset(Gpr r) {
        return switch (r) {
            case RAX -> Area.RAX;
            case RBX -> Area.RBX;
            case RCX -> Area.RCX;
            case RDX -> Area.RDX;
            case RSI -> Area.RSI;
            case RDI -> Area.RDI;
            case RBP -> Area.RBP;
            case RSP -> Area.RSP;
            case R8 -> Area.R8;
            case R9 -> Area.R9;
            case R10 -> Area.R10;
            case R11 -> Area.R11;
            case R12 -> Area.R12;
            case R13 -> Area.R13;
            case R14 -> Area.R14;
            case R15 -> Area.R15;
        };
    }

    private static Mem area(int offset) {
        return Mem.at(RBX, offset);
    }

    void assemble() {
        comeIn();
        handOver();
        goOut();
        nativeFutex();
        copyArguments();
        new StubOrders(a, this, xfeatures).assemble();
        new StubLease(a, this).assemble();
        new StubSignals(a, this, xfeatures).assemble();
        new StubOwn(a, this).assemble();
        new StubFiles(a, this).assemble();
        new StubPaths(a, this).assemble();
    }

    private void comeIn() {
        Label common = new Label(), notKept = new Label();
        a.bind(entry);
        a.mov(R11, State.SYSCALL);
        a.jmp(common);
        a.bind(unpatched);
        a.mov(R11, State.UNPATCHED);
        a.bind(common);
        a.mov(Mem.gs(Area.RIP), RCX);
        a.mov(Mem.gs(Area.RSP), RSP);
        a.mov(RCX, Mem.gs(Area.SELF));
        a.lea(RSP, Mem.at(RCX, Area.RFLAGS + 8));
        a.pushfq();
        for (Gpr r : SAVED) {
            a.mov(Mem.at(RCX, offset(r)), r);
        }
        for (int i = 0; i < StubOrders.ARGUMENTS.length; i++) {
            a.mov(Mem.at(RCX, Area.ARGUMENTS + 8 * i), StubOrders.ARGUMENTS[i]);
        }
        a.mov(RBX, RCX);
        a.movl(RAX, RAX);
        a.cmpl(RAX, NR_FUTEX);
        a.j(Cond.E, futexCall);
        a.bind(notNativeFutex);
        a.cmpl(RAX, CopyTable.SIZE);
        a.j(Cond.AE, post);
        a.lea(RCX, Mem.at(copyTable));
        a.mov(RCX, Mem.at(RCX, RAX, 8, 0));
        a.test(RCX, RCX);
        a.j(Cond.E, post);
        a.bt(RCX, Long.numberOfTrailingZeros(CopyTable.KEPT));
        a.j(Cond.AE, notKept);
        keptResult();
        a.bind(notKept);
        a.bt(RCX, Long.numberOfTrailingZeros(CopyTable.LEASED));
        a.j(Cond.C, leasedCall);
        a.bt(RCX, Long.numberOfTrailingZeros(CopyTable.KNOWN_FILE));
        a.j(Cond.C, fileCall);
        a.bt(RCX, Long.numberOfTrailingZeros(CopyTable.LENT));
        a.j(Cond.C, lentCall);
        a.bt(RCX, Long.numberOfTrailingZeros(CopyTable.OWN));
        a.j(Cond.AE, copyArguments);
        a.jmp(ownCall);
    }

    /** Of calls that the stub can do by itself, but which came by a trap, every eighth goes to the kernel, for the site to be patched if it can be. R14 is spoilt. */
    void oftenIfTrapped(Label handOver) {
        Label patched = new Label();
        a.cmpl(R11, State.UNPATCHED);
        a.j(Cond.NE, patched);
        a.incl(area(Area.TRAPS));
        a.movl(R14, area(Area.TRAPS));
        a.testl(R14, 7);
        a.j(Cond.E, handOver);
        a.bind(patched);
    }

    /** The result may be known: {@link umlaut.engine.UserThread#keepResult}. A trapped call goes on to the kernel, for its site to be patched. */
    private void keptResult() {
        a.cmpl(R11, State.SYSCALL);
        a.j(Cond.NE, post);
        a.cmpl(area(Area.HAND_OVER), 0);
        a.j(Cond.NE, post);
        a.movzxw(RCX, RCX);
        a.mov(RAX, Mem.at(RBX, RCX, 1, 0));
        a.test(RAX, RAX);
        a.j(Cond.S, post);
        Label done = new Label(), robustList = new Label();
        a.cmpl(RCX, CopyTable.KEPT_TID_ADDRESS);
        a.j(Cond.C, done);
        a.j(Cond.NE, robustList);
        a.mov(area(Area.CLEAR_CHILD_TID), RDI);
        a.jmp(done);
        a.bind(robustList);
        a.cmp(RSI, RobustListHead.SIZE);
        a.j(Cond.NE, post);
        a.mov(area(Area.ROBUST_LIST), RDI);
        a.bind(done);
        a.mov(area(Area.RAX), RAX);
        a.jmp(exitFast);
    }

    private void handOver() {
        Label wake = new Label(), sleep = new Label(), unchanged = new Label();
        a.bind(post);
        a.cmp(area(Area.NOTES), 0);
        a.j(Cond.E, unchanged);
        a.orl(R11, State.CHANGED);
        a.bind(unchanged);
        a.xchgl(area(Area.STATE), R11);
        a.testl(R11, State.ASLEEP);
        a.j(Cond.NE, wake);
        a.bind(await);
        a.movl(RDX, area(Area.POLLS));
        Label poll = a.here();
        a.movl(RAX, area(Area.STATE));
        a.testl(RAX, State.REQUEST);
        a.j(Cond.E, answered);
        a.testl(RAX, RAX); // State.NO_POLLING
        a.j(Cond.S, sleep);
        a.pause();
        a.subl(RDX, 1);
        a.j(Cond.NS, poll);

        a.bind(sleep);
        a.mov(RCX, CPU_SEGMENT);
        a.lsl(RCX, RCX);
        a.movl(area(Area.CPU), RCX);
        Label trySleep = a.here();
        a.movl(RAX, area(Area.STATE));
        a.testl(RAX, State.REQUEST);
        a.j(Cond.E, answered);
        a.movl(RDX, RAX);
        a.orl(RDX, State.ASLEEP);
        a.lockCmpxchgl(area(Area.STATE), RDX);
        a.j(Cond.NE, trySleep);
        a.mov(R9, State.GUEST_SIDE);
        futexOnState(9); // FUTEX_WAIT_BITSET
        a.jmp(await);

        a.bind(wake);
        a.mov(RDX, 1);
        futexOnState(1); // FUTEX_WAKE
        a.jmp(await);
    }

    /** futex(STATE, operation, EDX, no timeout, -, R9D). */
    private void futexOnState(int operation) {
        a.lea(RDI, area(Area.STATE));
        a.mov(RSI, operation);
        a.xorl(R10, R10);
        a.mov(RAX, NR_FUTEX);
        a.syscall();
    }

    /** From here on the area's registers are only read, so that an interrupt can turn back at any instruction. */
    private void goOut() {
        Label special = new Label(), copyFailed = new Label();
        a.bind(answered);
        a.testl(RAX, ~(State.ASLEEP | State.REQUEST));
        a.j(Cond.NE, special);
        exitFast();
        exitFull();

        a.bind(interruptedFast);
        a.mov(RCX, area(Area.RIP));
        a.mov(area(Area.RCX), RCX);
        a.mov(RCX, area(Area.RFLAGS));
        a.mov(area(Area.R11), RCX);
        a.bind(interruptedFull);
        a.movl(area(Area.PENDING), 0);
        a.mov(R11, State.INTERRUPT);
        a.jmp(post);

        a.bind(special);
        a.movl(R13, RAX);
        a.testl(R13, State.OUT);
        a.j(Cond.NE, copyResult);
        a.bind(resultDone);
        a.testl(R13, State.ORDERS);
        a.j(Cond.NE, runOrders);
        a.bind(ordersDone);
        a.cmpl(area(Area.COPY_FAILED), 0);
        a.j(Cond.NE, copyFailed);
        a.testl(R13, State.SYNC);
        a.j(Cond.NE, synced);
        a.testl(R13, State.FUTEX);
        a.j(Cond.NE, futexAgain);
        a.testl(R13, State.FULL);
        a.j(Cond.NE, exitFull);
        a.jmp(exitFast);
        a.bind(synced);
        a.mov(R11, State.SYNCED);
        a.jmp(post);
        a.bind(copyFailed);
        a.movl(area(Area.COPY_FAILED), 0);
        a.mov(R11, State.COPY_FAILED);
        a.jmp(post);
        copyResult();
    }

    private void copyResult() {
        Label inArea = new Label();
        a.bind(copyResult);
        a.movl(RDX, R13);
        a.shrl(RDX, State.OUT_SHIFT);
        a.andl(RDX, State.OUT_MASK);
        a.mov(RDI, area(Area.OUT_ADDRESS));
        a.lea(RSI, area(Area.INLINE_DATA));
        a.testl(R13, State.INLINE);
        a.j(Cond.NE, inArea);
        a.lea(RSI, area(Area.OUT_DATA));
        a.bind(inArea);
        a.bind(result);
        copyLoop(resultDone);
        a.bind(resultEnd);
        a.bind(resultFault);
        a.mov(area(Area.RAX), -14); // EFAULT
        a.jmp(resultDone);
    }

    private void exitFast() {
        a.bind(exitFast);
        a.cmpl(area(Area.PENDING), 0);
        a.j(Cond.NE, interruptedFast);
        for (Gpr r : SAVED) {
            if (r != RAX && r != RBX) {
                a.mov(r, area(offset(r)));
            }
        }
        a.mov(R11, area(Area.RFLAGS));
        a.movl(RCX, R11);
        a.xorl(RAX, RAX);
        a.btl(RCX, 11);
        a.setAl(Cond.C);
        a.addAl(0x7f); // sets OF if AL was 1
        a.movAhCl();
        a.sahf();
        a.mov(RCX, area(Area.RIP));
        a.mov(RAX, area(Area.RAX));
        a.mov(RSP, area(Area.RSP));
        a.mov(RBX, area(Area.RBX));
        a.jmp(RCX);
        a.bind(exitFastEnd);
    }

    private void exitFull() {
        a.bind(exitFull);
        a.cmpl(area(Area.PENDING), 0);
        a.j(Cond.NE, interruptedFull);
        a.lea(RSP, area(Area.RIP));
        for (Gpr r : Gpr.values()) {
            if (r != RSP && r != RBX) {
                a.mov(r, area(offset(r)));
            }
        }
        a.mov(RBX, area(Area.RBX));
        a.iretq();
        a.bind(exitFullEnd);
    }

    /** Guest memory is host memory, so futex(2) needs no kernel of ours. The arguments are still in their registers. */
    private void nativeFutex() {
        Label ask = new Label();
        a.bind(futexCall);
        a.cmpl(area(Area.HAND_OVER), 0);
        a.j(Cond.NE, notNativeFutex);
        a.movl(RCX, RSI);
        a.andl(RCX, ~0x180); // FUTEX_PRIVATE_FLAG, FUTEX_CLOCK_REALTIME
        a.cmpl(RCX, 31);
        a.j(Cond.A, notNativeFutex);
        a.mov(R13, NATIVE_FUTEX_OPS);
        a.btl(R13, RCX);
        a.j(Cond.AE, notNativeFutex);
        a.xorl(R13, R13);
        oftenIfTrapped(ask);
        a.mov(R12, NR_FUTEX);
        a.bind(futexStart);
        a.cmpl(area(Area.PENDING), 0);
        a.j(Cond.NE, futexInterrupted);
        a.movl(RAX, R12);
        a.syscall();
        a.bind(futexAfter);
        a.mov(area(Area.RAX), RAX);
        a.testl(R13, State.COME_BACK);
        a.j(Cond.NE, synced);
        a.testl(R13, State.FULL);
        a.j(Cond.NE, exitFull);
        a.jmp(exitFast);
        a.bind(futexEnd);

        a.bind(ask);
        a.mov(R11, State.FUTEX_UNPATCHED);
        a.jmp(post);

        a.bind(futexAgain);
        for (int i = 0; i < StubOrders.ARGUMENTS.length; i++) {
            a.mov(StubOrders.ARGUMENTS[i], area(Area.FUTEX_CALL + 8 * (i + 1)));
        }
        a.mov(R12, area(Area.FUTEX_CALL));
        a.jmp(futexStart);

        a.bind(futexInterrupted);
        a.mov(area(Area.RAX), -4); // EINTR
        a.movl(area(Area.FUTEX_AGAIN), R13);
        a.movl(area(Area.PENDING), 0);
        a.mov(R11, State.FUTEX_INTERRUPTED);
        a.jmp(post);
    }

    /** RCX is the entry of {@link CopyTable}. R12 specs left, R13 window, R14 its data, R15 the whole entry. */
    private void copyArguments() {
        Label loop = new Label(),
                done = new Label(),
                next = new Label(),
                path = new Label(),
                fixed = new Label(),
                copy = new Label();
        a.bind(copyArguments);
        a.mov(R12, RCX);
        a.mov(R15, RCX);
        a.lea(R13, area(Area.WINDOW));
        a.bind(loop);
        a.lea(R14, Mem.at(R13, Area.WINDOW_DATA));
        a.movl(RCX, R12);
        a.andl(RCX, 0xffff);
        a.j(Cond.E, done);
        a.movl(RAX, RCX);
        a.andl(RAX, 7);
        a.mov(RSI, Mem.at(RBX, RAX, 8, Area.ARGUMENTS));
        a.mov(Mem.at(R13, 0), RSI);
        a.mov(Mem.at(R13, 8), 0);
        a.cmp(RSI, 0x10000); // NULL and its like are common and would only fault
        a.j(Cond.C, next);
        a.mov(RDI, R14);
        a.movl(RAX, RCX);
        a.shrl(RAX, 3);
        a.andl(RAX, 3);
        a.shrl(RCX, 5);
        a.cmpl(RAX, 2);
        a.j(Cond.C, path);
        a.j(Cond.E, fixed);
        a.movl(RAX, RCX);
        a.andl(RAX, 7);
        a.mov(RDX, Mem.at(RBX, RAX, 8, Area.ARGUMENTS));
        a.cmp(RDX, Area.WINDOW_SIZE);
        a.j(Cond.A, next);
        a.shrl(RCX, 3);
        a.shlCl(RDX);
        a.cmp(RDX, Area.WINDOW_SIZE);
        a.j(Cond.A, next);
        a.jmp(copy);
        a.bind(fixed);
        a.movl(RDX, RCX);
        a.bind(copy);
        a.bind(copyIn);
        copyLoop(copyInFault);
        copyPath(path);
        a.bind(copyInEnd);
        a.bind(copyInFault);
        a.sub(RDI, R14);
        a.mov(Mem.at(R13, 8), RDI);
        a.bind(next);
        a.shr(R12, 16);
        a.add(R13, Area.WINDOW_STRIDE);
        a.lea(RAX, area(Area.WINDOW + Area.WINDOW_STRIDE * Area.WINDOWS));
        a.cmp(R13, RAX);
        a.j(Cond.NE, loop);
        a.bind(done);
        a.bt(R15, Long.numberOfTrailingZeros(CopyTable.KNOWN_PATH));
        a.j(Cond.C, pathCall);
        saveVectors();
        a.jmp(post);
    }

    /** Copies RDX bytes from RSI to RDI, which they end up behind, then jumps. RAX and RCX are spoilt. */
    void copyLoop(Label then) {
        Label bytes = new Label(), words = new Label();
        a.cmp(RDX, LONG_COPY);
        a.j(Cond.C, words);
        a.mov(RAX, area(Area.RFLAGS));
        a.testl(RAX, DIRECTION_FLAG);
        a.j(Cond.NE, words);
        a.mov(RCX, RDX);
        a.repMovsb();
        a.jmp(then);
        a.bind(words);
        a.cmp(RDX, 8);
        a.j(Cond.C, bytes);
        a.mov(RAX, Mem.at(RSI, 0));
        a.mov(Mem.at(RDI, 0), RAX);
        a.add(RSI, 8);
        a.add(RDI, 8);
        a.sub(RDX, 8);
        a.jmp(words);
        a.bind(bytes);
        a.test(RDX, RDX);
        a.j(Cond.E, then);
        a.movzxb(RAX, Mem.at(RSI, 0));
        a.movb(Mem.at(RDI, 0), RAX);
        a.add(RSI, 1);
        a.add(RDI, 1);
        a.sub(RDX, 1);
        a.jmp(bytes);
    }

    /** Copies up to and with a NUL, by eight bytes where they do not cross a page. */
    private void copyPath(Label path) {
        Label loop = new Label(), single = new Label(), last = new Label();
        a.bind(path);
        a.lea(RDX, Mem.at(RDI, Area.WINDOW_SIZE));
        a.mov(RBP, 0x0101010101010101L);
        a.bind(loop);
        a.movl(RAX, RSI);
        a.andl(RAX, 0xfff);
        a.cmpl(RAX, 0xff8);
        a.j(Cond.A, single);
        a.mov(RAX, Mem.at(RSI, 0));
        a.mov(Mem.at(RDI, 0), RAX);
        a.mov(R8, RAX);
        a.sub(R8, RBP);
        a.not(RAX);
        a.and(R8, RAX);
        a.mov(RAX, RBP);
        a.shl(RAX, 7);
        a.and(R8, RAX);
        a.j(Cond.NE, last);
        a.add(RSI, 8);
        a.add(RDI, 8);
        a.cmp(RDI, RDX);
        a.j(Cond.C, loop);
        a.jmp(copyInFault);
        a.bind(last);
        a.add(RDI, 8);
        a.jmp(copyInFault);
        a.bind(single);
        a.movzxb(RAX, Mem.at(RSI, 0));
        a.movb(Mem.at(RDI, 0), RAX);
        a.add(RSI, 1);
        a.add(RDI, 1);
        a.testl(RAX, RAX);
        a.j(Cond.E, copyInFault);
        a.cmp(RDI, RDX);
        a.j(Cond.C, loop);
        a.jmp(copyInFault);
    }

    private void saveVectors() {
        a.shr(R15, 48);
        a.testl(R15, 1);
        a.j(Cond.E, post);
        a.mov(RAX, xfeatures & 0xffffffffL);
        a.mov(RDX, xfeatures >>> 32);
        a.xsave(area(Area.XSAVE));
        if (fsgsbase) {
            a.rdfsbase(RAX);
            a.mov(area(Area.FS_BASE), RAX);
        }
    }
}
