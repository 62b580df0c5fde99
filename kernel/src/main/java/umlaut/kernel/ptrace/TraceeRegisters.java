package umlaut.kernel.ptrace;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.Fpstate;
import umlaut.abi.Le;
import umlaut.abi.UserRegs;
import umlaut.engine.Reg;
import umlaut.engine.UserThread;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.task.Task;

/**
 * The registers of a thread that is in the kernel, as ptrace(2) and core files show them: struct user_regs_struct, struct user, and the XSAVE image (Linux: arch/x86/kernel/ptrace.c,
 * fpu/regset.c).
 */
public final class TraceeRegisters {
    private static final long TRAP_FLAG = 0x100;
    /** CF PF AF ZF SF TF DF OF NT RF AC. */
    private static final long SETTABLE_FLAGS = 0x54dd5L;

    private static final long USER_CS = 0x33, USER_DS = 0x2b;

    /** Bytes of struct user, and where its debug registers stand. */
    static final int USER_SIZE = 912;

    static final int USER_DEBUGREG = 848;

    /** Bytes of struct user_fpregs_struct: the FXSAVE image without what software keeps there. */
    public static final int FPREGS_SIZE = 512;

    private static final int FX_USED = 416;
    private static final int MXCSR_MASK = 0xffff;

    /** Our number for each word of struct user_regs_struct, -1 for those that are none of the engine's. */
    private static final int[] WORDS = {
        Reg.R15,
        Reg.R14,
        Reg.R13,
        Reg.R12,
        Reg.RBP,
        Reg.RBX,
        Reg.R11,
        Reg.R10,
        Reg.R9,
        Reg.R8,
        Reg.RAX,
        Reg.RCX,
        Reg.RDX,
        Reg.RSI,
        Reg.RDI,
        -1,
        Reg.RIP,
        -1,
        Reg.RFLAGS,
        Reg.RSP,
        -1,
        Reg.FS_BASE,
        Reg.GS_BASE,
        -1,
        -1,
        -1,
        -1
    };

    private TraceeRegisters() {}

    /** @param offset in struct user_regs_struct, a multiple of 8 */
    static long get(Task task, int offset) {
        UserThread user = task.user();
        return switch (offset) {
            case UserRegs.ORIG_RAX -> task.origRax;
            case UserRegs.CS -> USER_CS;
            case UserRegs.SS -> USER_DS;
            case UserRegs.DS, UserRegs.ES, UserRegs.FS, UserRegs.GS -> 0;
            case UserRegs.EFLAGS -> {
                Tracee tracee = task.tracee();
                long flags = user.reg(Reg.RFLAGS);
                yield tracee != null && tracee.forcedTrapFlag ? flags & ~TRAP_FLAG : flags;
            }
            default -> user.reg(WORDS[offset / Long.BYTES]);
        };
    }

    /** All of struct user_regs_struct. */
    public static void copyTo(Task task, MemorySegment out, long at) {
        for (int offset = 0; offset < UserRegs.SIZE; offset += Long.BYTES) {
            Le.putLong(out, at + offset, get(task, offset));
        }
    }

    /** @return 0 or -EIO */
    static long set(Task task, int offset, long value) {
        UserThread user = task.user();
        switch (offset) {
            case UserRegs.ORIG_RAX -> task.origRax = value;
            case UserRegs.CS -> {
                return value == USER_CS ? 0 : Errno.EIO.negative();
            }
            case UserRegs.SS -> {
                return value == USER_DS ? 0 : Errno.EIO.negative();
            }
            case UserRegs.DS, UserRegs.ES, UserRegs.FS, UserRegs.GS -> {
                return (value & ~0xffffL) == 0 ? 0 : Errno.EIO.negative();
            }
            case UserRegs.EFLAGS -> setFlags(task, value);
            case UserRegs.FS_BASE -> {
                if (Long.compareUnsigned(value, task.kernel.engine.taskSize()) >= 0) {
                    return Errno.EIO.negative();
                }
                user.setReg(Reg.FS_BASE, value);
            }
            case UserRegs.GS_BASE -> {
                return value == 0 ? 0 : Errno.EIO.negative();
            }
            default -> user.setReg(WORDS[offset / Long.BYTES], value);
        }
        if (offset == UserRegs.ORIG_RAX || offset == UserRegs.RAX) {
            settleRestart(task);
        }
        return 0;
    }

