package umlaut.kernel.seccomp;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Le;
import umlaut.abi.SeccompData;
import umlaut.abi.SiCode;
import umlaut.abi.Signal;
import umlaut.engine.Reg;
import umlaut.kernel.coredump.CoreDump;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskExit;
import umlaut.kernel.task.TaskLoop;

/**
 * PR_SET_SYSCALL_USER_DISPATCH (Linux: kernel/entry/syscall_user_dispatch.c): while a byte of its memory says so, a thread's system calls raise SIGSYS instead. For emulators of other
 * systems; no wall, since the thread can change the byte.
 *
 * @param offset begin of a range of text
 * @param length how long it is
 * @param inclusive calls from the range are those that may raise, else those that never do
 * @param selector address of the byte; 0: calls always raise
 */
public record UserDispatch(long offset, long length, boolean inclusive, long selector) {
    private static final int OFF = 0, EXCLUSIVE_ON = 1, INCLUSIVE_ON = 2;
    private static final byte ALLOW = 0, BLOCK = 1;
    /** struct ptrace_sud_config: mode, selector, offset, len. */
    private static final int CONFIGURATION_SIZE = 32, SELECTOR = 8, OFFSET = 16, LENGTH = 24;

    /** @return 0 or -errno */
    public static long set(Task task, long mode, long offset, long length, long selector) {
        if (mode == OFF) {
            if ((offset | length | selector) != 0) {
                return Errno.EINVAL.negative();
            }
            task.setUserDispatch(null);
            return 0;
        }
        boolean inclusive = mode == INCLUSIVE_ON;
        boolean wraps = Long.compareUnsigned(offset + length, offset) <= 0;
        if (mode != EXCLUSIVE_ON && !inclusive || wraps && (inclusive || offset != 0)) {
            return Errno.EINVAL.negative();
        }
        if (Long.compareUnsigned(selector, task.kernel.engine.taskSize()) >= 0) {
            return Errno.EFAULT.negative();
        }
        task.setUserDispatch(new UserDispatch(offset, length, inclusive, selector));
        return 0;
    }

    /** PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG. */
    public static long setOf(Task tracer, Task of, long size, long address) {
        if (size != CONFIGURATION_SIZE) {
            return Errno.EINVAL.negative();
        }
        MemorySegment in = tracer.memory.struct(address, CONFIGURATION_SIZE);
        return set(of, Le.getLong(in, 0), Le.getLong(in, OFFSET), Le.getLong(in, LENGTH), Le.getLong(in, SELECTOR));
    }

    /** PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG. */
    public static long getOf(Task tracer, Task of, long size, long address) {
        if (size != CONFIGURATION_SIZE) {
            return Errno.EINVAL.negative();
        }
        MemorySegment out = tracer.memory.build(CONFIGURATION_SIZE);
        UserDispatch now = of.userDispatch();
        if (now != null) {
            Le.putLong(out, 0, EXCLUSIVE_ON); // as Linux tells of both kinds
            Le.putLong(out, SELECTOR, now.selector);
            Le.putLong(out, OFFSET, now.offset);
            Le.putLong(out, LENGTH, now.length);
        }
        tracer.memory.write(address, out);
        return 0;
    }

    /** At the entry of a system call, before tracers and filters. @return {@link Seccomp#PASS}, or what the call is to return */
    public long check(Task task, int nr) {
        long rip = task.user().reg(Reg.RIP);
        boolean within = Long.compareUnsigned(rip - offset, length) < 0;
        if (within != inclusive || selector != 0 && !blocked(task)) {
            return Seccomp.PASS;
        }
        task.user().setReg(Reg.RAX, nr);
        Signals.force(task, signal(nr, rip));
        return TaskLoop.KEEP_REGISTERS;
    }

    private boolean blocked(Task task) {
        byte state;
        try {
            state = task.memory.getByte(selector);
        } catch (ErrnoException e) {
            throw end(task, Signal.SIGSEGV);
        }
        if (state != ALLOW && state != BLOCK) {
            throw end(task, Signal.SIGSYS);
        }
        return state == BLOCK;
    }

    private static TaskExit end(Task task, int signo) {
        CoreDump.endWith(task, SigInfo.kernel(signo));
        return TaskExit.now();
    }

    private static SigInfo signal(int nr, long rip) {
        return new SigInfo(Signal.SIGSYS, SiCode.SYS_USER_DISPATCH, 0, 0, SeccompData.AUDIT_ARCH_X86_64, nr, rip, 0, 0);
    }
}
