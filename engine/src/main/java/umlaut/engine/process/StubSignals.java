package umlaut.engine.process;

import static umlaut.engine.x86.Gpr.*;

import umlaut.abi.RtSigframe;
import umlaut.abi.Sigcontext;
import umlaut.abi.Ucontext;
import umlaut.engine.x86.Assembler;
import umlaut.engine.x86.Cond;
import umlaut.engine.x86.Label;
import umlaut.engine.x86.Mem;
import umlaut.host.Syscall;

/**
 * rt_sigprocmask(2), and rt_sigreturn(2) from the frame that the kernel pushed last, as the guest thread does them by itself while its signal mask is lent to it: no signal is pending
 * then, so that a mask is just a word. Everything out of the ordinary goes to the kernel as if nothing had been.
 *
 * <p>The word LENT works as {@link StubLease}'s: the kernel takes the mask back before it makes a signal pending, and waits for a stub that is BUSY.
 */
final class StubSignals {
    private static final int SIGSET_SIZE = 8;
    /** What sigreturn takes from a frame's flags: AC OF DF TF SF ZF AF PF CF RF. */
    private static final int RESTORABLE_FLAGS = 0x50dd5;

    /** SIGKILL and SIGSTOP can't be blocked. */
    static final long BLOCKABLE = ~(1L << 8 | 1L << 18);

    private static final int CONTEXT = RtSigframe.UC + Ucontext.UC_MCONTEXT;

    private final Assembler a;
    private final StubEntry stub;
    private final long xfeatures;
    private final Label refused = new Label();

    StubSignals(Assembler a, StubEntry stub, long xfeatures) {
        this.a = a;
        this.stub = stub;
        this.xfeatures = xfeatures;
    }

    private static Mem area(int offset) {
        return Mem.at(RBX, offset);
    }

    /** RAX the call's number, R11 the request, RCX its entry of the copy table, the arguments in their registers. */
    void assemble() {
        Label sigreturn = new Label();
        a.bind(stub.lentCall);
        stub.oftenIfTrapped(stub.copyArguments);
        a.cmpl(area(Area.HAND_OVER), 0);
        a.j(Cond.NE, stub.copyArguments);
        a.movl(R12, RAX);
        a.mov(RAX, StubLease.LEASED);
        a.mov(R13, StubLease.LEASED | StubLease.BUSY);
        a.lockCmpxchgl(area(Area.LENT), R13);
        a.j(Cond.NE, stub.copyArguments);
        a.cmpl(R12, Syscall.RT_SIGRETURN);
        a.j(Cond.E, sigreturn);
        a.cmp(R10, SIGSET_SIZE);
        a.j(Cond.NE, refused);
        a.bind(stub.lentAccess);
        procmask();
        a.bind(sigreturn);
        sigreturn();

        a.bind(stub.lentFault);
        a.bind(refused);
        a.lockAndl(area(Area.LENT), ~StubLease.BUSY);
        a.movl(RAX, area(Area.RAX));
        a.andl(RAX, CopyTable.SIZE - 1); // guest code may have written it
        a.lea(RCX, Mem.at(stub.copyTable));
        a.mov(RCX, Mem.at(RCX, RAX, 8, 0));
        a.mov(R11, State.SYSCALL);
        a.jmp(stub.copyArguments);
    }

    /** RDI how, RSI the set or 0, RDX where the old one goes or 0. */
    private void procmask() {
        Label query = new Label(), unblock = new Label(), set = new Label(), answer = new Label();
        a.mov(R13, area(Area.MASK));
        a.mov(R14, R13);
        a.test(RSI, RSI);
        a.j(Cond.E, query);
        a.mov(RAX, Mem.at(RSI, 0));
        a.cmpl(RDI, 1);
        a.j(Cond.E, unblock);
        a.j(Cond.A, set);
        a.or(R14, RAX);
        a.jmp(query);
        a.bind(unblock);
        a.not(RAX);
        a.and(R14, RAX);
        a.jmp(query);
        a.bind(set);
        a.cmpl(RDI, 2);
        a.j(Cond.NE, refused);
        a.mov(R14, RAX);
        a.bind(query);
        a.test(RDX, RDX);
        a.j(Cond.E, answer);
        a.mov(Mem.at(RDX, 0), R13);
        a.bind(answer);
        newMask();
        a.mov(area(Area.RAX), 0);
        a.lockAndl(area(Area.LENT), ~StubLease.BUSY);
        a.jmp(stub.exitFast);
    }

    /** R14 is what the mask shall be. */
    private void newMask() {
        a.mov(RAX, BLOCKABLE);
        a.and(R14, RAX);
        a.mov(area(Area.MASK), R14);
        a.mov(RAX, 1);
        a.movb(area(Area.MASK_CHANGED), RAX);
    }

    /** Looks at all of the frame before anything changes; vector state first, since that may fail. */
    private void sigreturn() {
        a.mov(RSI, area(Area.RSP));
        a.sub(RSI, 8);
        a.cmp(RSI, area(Area.FRAME));
        a.j(Cond.NE, refused);
        for (int i = 0; i < 3; i++) {
            a.mov(RAX, Mem.at(RSI, RtSigframe.UC + Ucontext.UC_STACK + 8 * i));
            a.cmp(RAX, area(Area.FRAME_STACK + 8 * i));
            a.j(Cond.NE, refused);
        }
        for (int i = 0; i <= StubHandlers.FLAGS; i++) {
            a.mov(RAX, Mem.at(RSI, CONTEXT + Sigcontext.R8 + 8 * i));
            a.mov(area(Area.FRAME_REGISTERS + 8 * i), RAX);
        }
        a.mov(RAX, area(Area.FRAME_REGISTERS + 8 * StubHandlers.RIP));
        a.cmp(RAX, area(Area.FRAME_RIP));
        a.j(Cond.NE, refused);
        a.mov(R14, Mem.at(RSI, RtSigframe.UC + Ucontext.UC_SIGMASK));
        a.mov(RDI, Mem.at(RSI, CONTEXT + Sigcontext.FPSTATE));
        a.test(RDI, RDI);
        a.j(Cond.E, refused);
        a.mov(RAX, xfeatures & 0xffffffffL);
        a.mov(RDX, xfeatures >>> 32);
        a.xrstor(Mem.at(RDI, 0));
        a.bind(stub.lentAccessEnd);
        newMask();
        a.mov(RCX, area(Area.FRAME_REGISTERS + 8 * StubHandlers.FLAGS));
        a.and(RCX, RESTORABLE_FLAGS);
        a.mov(RAX, area(Area.RFLAGS));
        a.and(RAX, ~RESTORABLE_FLAGS);
        a.or(RAX, RCX);
        a.mov(area(Area.RFLAGS), RAX);
        for (int i = 0; i < StubHandlers.CONTEXT.length; i++) {
            a.mov(RAX, area(Area.FRAME_REGISTERS + 8 * i));
            a.mov(area(StubEntry.offset(StubHandlers.CONTEXT[i])), RAX);
        }
        a.mov(RAX, area(Area.FRAME_HOST_RIP));
        a.mov(area(Area.RIP), RAX);
        a.mov(area(Area.CS), 0x33);
        a.mov(area(Area.SS), 0x2b);
        a.mov(area(Area.FRAME), 0);
        a.lockAndl(area(Area.LENT), ~StubLease.BUSY);
        a.jmp(stub.exitFull);
    }
}
