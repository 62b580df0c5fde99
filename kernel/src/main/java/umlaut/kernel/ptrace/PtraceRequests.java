package umlaut.kernel.ptrace;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import umlaut.abi.ElfNhdr;
import umlaut.abi.Errno;
import umlaut.abi.Iovec;
import umlaut.abi.Le;
import umlaut.abi.PtraceConst;
import umlaut.abi.SigConst;
import umlaut.abi.Siginfo;
import umlaut.abi.UserRegs;
import umlaut.engine.RseqArea;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.mm.PokedMemory;
import umlaut.kernel.seccomp.UserDispatch;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.SigInfoLayout;
import umlaut.kernel.task.PrctlCalls;
import umlaut.kernel.task.Task;

/** ptrace(2)'s looks into a stopped tracee: memory, registers, signals (Linux: ptrace_request and arch_ptrace). */
final class PtraceRequests {
    private static final int NT_X86_SHSTK = 0x204, NT_IOPERM = 0x201;
    private static final int PEEK_ARGS_SIZE = 16;
    private static final int RSEQ_CONFIGURATION_SIZE = 24;

    private PtraceRequests() {}

    /** The tracer holds {@link Tracee#access}. @throws umlaut.abi.ErrnoException EFAULT for the tracer's own memory */
    static long request(Task tracer, Task task, Tracee tracee, int number, long addr, long data) {
        return switch (number) {
            case PtraceConst.PTRACE_PEEKTEXT, PtraceConst.PTRACE_PEEKDATA -> peek(tracer, task, addr, data);
            case PtraceConst.PTRACE_POKETEXT, PtraceConst.PTRACE_POKEDATA -> poke(task, addr, data);
            case PtraceConst.PTRACE_PEEKUSR -> {
                if (badUserOffset(addr)) {
                    yield Errno.EIO.negative();
                }
                tracer.memory.putLong(data, TraceeRegisters.peekUser(task, tracee, addr));
                yield 0;
            }
            case PtraceConst.PTRACE_POKEUSR ->
                badUserOffset(addr) ? Errno.EIO.negative() : TraceeRegisters.pokeUser(task, tracee, addr, data);
            case PtraceConst.PTRACE_GETREGS -> {
                tracer.memory.putBytes(data, registers(task));
                yield 0;
            }
            case PtraceConst.PTRACE_SETREGS ->
                TraceeRegisters.setAll(task, MemorySegment.ofArray(tracer.memory.bytes(data, UserRegs.SIZE)));
            case PtraceConst.PTRACE_GETFPREGS -> {
                tracer.memory.putBytes(data, TraceeRegisters.fpregs(task));
                yield 0;
            }
            case PtraceConst.PTRACE_SETFPREGS ->
                TraceeRegisters.setFpregs(
                        task, MemorySegment.ofArray(tracer.memory.bytes(data, TraceeRegisters.FPREGS_SIZE)));
            case PtraceConst.PTRACE_GETREGSET -> regset(tracer, task, addr, data, false);
            case PtraceConst.PTRACE_SETREGSET -> regset(tracer, task, addr, data, true);
            case PtraceConst.PTRACE_ARCH_PRCTL -> PrctlCalls.archPrctlOf(tracer, task, (int) data, addr);
            case PtraceConst.PTRACE_GET_SYSCALL_INFO -> SyscallInfo.get(tracer, task, tracee, addr, data);
            case PtraceConst.PTRACE_SET_SYSCALL_INFO -> SyscallInfo.set(tracer, task, tracee, addr, data);
            default -> signals(tracer, task, tracee, number, addr, data);
        };
    }

    private static long signals(Task tracer, Task task, Tracee tracee, int number, long addr, long data) {
        return switch (number) {
            case PtraceConst.PTRACE_GETEVENTMSG -> {
                tracer.memory.putLong(data, tracee.message);
                yield 0;
            }
            case PtraceConst.PTRACE_GETSIGINFO -> getSigInfo(tracer, tracee, data);
            case PtraceConst.PTRACE_SETSIGINFO -> setSigInfo(tracer, tracee, data);
            case PtraceConst.PTRACE_PEEKSIGINFO -> peekSigInfo(tracer, task, addr, data);
            case PtraceConst.PTRACE_GETSIGMASK -> {
                if (addr != SigConst.SIGSET_SIZE) {
                    yield Errno.EINVAL.negative();
                }
                Long saved = task.savedSignalMask;
                tracer.memory.putLong(data, saved != null ? saved : task.blockedSignals());
                yield 0;
            }
            case PtraceConst.PTRACE_SETSIGMASK -> {
                if (addr != SigConst.SIGSET_SIZE) {
                    yield Errno.EINVAL.negative();
                }
                task.savedSignalMask = null;
                task.setBlockedSignals(tracer.memory.getLong(data));
                yield 0;
            }
            case PtraceConst.PTRACE_SECCOMP_GET_FILTER -> SeccompRequests.filter(tracer, task, addr, data);
            case PtraceConst.PTRACE_SECCOMP_GET_METADATA -> SeccompRequests.metadata(tracer, task, addr, data);
            case PtraceConst.PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG -> UserDispatch.setOf(tracer, task, addr, data);
            case PtraceConst.PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG -> UserDispatch.getOf(tracer, task, addr, data);
            case PtraceConst.PTRACE_GET_RSEQ_CONFIGURATION -> {
                if (addr != RSEQ_CONFIGURATION_SIZE) {
                    yield Errno.EINVAL.negative();
                }
                byte[] configuration = new byte[RSEQ_CONFIGURATION_SIZE];
                RseqArea area = task.user().rseqArea();
                if (area != null) {
                    MemorySegment out = MemorySegment.ofArray(configuration);
                    Le.putLong(out, 0, area.address());
                    Le.putInt(out, 8, area.length());
                    Le.putInt(out, 12, area.signature());
                }
                tracer.memory.putBytes(data, configuration);
                yield RSEQ_CONFIGURATION_SIZE;
            }
            default -> Errno.EIO.negative();
        };
    }

