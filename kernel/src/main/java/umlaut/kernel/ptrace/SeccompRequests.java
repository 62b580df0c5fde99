package umlaut.kernel.ptrace;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Prctl;
import umlaut.kernel.seccomp.BpfProgram;
import umlaut.kernel.seccomp.Seccomp;
import umlaut.kernel.task.Task;

/** PTRACE_SECCOMP_GET_FILTER and PTRACE_SECCOMP_GET_METADATA: a tracee's filters, the oldest being number 0 (Linux: kernel/seccomp.c). */
final class SeccompRequests {
    private static final int METADATA_SIZE = 16;

    private SeccompRequests() {}

    private static @Nullable Seccomp nth(Seccomp newest, long number) {
        int count = newest.filters();
        if (number < 0 || number >= count) {
            return null;
        }
        Seccomp found = newest;
        for (long i = count - 1; i > number && found != null; i--) {
            found = found.earlier();
        }
        return found;
    }

    private static long refusal(Task tracer, @Nullable Seccomp state) {
        if (!tracer.credentials().capable(Capability.CAP_SYS_ADMIN) || tracer.seccomp() != null) {
            return Errno.EACCES.negative();
        }
        return state == null || state.mode() != Prctl.SECCOMP_MODE_FILTER ? Errno.EINVAL.negative() : 0;
    }

    /** @return the filter's number of instructions */
    static long filter(Task tracer, Task task, long number, long data) {
        Seccomp state = task.seccomp();
        long error = refusal(tracer, state);
        if (error != 0 || state == null) {
            return error;
        }
        Seccomp found = nth(state, number);
        BpfProgram program = found == null ? null : found.program();
        if (program == null) {
            return Errno.ENOENT.negative();
        }
        if (data != 0) {
            tracer.memory.putBytes(data, program.raw());
        }
        return program.length();
    }

    static long metadata(Task tracer, Task task, long room, long data) {
        Seccomp state = task.seccomp();
        long error = refusal(tracer, state);
        if (error != 0 || state == null) {
            return error;
        }
        int size = (int) Math.min(room, METADATA_SIZE);
        if (room < Long.BYTES) {
            return Errno.EINVAL.negative();
        }
        Seccomp found = nth(state, tracer.memory.getLong(data));
        if (found == null) {
            return Errno.ENOENT.negative();
        }
        byte[] out = new byte[METADATA_SIZE];
        MemorySegment m = MemorySegment.ofArray(out);
        Le.putLong(m, 0, tracer.memory.getLong(data));
        Le.putLong(m, 8, found.logs() ? Prctl.SECCOMP_FILTER_FLAG_LOG : 0);
        tracer.memory.putBytes(data, Arrays.copyOf(out, size));
        return size;
    }
}
