package umlaut.engine.process;

import static umlaut.engine.x86.Gpr.*;

import umlaut.abi.Rlimit;
import umlaut.abi.SigConst;
import umlaut.abi.Sigaction;
import umlaut.engine.x86.Assembler;
import umlaut.engine.x86.Cond;
import umlaut.engine.x86.Gpr;
import umlaut.engine.x86.Label;
import umlaut.engine.x86.Mem;
import umlaut.host.Syscall;

/**
 * System calls with which programs begin, about the calling thread itself, done or answered by itself as far as {@link AreaAnswers} lets it: arch_prctl(2), rseq(2), getrandom(2), prlimit(2),
 * rt_sigaction(2). Out of the ordinary they go to the kernel as if nothing had been.
 */
final class StubOwn {
    private static final int ARCH_SET_FS = 0x1002;
    /** What lies below is never mapped. */
    private static final int LEAST_ADDRESS = 0x10000;

    private static final int MOST_RSEQ = 4096;

    /** SIGCHLD SIGCONT SIGURG SIGWINCH: one that is pending goes when its default action is set. */
    private static final long IGNORED = 1L << 16 | 1L << 17 | 1L << 22 | 1L << 27;

    private final Assembler a;
    private final StubEntry stub;
    private final Label copyArguments, exitFast;

    StubOwn(Assembler a, StubEntry stub) {
        this.a = a;
        this.stub = stub;
        copyArguments = stub.copyArguments;
        exitFast = stub.exitFast;
    }

    private static Mem area(int offset) {
        return Mem.at(RBX, offset);
    }

    /** RAX the call's number, R11 the request, RCX its entry of the copy table, kept for the kernel; the arguments in their registers. */
    void assemble() {
        Label fs = new Label(), rseq = new Label(), random = new Label(), limit = new Label();
        a.bind(stub.ownCall);
        a.cmpl(area(Area.HAND_OVER), 0);
        a.j(Cond.NE, copyArguments);
        stub.oftenIfTrapped(copyArguments);
        a.cmpl(RAX, Syscall.ARCH_PRCTL);
        a.j(Cond.E, fs);
        a.cmpl(RAX, Syscall.RSEQ);
        a.j(Cond.E, rseq);
        a.cmpl(RAX, Syscall.GETRANDOM);
        a.j(Cond.E, random);
        a.cmpl(RAX, Syscall.PRLIMIT64);
        a.j(Cond.E, limit);
        sigaction();
        a.bind(random);
        random();
        a.bind(limit);
        limit();
        a.bind(stub.ownEnd);
        a.bind(fs);
        setFsBase();
        a.bind(rseq);
        rseq();
    }

    private void answer(int value) {
        a.mov(area(Area.RAX), value);
        a.jmp(exitFast);
    }

    private void unlessMapped(Gpr address) {
        a.cmp(address, LEAST_ADDRESS);
        a.j(Cond.C, copyArguments);
    }

    /** arch_prctl(ARCH_SET_FS, RSI): the host's own call, which the kernel hears of when it asks. */
    private void setFsBase() {
        a.cmp(RDI, ARCH_SET_FS);
        a.j(Cond.NE, copyArguments);
        a.mov(RAX, Syscall.ARCH_PRCTL);
        a.syscall();
        a.mov(area(Area.RAX), RAX);
        a.test(RAX, RAX);
        a.j(Cond.NE, exitFast);
        a.mov(area(Area.FS_BASE), RSI);
        a.movl(area(Area.FS_SET), 1);
        a.jmp(exitFast);
    }

    /** rseq(RDI, RSI, 0, R10): the host's own, too, once. */
    private void rseq() {
        a.cmpl(area(Area.RSEQ_ALLOWED), 0);
        a.j(Cond.E, copyArguments);
        a.testl(RDX, RDX);
        a.j(Cond.NE, copyArguments);
        a.cmpl(RSI, MOST_RSEQ);
        a.j(Cond.A, copyArguments);
        a.mov(R13, Layout.TASK_SIZE - MOST_RSEQ);
        a.cmp(RDI, R13);
        a.j(Cond.A, copyArguments);
        a.mov(RAX, Syscall.RSEQ);
        a.syscall();
        a.mov(area(Area.RAX), RAX);
        a.test(RAX, RAX);
        a.j(Cond.NE, exitFast);
        a.movl(area(Area.RSEQ_ALLOWED), 0);
        a.mov(area(Area.RSEQ_ADDRESS), RDI);
        a.mov(area(Area.RSEQ_LENGTH), RSI);
        a.mov(area(Area.RSEQ_SIGNATURE), R10);
        a.jmp(exitFast);
    }

