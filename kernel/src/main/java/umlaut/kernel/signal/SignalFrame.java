package umlaut.kernel.signal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import umlaut.abi.Fpstate;
import umlaut.abi.Le;
import umlaut.abi.RtSigframe;
import umlaut.abi.SigConst;
import umlaut.abi.Sigcontext;
import umlaut.abi.StackT;
import umlaut.abi.Ucontext;
import umlaut.engine.CpuFeatures;
import umlaut.engine.Reg;
import umlaut.engine.UserThread;
import umlaut.kernel.task.SignalStack;
import umlaut.kernel.task.Task;

/**
 * The frame that a signal handler finds on its stack, and the way back from it: struct rt_sigframe (sigreturn(2);
 * Linux: arch/x86/kernel/signal_64.c and fpu/signal.c).
 *
 * <p>From low to high addresses: return address (the restorer), ucontext, siginfo, a gap, then, 64-byte aligned, the
 * vector state in XSAVE form with the words around it that say
 * how much there is. RSP is 8 above a multiple of 16 at the handler's first instruction, as after a call.
 */
public final class SignalFrame {
    private static final long USER_CODE_SEGMENT = 0x33;
    private static final long USER_STACK_SEGMENT = 0x2b;
    private static final long FLAG_DIRECTION = 1 << 10;
    private static final long FLAG_RESUME = 1 << 16;
    private static final long FLAG_TRAP = 1 << 8;
    /** Flags that sigreturn takes from the frame: AC OF DF TF SF ZF AF PF CF RF. */
    private static final long RESTORABLE_FLAGS = 0x50dd5L;

    private static final int XSAVE_HEADER = 64;

    private static final int CONTEXT = RtSigframe.UC + Ucontext.UC_MCONTEXT;

    private SignalFrame() {}

    /**
     * Makes the task run {@code action}'s handler when it resumes.
     *
     * @param mask the signal mask to go back to
     * @return false if the frame can't be written: the task must get SIGSEGV
     */
    static boolean push(Task task, SigInfo info, SigAction action, long mask) {
        if ((action.flags() & SigConst.SA_RESTORER) == 0) {
            return false;
        }
        UserThread user = task.user();
        CpuFeatures cpu = task.kernel.engine.cpu();
        SignalStack stack = task.signalStack;
        long sp = user.reg(Reg.RSP) - RtSigframe.RED_ZONE;
        boolean onAlternate = stack.active(sp);
        if ((action.flags() & SigConst.SA_ONSTACK) != 0 && stack.size != 0 && !onAlternate) {
            sp = stack.base + stack.size;
            onAlternate = true;
        }
        long vector = sp - (cpu.xsaveSize() + Fpstate.FP_XSTATE_MAGIC2_SIZE) & -64L;
        long frame = (vector - RtSigframe.SIZE & -16L) - 8;
        if (onAlternate && !stack.contains(frame)) {
            return false;
        }
        task.unprovenFrame.keep(task);
        long[] registers = task.unprovenFrame.work;
        user.registers(registers);
        MemorySegment built = task.memory.build(RtSigframe.SIZE);
        fill(task, built, info, action, mask, vector);
        if (user.write(frame, built, 0, RtSigframe.SIZE) != RtSigframe.SIZE || !saveVectors(task, vector, cpu)) {
            return false;
        }
        // A handler starts with fresh vector state, as any function that the C library calls first would.
        user.resetVectorState();
        if ((stack.flags & SigConst.SS_AUTODISARM) == 0) {
            user.maskLoan().frame(frame, new long[] {stack.base, stack.flags, stack.size});
        } else {
            user.maskLoan().forgetFrame();
        }
        registers[Reg.RDI] = info.signo();
        registers[Reg.RSI] = frame + RtSigframe.INFO;
        registers[Reg.RDX] = frame + RtSigframe.UC;
        registers[Reg.RAX] = 0;
        registers[Reg.RIP] = action.handler();
        registers[Reg.RSP] = frame;
        registers[Reg.RFLAGS] &= ~(FLAG_DIRECTION | FLAG_RESUME | FLAG_TRAP);
        user.setRegisters(registers);
        return true;
    }

    private static void fill(Task task, MemorySegment f, SigInfo info, SigAction action, long mask, long vector) {
        Le.putLong(f, RtSigframe.PRETCODE, action.restorer());
        long uc = RtSigframe.UC;
        Le.putLong(
                f,
                uc + Ucontext.UC_FLAGS,
                Ucontext.UC_FP_XSTATE | Ucontext.UC_SIGCONTEXT_SS | Ucontext.UC_STRICT_RESTORE_SS);
        SignalStack stack = task.signalStack;
        Le.putLong(f, uc + Ucontext.UC_STACK + StackT.SS_SP, stack.base);
        Le.putInt(f, uc + Ucontext.UC_STACK + StackT.SS_FLAGS, stack.flags);
        Le.putLong(f, uc + Ucontext.UC_STACK + StackT.SS_SIZE, stack.size);
        Le.putLong(f, uc + Ucontext.UC_SIGMASK, mask);
        long[] registers = task.unprovenFrame.work;
        long[] context = task.unprovenFrame.context;
        for (int i = 0; i < REGISTERS.length; i++) {
            context[i] = registers[REGISTERS[i]];
        }
        MemorySegment.copy(context, 0, f, ValueLayout.JAVA_LONG_UNALIGNED, CONTEXT + Sigcontext.R8, context.length);
        Le.putShort(f, CONTEXT + Sigcontext.CS, (int) USER_CODE_SEGMENT);
        Le.putShort(f, CONTEXT + Sigcontext.SS, (int) USER_STACK_SEGMENT);
        SigInfo fault = task.lastFault;
        if (fault != null) {
            Le.putLong(f, CONTEXT + Sigcontext.ERR, fault.errorCode());
            Le.putLong(f, CONTEXT + Sigcontext.TRAPNO, fault.trapNumber());
            Le.putLong(f, CONTEXT + Sigcontext.CR2, task.lastFaultAddress);
        }
        Le.putLong(f, CONTEXT + Sigcontext.OLDMASK, mask);
        Le.putLong(f, CONTEXT + Sigcontext.FPSTATE, vector);
        if ((action.flags() & SigConst.SA_SIGINFO) != 0) {
            SigInfoLayout.write(f, RtSigframe.INFO, info);
        }
    }

