package umlaut.kernel.seccomp;

import umlaut.abi.SeccompData;
import umlaut.engine.Reg;
import umlaut.engine.UserThread;

/** struct seccomp_data of the system call that a thread is in, by 32-bit words. */
record SeccompCall(UserThread user, int nr) {
    private static final int[] ARGUMENTS = {Reg.RDI, Reg.RSI, Reg.RDX, Reg.R10, Reg.R8, Reg.R9};

    /** @param offset in bytes, a multiple of 4, below {@link SeccompData#SIZE} */
    int word(int offset) {
        if (offset == SeccompData.NR) {
            return nr;
        }
        if (offset == SeccompData.ARCH) {
            return SeccompData.AUDIT_ARCH_X86_64;
        }
        int register = offset < SeccompData.ARGS ? Reg.RIP : ARGUMENTS[(offset - SeccompData.ARGS) / Long.BYTES];
        long value = user.reg(register);
        return (int) ((offset & 4) == 0 ? value : value >>> 32);
    }
}
