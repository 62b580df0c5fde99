package umlaut.engine;

/**
 * What guests are told of the CPU, as in the auxiliary vector (getauxval(3)), and the shape of its saved vector state.
 *
 * @param hwcap AT_HWCAP (CPUID.1:EDX)
 * @param hwcap2 AT_HWCAP2
 * @param minSignalStack AT_MINSIGSTKSZ, bytes
 * @param xsaveSize bytes of the standard-form XSAVE area for {@code xfeatures}
 * @param xfeatures XCR0: the state components user code may use
 * @param vdso address of the vDSO's ELF header in every address space, 0 if there is none
 * @param cpus processors the machine has
 */
public record CpuFeatures(
        long hwcap, long hwcap2, long minSignalStack, int xsaveSize, long xfeatures, long vdso, int cpus) {}
