package umlaut.kernel.mm;

/** A program header (elf(5), Elf64_Phdr). Sizes and addresses are unsigned as in the file: nothing is checked here. */
record ElfSegment(int type, int flags, long offset, long address, long fileSize, long memorySize, long align) {
    static final int PT_LOAD = 1, PT_INTERP = 3, PT_GNU_STACK = 0x6474e551;
    static final int PF_X = 1, PF_W = 2, PF_R = 4;

    /** PROT_* bits. */
    int prot() {
        return ((flags & PF_R) != 0 ? 1 : 0) | ((flags & PF_W) != 0 ? 2 : 0) | ((flags & PF_X) != 0 ? 4 : 0);
    }
}
