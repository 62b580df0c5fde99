package umlaut.abi;

/**
 * Constants of memory calls: mmap(2), mprotect(2), mremap(2), msync(2), madvise(2), mlock2(2), mlockall(2), pkeys(7).
 *
 * <p>Linux: {@code include/uapi/asm-generic/mman-common.h}, {@code arch/x86/include/uapi/asm/mman.h}.
 */
public final class MapFlags {
    // Protection

    public static final int PROT_NONE = 0x0;
    public static final int PROT_READ = 0x1;
    public static final int PROT_WRITE = 0x2;
    public static final int PROT_EXEC = 0x4;
    public static final int PROT_GROWSDOWN = 0x1000000;
    public static final int PROT_GROWSUP = 0x2000000;
    public static final int PROT_SEM = 0x8;

    // mmap: flags

    public static final int MAP_FILE = 0x0;
    public static final int MAP_SHARED = 0x1;
    public static final int MAP_PRIVATE = 0x2;
    public static final int MAP_SHARED_VALIDATE = 0x3;
    public static final int MAP_TYPE = 0xf;
    public static final int MAP_FIXED = 0x10;
    public static final int MAP_ANONYMOUS = 0x20;
    public static final int MAP_32BIT = 0x40;
    public static final int MAP_GROWSDOWN = 0x100;
    public static final int MAP_DENYWRITE = 0x800;
    public static final int MAP_EXECUTABLE = 0x1000;
    public static final int MAP_LOCKED = 0x2000;
    public static final int MAP_NORESERVE = 0x4000;
    public static final int MAP_POPULATE = 0x8000;
    public static final int MAP_NONBLOCK = 0x10000;
    public static final int MAP_STACK = 0x20000;
    public static final int MAP_HUGETLB = 0x40000;
    public static final int MAP_SYNC = 0x80000;
    public static final int MAP_FIXED_NOREPLACE = 0x100000;
    public static final int MAP_DROPPABLE = 0x8;
    public static final int MAP_ABOVE4G = 0x80;
    public static final int MAP_UNINITIALIZED = 0x4000000;
    public static final int MAP_HUGE_SHIFT = 0x1a;
    public static final int MAP_HUGE_MASK = 0x3f;

    // mremap: flags

    public static final int MREMAP_MAYMOVE = 0x1;
    public static final int MREMAP_FIXED = 0x2;
    public static final int MREMAP_DONTUNMAP = 0x4;

    // msync: flags

    public static final int MS_ASYNC = 0x1;
    public static final int MS_INVALIDATE = 0x2;
    public static final int MS_SYNC = 0x4;

    // mlock2, mlockall: flags

    public static final int MLOCK_ONFAULT = 0x1;
    public static final int MCL_CURRENT = 0x1;
    public static final int MCL_FUTURE = 0x2;
    public static final int MCL_ONFAULT = 0x4;

    // madvise: advice

    public static final int MADV_NORMAL = 0;
    public static final int MADV_RANDOM = 1;
    public static final int MADV_SEQUENTIAL = 2;
    public static final int MADV_WILLNEED = 3;
    public static final int MADV_DONTNEED = 4;
    public static final int MADV_FREE = 8;
    public static final int MADV_REMOVE = 9;
    public static final int MADV_DONTFORK = 10;
    public static final int MADV_DOFORK = 11;
    public static final int MADV_MERGEABLE = 12;
    public static final int MADV_UNMERGEABLE = 13;
    public static final int MADV_HUGEPAGE = 14;
    public static final int MADV_NOHUGEPAGE = 15;
    public static final int MADV_DONTDUMP = 16;
    public static final int MADV_DODUMP = 17;
    public static final int MADV_WIPEONFORK = 18;
    public static final int MADV_KEEPONFORK = 19;
    public static final int MADV_COLD = 20;
    public static final int MADV_PAGEOUT = 21;
    public static final int MADV_POPULATE_READ = 22;
    public static final int MADV_POPULATE_WRITE = 23;
    public static final int MADV_DONTNEED_LOCKED = 24;
    public static final int MADV_COLLAPSE = 25;
    public static final int MADV_HWPOISON = 100;
    public static final int MADV_SOFT_OFFLINE = 101;
    public static final int MADV_GUARD_INSTALL = 102;
    public static final int MADV_GUARD_REMOVE = 103;

    // pkey_alloc: access rights

    public static final int PKEY_DISABLE_ACCESS = 0x1;
    public static final int PKEY_DISABLE_WRITE = 0x2;
    public static final int PKEY_ACCESS_MASK = 0x3;

    // mbind, set_mempolicy: modes and flags

    public static final int MPOL_DEFAULT = 0x0;
    public static final int MPOL_PREFERRED = 0x1;
    public static final int MPOL_BIND = 0x2;
    public static final int MPOL_INTERLEAVE = 0x3;
    public static final int MPOL_LOCAL = 0x4;
    public static final int MPOL_PREFERRED_MANY = 0x5;
    public static final int MPOL_WEIGHTED_INTERLEAVE = 0x6;
    public static final int MPOL_F_NODE = 0x1;
    public static final int MPOL_F_ADDR = 0x2;
    public static final int MPOL_F_MEMS_ALLOWED = 0x4;

    // mseal, map_shadow_stack

    public static final int SHADOW_STACK_SET_TOKEN = 0x1;

    private MapFlags() {}
}