    // --- memory ---

    private static boolean badUserOffset(long addr) {
        return (addr & 7) != 0 || addr < 0 || addr >= TraceeRegisters.USER_SIZE;
    }

    private static long peek(Task tracer, Task task, long addr, long data) {
        MemorySegment word = MemorySegment.ofArray(new long[1]);
        Mm mm = task.mmOrNull();
        if (mm == null || PokedMemory.read(mm, addr, word, 0, Long.BYTES) != Long.BYTES) {
            return Errno.EIO.negative();
        }
        tracer.memory.putLong(data, Le.getLong(word, 0));
        return 0;
    }

    private static long poke(Task task, long addr, long value) {
        MemorySegment word = MemorySegment.ofArray(new long[] {value});
        Mm mm = task.mmOrNull();
        return mm != null && PokedMemory.write(mm, addr, word, 0, Long.BYTES) == Long.BYTES ? 0 : Errno.EIO.negative();
    }

    // --- registers ---

    private static byte[] registers(Task task) {
        byte[] out = new byte[UserRegs.SIZE];
        TraceeRegisters.copyTo(task, MemorySegment.ofArray(out), 0);
        return out;
    }

    private static long regset(Task tracer, Task task, long type, long iov, boolean set) {
        long base = tracer.memory.getLong(iov + Iovec.IOV_BASE);
        long length = tracer.memory.getLong(iov + Iovec.IOV_LEN);
        int size = switch ((int) type) {
            case ElfNhdr.NT_PRSTATUS -> UserRegs.SIZE;
            case ElfNhdr.NT_PRFPREG -> TraceeRegisters.FPREGS_SIZE;
            case ElfNhdr.NT_X86_XSTATE -> task.kernel.engine.cpu().xsaveSize();
            case NT_X86_SHSTK, NT_IOPERM -> 0;
            default -> -1;
        };
        if (size < 0 || (length & 7) != 0) {
            return Errno.EINVAL.negative();
        }
        if (size == 0) {
            return (type == NT_IOPERM ? Errno.ENXIO : Errno.ENODEV).negative();
        }
        int n = (int) (Long.compareUnsigned(length, size) < 0 ? length : size);
        long error = 0;
        if (set) {
            error = setRegset(task, (int) type, size, MemorySegment.ofArray(tracer.memory.bytes(base, n)));
        } else {
            byte[] all = switch ((int) type) {
                case ElfNhdr.NT_PRSTATUS -> registers(task);
                case ElfNhdr.NT_PRFPREG -> TraceeRegisters.fpregs(task);
                default -> TraceeRegisters.xstate(task);
            };
            tracer.memory.putBytes(base, java.util.Arrays.copyOf(all, n));
        }
        if (error == 0) {
            tracer.memory.putLong(iov + Iovec.IOV_LEN, n);
        }
        return error;
    }

    private static long setRegset(Task task, int type, int size, MemorySegment in) {
        return switch (type) {
            case ElfNhdr.NT_PRSTATUS -> TraceeRegisters.setAll(task, in);
            case ElfNhdr.NT_PRFPREG -> TraceeRegisters.setFpregs(task, in);
            default -> in.byteSize() != size ? Errno.EFAULT.negative() : TraceeRegisters.setXstate(task, in);
        };
    }

    // --- signals ---

    private static long getSigInfo(Task tracer, Tracee tracee, long data) {
        SigInfo info = tracee.info;
        if (info == null) {
            return Errno.EINVAL.negative();
        }
        tracer.memory.putBytes(data, layOut(info));
        return 0;
    }

    private static byte[] layOut(SigInfo info) {
        byte[] out = new byte[Siginfo.SIZE];
        SigInfoLayout.write(MemorySegment.ofArray(out), 0, info);
        return out;
    }

    private static long setSigInfo(Task tracer, Tracee tracee, long data) {
        MemorySegment in = MemorySegment.ofArray(tracer.memory.bytes(data, Siginfo.SIZE));
        if (tracee.info == null) {
            return Errno.EINVAL.negative();
        }
        tracee.info = SigInfoLayout.readAny(in);
        return 0;
    }

    private static long peekSigInfo(Task tracer, Task task, long addr, long data) {
        MemorySegment in = MemorySegment.ofArray(tracer.memory.bytes(addr, PEEK_ARGS_SIZE));
        long from = Le.getLong(in, 0);
        int flags = Le.getInt(in, 8);
        int count = Le.getInt(in, 12);
        if ((flags & ~PtraceConst.PTRACE_PEEKSIGINFO_SHARED) != 0 || count < 0) {
            return Errno.EINVAL.negative();
        }
        List<SigInfo> queued;
        task.group.signalLock.lock();
        try {
            queued = (flags & PtraceConst.PTRACE_PEEKSIGINFO_SHARED) != 0
                    ? task.group.shared.queued()
                    : task.pending.queued();
        } finally {
            task.group.signalLock.unlock();
        }
        int done = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(Siginfo.SIZE, 8);
            for (long i = from; i >= 0 && i < queued.size() && done < count; i++) {
                SigInfoLayout.write(out, 0, queued.get((int) i));
                // At once: what comes before a fault counts.
                long at = data + (long) done * Siginfo.SIZE;
                if (tracer.user().writeNow(at, out, 0, Siginfo.SIZE) != Siginfo.SIZE) {
                    return done > 0 ? done : Errno.EFAULT.negative();
                }
                done++;
            }
        }
        return done;
    }
}