    /** getrandom(RDI, RSI, RDX): whole words of what there is, each given but once. R13 how much there is. */
    private void random() {
        a.cmpl(RDX, 1);
        a.j(Cond.A, copyArguments);
        unlessMapped(RDI);
        a.movl(R13, area(Area.RANDOM_LEFT));
        a.cmpl(R13, Area.RANDOM_SIZE); // guest code may have written it
        a.j(Cond.A, copyArguments);
        a.cmp(RSI, R13);
        a.j(Cond.A, copyArguments);
        a.testl(RSI, 7);
        a.j(Cond.NE, copyArguments);
        a.test(RSI, RSI);
        a.j(Cond.E, copyArguments);
        a.movl(RAX, R13);
        a.sub(RAX, RSI);
        a.movl(area(Area.RANDOM_LEFT), RAX);
        Label loop = a.here();
        a.mov(RAX, Mem.at(RBX, R13, 1, Area.RANDOM - 8));
        a.mov(Mem.at(RDI, 0), RAX);
        a.mov(Mem.at(RBX, R13, 1, Area.RANDOM - 8), 0);
        a.add(RDI, 8);
        a.sub(R13, 8);
        a.sub(RSI, 8);
        a.j(Cond.NE, loop);
        a.mov(RAX, area(Area.RSI));
        a.mov(area(Area.RAX), RAX);
        a.jmp(exitFast);
    }

    /** prlimit(0, RSI, NULL, R10). */
    private void limit() {
        a.cmpl(area(Area.LIMITS_KNOWN), 0);
        a.j(Cond.E, copyArguments);
        a.testl(RDI, RDI);
        a.j(Cond.NE, copyArguments);
        a.cmpl(RSI, Rlimit.RLIM_NLIMITS);
        a.j(Cond.AE, copyArguments);
        a.test(RDX, RDX);
        a.j(Cond.NE, copyArguments);
        unlessMapped(R10);
        a.movl(RAX, RSI);
        a.shl(RAX, 4);
        a.mov(R13, Mem.at(RBX, RAX, 1, Area.LIMITS));
        a.mov(R14, Mem.at(RBX, RAX, 1, Area.LIMITS + 8));
        a.mov(Mem.at(R10, 0), R13);
        a.mov(Mem.at(R10, 8), R14);
        answer(0);
    }

    /**
     * rt_sigaction(2) of a signal known to have its default action, which is all zero, when that is asked for, or set once more as C libraries do it, who add SA_RESTORER
     * and an address: posix_spawn(3) does so for every signal. What faults is the kernel's to tell. RCX is kept for that.
     */
    private void sigaction() {
        Label query = new Label(), answer = new Label(), first = new Label(), kept = new Label();
        a.cmp(R10, SigConst.SIGSET_SIZE);
        a.j(Cond.NE, copyArguments);
        a.movl(RAX, RDI);
        a.subl(RAX, 1);
        a.cmpl(RAX, 63);
        a.j(Cond.A, copyArguments);
        a.mov(R13, area(Area.DEFAULT_ACTIONS));
        a.bt(R13, RAX);
        a.j(Cond.AE, copyArguments);
        a.test(RSI, RSI);
        a.j(Cond.E, query);
        a.mov(R13, area(Area.SETTABLE_ACTIONS));
        a.bt(R13, RAX);
        a.j(Cond.AE, copyArguments);
        a.mov(R13, IGNORED);
        a.bt(R13, RAX);
        a.j(Cond.AE, kept);
        a.cmpl(area(Area.LENT), 0); // else nothing is pending
        a.j(Cond.E, copyArguments);
        a.bind(kept);
        unlessMapped(RSI);
        a.bind(stub.own);
        isDefault();
        a.mov(R14, Mem.at(RSI, Sigaction.SA_RESTORER));
        a.cmp(area(Area.SET_ACTIONS), 0);
        a.j(Cond.E, first);
        a.cmp(R14, area(Area.SET_RESTORER));
        a.j(Cond.NE, copyArguments);
        a.bind(first);
        a.test(RDX, RDX);
        a.j(Cond.E, answer);
        a.bind(query);
        unlessMapped(RDX);
        for (int i = 0; i < Sigaction.SIZE; i += 8) {
            a.mov(Mem.at(RDX, i), 0);
        }
        a.bind(answer);
        a.mov(area(Area.RAX), 0);
        a.test(RSI, RSI);
        a.j(Cond.E, exitFast);
        noteAction();
        a.jmp(exitFast);
    }

    /** The action at RSI is the default one but for its restorer; else the call is handed over. */
    private void isDefault() {
        a.cmp(Mem.at(RSI, Sigaction.SA_HANDLER), 0);
        a.j(Cond.NE, copyArguments);
        a.cmp(Mem.at(RSI, Sigaction.SA_FLAGS), (int) SigConst.SA_RESTORER);
        a.j(Cond.NE, copyArguments);
        a.cmp(Mem.at(RSI, Sigaction.SA_MASK), 0);
        a.j(Cond.NE, copyArguments);
    }

    /** Signal EAX + 1 has been given the restorer R14. */
    private void noteAction() {
        a.mov(area(Area.SET_RESTORER), R14);
        a.movl(RCX, RAX);
        a.mov(RDX, 1);
        a.shlCl(RDX);
        a.mov(RAX, area(Area.SET_ACTIONS));
        a.or(RAX, RDX);
        a.mov(area(Area.SET_ACTIONS), RAX);
        a.not(RDX);
        a.mov(RAX, area(Area.DEFAULT_ACTIONS));
        a.and(RAX, RDX);
        a.mov(area(Area.DEFAULT_ACTIONS), RAX);
        a.mov(RAX, 1);
        a.movb(area(Area.ACTIONS_CHANGED), RAX);
    }
}
