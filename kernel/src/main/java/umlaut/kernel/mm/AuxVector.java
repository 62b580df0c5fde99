package umlaut.kernel.mm;

import umlaut.abi.AuxVec;
import umlaut.engine.CpuFeatures;
import umlaut.kernel.cred.Credentials;

/** The auxiliary vector of a new program, entries and order as Linux 6.18 on x86-64 has them (getauxval(3); Linux: create_elf_tables). */
final class AuxVector {
    private static final int CLOCK_TICKS = 100;
    /** Bytes of struct rseq that are in use, and its alignment (rseq(2)). */
    private static final int RSEQ_SIZE = 28, RSEQ_ALIGN = 32;
    /** Most entries there can be, AT_NULL included. */
    private static final int MOST = 24;

    private final long[] values = new long[MOST * 2];
    private int length;

    private void add(int key, long value) {
        values[length++] = key;
        values[length++] = value;
    }

    /** Entries there will be. @param vdso as for {@link #build} */
    static int pairs(long vdso) {
        return vdso == 0 ? 23 : 24;
    }

    /**
     * @param vdso where it lies, 0 if there is none
     * @param base where the interpreter lies, 0 without one
     */
    static long[] build(
            CpuFeatures cpu,
            long vdso,
            ElfLoader.Loaded program,
            long base,
            Credentials who,
            boolean secure,
            StackImage stack) {
        AuxVector v = new AuxVector();
        if (vdso != 0) {
            v.add(AuxVec.AT_SYSINFO_EHDR, vdso);
        }
        v.add(AuxVec.AT_MINSIGSTKSZ, cpu.minSignalStack());
        v.add(AuxVec.AT_HWCAP, cpu.hwcap());
        v.add(AuxVec.AT_PAGESZ, MmArea.PAGE);
        v.add(AuxVec.AT_CLKTCK, CLOCK_TICKS);
        v.add(AuxVec.AT_PHDR, program.programHeaders());
        v.add(AuxVec.AT_PHENT, ElfImage.PROGRAM_HEADER);
        v.add(AuxVec.AT_PHNUM, program.image().headerCount());
        v.add(AuxVec.AT_BASE, base);
        v.add(AuxVec.AT_FLAGS, 0);
        v.add(AuxVec.AT_ENTRY, program.entry());
        v.add(AuxVec.AT_UID, who.uid());
        v.add(AuxVec.AT_EUID, who.euid());
        v.add(AuxVec.AT_GID, who.gid());
        v.add(AuxVec.AT_EGID, who.egid());
        v.add(AuxVec.AT_SECURE, secure ? 1 : 0);
        v.add(AuxVec.AT_RANDOM, stack.randomBytes);
        v.add(AuxVec.AT_HWCAP2, cpu.hwcap2());
        v.add(AuxVec.AT_EXECFN, stack.execName);
        v.add(AuxVec.AT_PLATFORM, stack.platform);
        v.add(AuxVec.AT_RSEQ_FEATURE_SIZE, RSEQ_SIZE);
        v.add(AuxVec.AT_RSEQ_ALIGN, RSEQ_ALIGN);
        v.add(AuxVec.AT_NULL, 0);
        return java.util.Arrays.copyOf(v.values, v.length);
    }
}
