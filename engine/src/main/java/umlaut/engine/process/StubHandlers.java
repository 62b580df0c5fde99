package umlaut.engine.process;

import static umlaut.engine.x86.Gpr.*;

import umlaut.engine.x86.Assembler;
import umlaut.engine.x86.Cond;
import umlaut.engine.x86.Gpr;
import umlaut.engine.x86.Label;
import umlaut.engine.x86.Mem;

/**
 * Signal handlers of guest threads. They run on the alternate stack in the thread's area, which is how they find the area, whatever GS is; every
 * signal is blocked meanwhile. They only rewrite the interrupted context and return, so that the CPU's vector state is the guest's own again
 * when the hand-over begins. Arguments: RDI signal, RSI siginfo, RDX ucontext. See sigaction(2), and struct sigcontext of asm/sigcontext.h.
 */
final class StubHandlers {
    /** The registers of a sigcontext, in its order. */
    static final Gpr[] CONTEXT = {R8, R9, R10, R11, R12, R13, R14, R15, RDI, RSI, RBP, RBX, RDX, RAX, RCX, RSP};

    static final int RIP = 16, FLAGS = 17;
    private static final int SEGMENTS = 18, ERR = 19, TRAPNO = 20, CR2 = 22;
    private static final int TRAP_FLAG = 0x100, DIRECTION_FLAG = 0x400, ALIGNMENT_FLAG = 0x40000;
    private static final int SIGTRAP = 5;

    private final Assembler a;
    private final StubEntry stub;

    final Label systemCall = new Label(), fault = new Label(), interrupt = new Label(), restorer = new Label();
    private final Label saveContext = new Label();
    private final Label faultInfo = new Label();
    private final Label resumeAt = new Label();
    private final Label sigreturn = new Label();

    StubHandlers(Assembler a, StubEntry stub) {
        this.a = a;
        this.stub = stub;
    }

    private static Mem context(int index) {
        return Mem.at(RDX, 40 + 8 * index);
    }

    void assemble(Label textEnd) {
        systemCall();
        fault(textEnd);
        interrupt(textEnd);
        common();
    }

    /** SIGSYS: go in by the common entry, as a trampoline would. */
    private void systemCall() {
        a.bind(systemCall);
        a.cmpl(Mem.at(RSI, 8), 1); // si_code SYS_SECCOMP
        a.j(Cond.NE, fault);
        a.cmpl(Mem.at(RSI, 28), umlaut.host.Bpf.AUDIT_ARCH_X86_64); // si_arch
        a.j(Cond.NE, fault);
        a.mov(RAX, context(RIP));
        a.mov(context(14), RAX); // RCX
        a.lea(RAX, Mem.at(stub.unpatched));
        a.mov(context(RIP), RAX);
        a.mov(RAX, context(FLAGS));
        a.and(RAX, ~TRAP_FLAG);
        a.mov(context(FLAGS), RAX);
        a.jmp(sigreturn);
    }

    /** Puts the area in RBX, RIP in R9, and jumps unless RIP is in stub text. */
    private void prologue(Label textEnd, Label whenGuest) {
        a.mov(RBX, RSP);
        a.and(RBX, -Layout.SLOT_SIZE);
        a.mov(R9, context(RIP));
        a.lea(RAX, Mem.at(textStart));
        a.cmp(R9, RAX);
        a.j(Cond.C, whenGuest);
        a.lea(RAX, Mem.at(textEnd));
        a.cmp(R9, RAX);
        a.j(Cond.AE, whenGuest);
    }

    final Label textStart = new Label();

    private void ifIn(Label from, Label to, Label then) {
        Label not = new Label();
        a.lea(RAX, Mem.at(from));
        a.cmp(R9, RAX);
        a.j(Cond.C, not);
        a.lea(RAX, Mem.at(to));
        a.cmp(R9, RAX);
        a.j(Cond.C, then);
        a.bind(not);
    }

    private void fault(Label textEnd) {
        Label guest = new Label(),
                in = new Label(),
                out = new Label(),
                window = new Label(),
                result = new Label(),
                order = new Label(),
                own = new Label(),
                lent = new Label(),
                file = new Label(),
                lentFile = new Label(),
                exit = new Label();
        a.bind(fault);
        prologue(textEnd, guest);
        ifIn(stub.copyIn, stub.copyInEnd, in);
        ifIn(stub.copyOut, stub.copyOutEnd, out);
        ifIn(stub.copyWindow, stub.copyWindowEnd, window);
        ifIn(stub.result, stub.resultEnd, result);
        ifIn(stub.orderAccess, stub.orderAccessEnd, order);
        ifIn(stub.own, stub.ownEnd, own);
        ifIn(stub.lentAccess, stub.lentAccessEnd, lent);
        ifIn(stub.fileAccess, stub.fileAccessEnd, file);
        ifIn(stub.lentFile, stub.lentFileEnd, lentFile);
        ifIn(stub.exitFast, stub.exitFastEnd, exit);
        ifIn(stub.exitFull, stub.exitFullEnd, exit);
        a.cmpl(RDI, SIGTRAP); // a guest steps itself through the stub
        a.j(Cond.E, sigreturn);
        a.ud2(); // guest code jumped into the stub: SIGILL is blocked, so this ends the process
        fixup(in, stub.copyInFault);
        fixup(out, stub.copyOutFault);
        fixup(window, stub.copyWindowFault);
        fixup(result, stub.resultFault);
        fixup(order, stub.orderFault);
        fixup(own, stub.copyArguments);
        fixup(lent, stub.lentFault);
        fixup(file, stub.fileFault);
        fixup(lentFile, stub.lentFileFault);
        a.bind(exit); // the guest is to go on at an impossible address; its registers are in the area
        a.mov(R12, State.FAULT);
        a.jmp(faultInfo);
        a.bind(guest);
        a.mov(R12, State.FAULT);
        a.jmp(saveContext);
    }