    private static void setFlags(Task task, long value) {
        UserThread user = task.user();
        Tracee tracee = task.tracee();
        long fresh = user.reg(Reg.RFLAGS) & ~SETTABLE_FLAGS | value & SETTABLE_FLAGS;
        if (tracee != null && (value & TRAP_FLAG) != 0) {
            tracee.forcedTrapFlag = false;
        } else if (tracee != null && tracee.forcedTrapFlag) {
            fresh |= TRAP_FLAG;
        }
        user.setReg(Reg.RFLAGS, fresh);
    }

    /** Whether an interrupted call starts again is in RAX and ORIG_RAX, which the tracer may change. */
    private static void settleRestart(Task task) {
        long result = task.user().reg(Reg.RAX);
        boolean again = (int) task.origRax != -1 && Restart.isRestart(result);
        task.interruptedResult = again ? result : 0;
        task.interruptedNr = (int) task.origRax;
    }

    /** @param in of any length up to the struct's, whole words. @return 0 or -errno; what stands in front of a bad word is set */
    static long setAll(Task task, MemorySegment in) {
        for (int offset = 0; offset + Long.BYTES <= in.byteSize(); offset += Long.BYTES) {
            long error = set(task, offset, Le.getLong(in, offset));
            if (error != 0) {
                return error;
            }
        }
        return 0;
    }

    /** PTRACE_PEEKUSER. */
    static long peekUser(Task task, Tracee tracee, long offset) {
        if (offset < UserRegs.SIZE) {
            return get(task, (int) offset);
        }
        long n = (offset - USER_DEBUGREG) / Long.BYTES;
        return offset >= USER_DEBUGREG && n < DebugRegisters.COUNT ? tracee.debug.get((int) n) : 0;
    }

    /** PTRACE_POKEUSER. @return 0 or -errno */
    static long pokeUser(Task task, Tracee tracee, long offset, long value) {
        if (offset < UserRegs.SIZE) {
            return set(task, (int) offset, value);
        }
        long n = (offset - USER_DEBUGREG) / Long.BYTES;
        if (offset < USER_DEBUGREG || n >= DebugRegisters.COUNT) {
            return Errno.EIO.negative();
        }
        return tracee.debug.set(task, (int) n, value);
    }

    // --- vectors ---

    /** NT_X86_XSTATE: the XSAVE image with XCR0 where debuggers look for it. A copy. */
    public static byte[] xstate(Task task) {
        byte[] image = task.user().vectorState().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        MemorySegment m = MemorySegment.ofArray(image);
        Le.clear(m, FX_USED, FPREGS_SIZE - FX_USED);
        Le.putLong(m, Fpstate.SW_RESERVED, task.kernel.engine.cpu().xfeatures());
        return image;
    }

    /** NT_PRFPREG: struct user_fpregs_struct. A copy. */
    public static byte[] fpregs(Task task) {
        byte[] image = java.util.Arrays.copyOf(xstate(task), FPREGS_SIZE);
        Le.clear(MemorySegment.ofArray(image), FX_USED, FPREGS_SIZE - FX_USED);
        return image;
    }

    /** @param in as long as the image. @return 0 or -EINVAL */
    static long setXstate(Task task, MemorySegment in) {
        long features = task.kernel.engine.cpu().xfeatures();
        if ((Le.getLong(in, Fpstate.XSAVE_HEADER) & ~features) != 0 || badMxcsr(in)) {
            return Errno.EINVAL.negative();
        }
        for (int i = 8; i < Fpstate.XSAVE_HEADER_SIZE; i += 8) {
            if (Le.getLong(in, Fpstate.XSAVE_HEADER + i) != 0) {
                return Errno.EINVAL.negative();
            }
        }
        MemorySegment image = task.user().vectorState();
        MemorySegment.copy(in, 0, image, 0, FX_USED);
        MemorySegment.copy(in, Fpstate.XSAVE_HEADER, image, Fpstate.XSAVE_HEADER, in.byteSize() - Fpstate.XSAVE_HEADER);
        task.user().vectorStateChanged();
        return 0;
    }

    /** The x87 and SSE part; whole words from the start on. @return 0 or -EINVAL */
    static long setFpregs(Task task, MemorySegment in) {
        MemorySegment image = task.user().vectorState();
        if (in.byteSize() >= Fpstate.MXCSR + 4 && badMxcsr(in)) {
            return Errno.EINVAL.negative();
        }
        MemorySegment.copy(in, 0, image, 0, Math.min(in.byteSize(), FX_USED));
        Le.putLong(image, Fpstate.XSAVE_HEADER, Le.getLong(image, Fpstate.XSAVE_HEADER) | 3);
        task.user().vectorStateChanged();
        return 0;
    }

    private static boolean badMxcsr(MemorySegment in) {
        return (Le.getInt(in, Fpstate.MXCSR) & ~MXCSR_MASK) != 0;
    }
}