    /** The XSAVE area, with the words that the CPU leaves to software, and the second magic number behind it. */
    private static boolean saveVectors(Task task, long vector, CpuFeatures cpu) {
        UserThread user = task.user();
        // With the XSAVE header behind it, cleared: XSAVE leaves its reserved part alone, and XRSTOR faults on what the
        // stack had there.
        MemorySegment software = task.memory.build(Fpstate.SIZE - Fpstate.SW_RESERVED + XSAVE_HEADER);
        int base = Fpstate.SW_RESERVED;
        Le.putInt(software, Fpstate.SW_MAGIC1 - base, Fpstate.FP_XSTATE_MAGIC1);
        Le.putInt(software, Fpstate.SW_EXTENDED_SIZE - base, cpu.xsaveSize() + Fpstate.FP_XSTATE_MAGIC2_SIZE);
        Le.putLong(software, Fpstate.SW_XFEATURES - base, cpu.xfeatures());
        Le.putInt(software, Fpstate.SW_XSTATE_SIZE - base, cpu.xsaveSize());
        long size = software.byteSize();
        if (user.write(vector + base, software, 0, size) != size) {
            return false;
        }
        MemorySegment magic = task.memory.build(Fpstate.FP_XSTATE_MAGIC2_SIZE);
        Le.putInt(magic, 0, Fpstate.FP_XSTATE_MAGIC2);
        return user.write(vector + cpu.xsaveSize(), magic, 0, Fpstate.FP_XSTATE_MAGIC2_SIZE)
                        == Fpstate.FP_XSTATE_MAGIC2_SIZE
                && user.saveVectorState(vector);
    }

    /**
     * rt_sigreturn(2): takes registers, mask, alternate stack and vector state back from the frame.
     *
     * @return false if the frame can't be read: the task must get SIGSEGV
     */
    static boolean pop(Task task) {
        UserThread user = task.user();
        long frame = user.reg(Reg.RSP) - 8;
        MemorySegment f = task.user().copiedIn(frame + RtSigframe.UC, Ucontext.SIZE);
        if (f == null) {
            f = task.memory.build(Ucontext.SIZE);
            if (user.read(frame + RtSigframe.UC, f, 0, Ucontext.SIZE) != Ucontext.SIZE) {
                return false;
            }
        }
        long mask = Le.getLong(f, Ucontext.UC_SIGMASK);
        int context = Ucontext.UC_MCONTEXT;
        long vector = Le.getLong(f, context + Sigcontext.FPSTATE);
        long[] registers = task.unprovenFrame.work;
        long oldFlags = user.reg(Reg.RFLAGS);
        long[] saved = task.unprovenFrame.context;
        MemorySegment.copy(f, ValueLayout.JAVA_LONG_UNALIGNED, context + Sigcontext.R8, saved, 0, saved.length);
        for (int i = 0; i < REGISTERS.length; i++) {
            registers[REGISTERS[i]] = saved[i];
        }
        registers[Reg.RFLAGS] = oldFlags & ~RESTORABLE_FLAGS | registers[Reg.RFLAGS] & RESTORABLE_FLAGS;
        long stackBase = Le.getLong(f, Ucontext.UC_STACK + StackT.SS_SP);
        long stackSize = Le.getLong(f, Ucontext.UC_STACK + StackT.SS_SIZE);
        int stackFlags = Le.getInt(f, Ucontext.UC_STACK + StackT.SS_FLAGS);
        user.maskLoan().forgetFrame();
        user.setRegisters(registers);
        if (!restoreVectors(task, vector)) {
            return false;
        }
        task.setBlockedSignals(mask);
        task.signalStack.set(stackBase, stackSize, stackFlags, registers[Reg.RSP]);
        return true;
    }

    private static boolean restoreVectors(Task task, long vector) {
        UserThread user = task.user();
        if (vector == 0) {
            user.resetVectorState();
            return true;
        }
        task.unprovenFrame.keep(task);
        return user.loadVectorState(vector);
    }

    /** Our register numbers, in the order in which struct sigcontext has them, without a gap from R8 on. */
    static final int[] REGISTERS = {
        Reg.R8,
        Reg.R9,
        Reg.R10,
        Reg.R11,
        Reg.R12,
        Reg.R13,
        Reg.R14,
        Reg.R15,
        Reg.RDI,
        Reg.RSI,
        Reg.RBP,
        Reg.RBX,
        Reg.RDX,
        Reg.RAX,
        Reg.RCX,
        Reg.RSP,
        Reg.RIP,
        Reg.RFLAGS
    };
}