    private void fixup(Label here, Label target) {
        a.bind(here);
        a.lea(RAX, Mem.at(target));
        a.mov(context(RIP), RAX);
        a.jmp(sigreturn);
    }

    private void interrupt(Label textEnd) {
        Label guest = new Label(),
                fast = new Label(),
                full = new Label(),
                futex = new Label(),
                woken = new Label(),
                eintr = new Label();
        a.bind(interrupt);
        prologue(textEnd, guest);
        ifIn(stub.exitFast, stub.exitFastEnd, fast);
        ifIn(stub.exitFull, stub.exitFullEnd, full);
        ifIn(stub.futexStart, stub.futexAfter, eintr);
        ifIn(stub.futexAfter, stub.futexEnd, futex);
        a.movl(Mem.at(RBX, Area.PENDING), 1);
        a.jmp(sigreturn);
        a.bind(futex);
        a.mov(RAX, context(13));
        a.cmp(RAX, -4);
        a.j(Cond.NE, woken);
        a.bind(eintr);
        a.lea(RAX, Mem.at(stub.futexInterrupted));
        a.jmp(resumeAt);
        a.bind(woken);
        a.mov(Mem.at(RBX, Area.RAX), RAX);
        a.bind(fast);
        a.lea(RAX, Mem.at(stub.interruptedFast));
        a.jmp(resumeAt);
        a.bind(full);
        a.lea(RAX, Mem.at(stub.interruptedFull));
        a.jmp(resumeAt);
        a.bind(guest);
        a.mov(R12, State.INTERRUPT);
    }

    /** R12D is the request. Falls in from the interrupt handler. */
    private void common() {
        Label hand = new Label();
        a.bind(saveContext);
        for (int i = 0; i < CONTEXT.length; i++) {
            a.mov(RAX, context(i));
            a.mov(Mem.at(RBX, StubEntry.offset(CONTEXT[i])), RAX);
        }
        a.mov(RAX, context(RIP));
        a.mov(Mem.at(RBX, Area.RIP), RAX);
        a.mov(RAX, context(FLAGS));
        a.mov(Mem.at(RBX, Area.RFLAGS), RAX);
        a.movzxw(RAX, context(SEGMENTS));
        a.mov(Mem.at(RBX, Area.CS), RAX);
        a.movzxw(RAX, Mem.at(RDX, 40 + 8 * SEGMENTS + 6));
        a.mov(Mem.at(RBX, Area.SS), RAX);
        a.cmpl(R12, State.FAULT);
        a.j(Cond.NE, hand);
        a.bind(faultInfo);
        a.movl(RAX, Mem.at(RSI, 0));
        a.mov(Mem.at(RBX, Area.FAULT_SIGNAL), RAX);
        a.movl(RAX, Mem.at(RSI, 8));
        a.mov(Mem.at(RBX, Area.FAULT_CODE), RAX);
        a.mov(RAX, Mem.at(RSI, 16));
        a.mov(Mem.at(RBX, Area.FAULT_ADDRESS), RAX);
        a.mov(RAX, context(TRAPNO));
        a.mov(Mem.at(RBX, Area.FAULT_TRAPNO), RAX);
        a.mov(RAX, context(ERR));
        a.mov(Mem.at(RBX, Area.FAULT_ERR), RAX);
        a.mov(RAX, context(CR2));
        a.mov(Mem.at(RBX, Area.FAULT_CR2), RAX);
        a.bind(hand);
        a.mov(context(3), R12); // R11
        a.lea(RAX, Mem.at(stub.post));
        a.bind(resumeAt);
        a.mov(context(RIP), RAX);
        a.mov(context(11), RBX);
        a.mov(RAX, context(FLAGS));
        a.and(RAX, ~(TRAP_FLAG | DIRECTION_FLAG | ALIGNMENT_FLAG));
        a.mov(context(FLAGS), RAX);
        a.mov(RAX, Mem.at(restoreSegments));
        a.mov(context(SEGMENTS), RAX);
        a.bind(sigreturn);
        a.add(RSP, 8);
        a.bind(restorer);
        a.mov(RAX, 15);
        a.syscall();
        a.ud2();
        a.align(8);
        a.bind(restoreSegments);
        a.quad(0x002b_0000_0000_0033L);
    }

    private final Label restoreSegments = new Label();
}
