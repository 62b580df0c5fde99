package umlaut.kernel.ptrace;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.PtraceConst;
import umlaut.abi.SeccompData;
import umlaut.abi.Signal;
import umlaut.engine.Reg;
import umlaut.engine.UserThread;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.task.Task;

/** PTRACE_GET_SYSCALL_INFO and PTRACE_SET_SYSCALL_INFO: struct ptrace_syscall_info (Linux: kernel/ptrace.c). */
final class SyscallInfo {
    private static final int OP = 0, RESERVED = 1, FLAGS = 2, ARCH = 4, IP = 8, SP = 16, BODY = 24;
    private static final int ENTRY_SIZE = 80, EXIT_SIZE = 33, SECCOMP_SIZE = 84, SIZE = 88;
    private static final int RET_DATA = 80, RESERVED2 = 84;
    private static final int[] ARGUMENTS = {Reg.RDI, Reg.RSI, Reg.RDX, Reg.R10, Reg.R8, Reg.R9};
    private static final long MAX_ERRNO = 4095;

    private SyscallInfo() {}

    private static int operation(Tracee tracee) {
        SigInfo info = tracee.info;
        if (info == null) {
            return PtraceConst.PTRACE_SYSCALL_INFO_NONE;
        }
        if (info.code() == (Signal.SIGTRAP | 0x80)) {
            return tracee.message == PtraceConst.PTRACE_EVENTMSG_SYSCALL_ENTRY
                    ? PtraceConst.PTRACE_SYSCALL_INFO_ENTRY
                    : PtraceConst.PTRACE_SYSCALL_INFO_EXIT;
        }
        return info.code() == (Signal.SIGTRAP | PtraceConst.PTRACE_EVENT_SECCOMP << 8)
                ? PtraceConst.PTRACE_SYSCALL_INFO_SECCOMP
                : PtraceConst.PTRACE_SYSCALL_INFO_NONE;
    }

    /** @return how many bytes there are to tell */
    static long get(Task tracer, Task task, Tracee tracee, long room, long data) {
        byte[] raw = new byte[SIZE];
        MemorySegment out = MemorySegment.ofArray(raw);
        UserThread user = task.user();
        int operation = operation(tracee);
        Le.putByte(out, OP, (byte) operation);
        Le.putInt(out, ARCH, SeccompData.AUDIT_ARCH_X86_64);
        Le.putLong(out, IP, user.reg(Reg.RIP));
        Le.putLong(out, SP, user.reg(Reg.RSP));
        int size = BODY;
        if (operation == PtraceConst.PTRACE_SYSCALL_INFO_EXIT) {
            long result = user.reg(Reg.RAX);
            Le.putLong(out, BODY, result);
            Le.putByte(out, BODY + 8, (byte) (result < 0 && result >= -MAX_ERRNO ? 1 : 0));
            size = EXIT_SIZE;
        } else if (operation != PtraceConst.PTRACE_SYSCALL_INFO_NONE) {
            Le.putLong(out, BODY, (int) task.origRax);
            for (int i = 0; i < ARGUMENTS.length; i++) {
                Le.putLong(out, BODY + 8 + 8L * i, user.reg(ARGUMENTS[i]));
            }
            size = ENTRY_SIZE;
            if (operation == PtraceConst.PTRACE_SYSCALL_INFO_SECCOMP) {
                Le.putInt(out, RET_DATA, (int) tracee.message);
                size = SECCOMP_SIZE;
            }
        }
        int told = (int) (Long.compareUnsigned(room, size) < 0 ? room : size);
        tracer.memory.putBytes(data, Arrays.copyOf(raw, told));
        return size;
    }

    static long set(Task tracer, Task task, Tracee tracee, long room, long data) {
        if (Long.compareUnsigned(room, SIZE) < 0) {
            return Errno.EINVAL.negative();
        }
        MemorySegment in = MemorySegment.ofArray(tracer.memory.bytes(data, SIZE));
        int operation = Le.getUnsignedByte(in, OP);
        if (Le.getByte(in, RESERVED) != 0 || Le.getShort(in, FLAGS) != 0 || operation != operation(tracee)) {
            return Errno.EINVAL.negative();
        }
        UserThread user = task.user();
        return switch (operation) {
            case PtraceConst.PTRACE_SYSCALL_INFO_ENTRY -> setEntry(task, in);
            case PtraceConst.PTRACE_SYSCALL_INFO_SECCOMP ->
                Le.getInt(in, RESERVED2) != 0 ? Errno.EINVAL.negative() : setEntry(task, in);
            case PtraceConst.PTRACE_SYSCALL_INFO_EXIT -> {
                user.setReg(Reg.RAX, Le.getLong(in, BODY));
                yield 0;
            }
            default -> Errno.EINVAL.negative();
        };
    }

    private static long setEntry(Task task, MemorySegment in) {
        long nr = Le.getLong(in, BODY);
        if (nr != (int) nr) {
            return Errno.ERANGE.negative();
        }
        task.origRax = nr;
        for (int i = 0; i < ARGUMENTS.length; i++) {
            task.user().setReg(ARGUMENTS[i], Le.getLong(in, BODY + 8 + 8L * i));
        }
        return 0;
    }
}
