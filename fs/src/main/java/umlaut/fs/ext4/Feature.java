package umlaut.fs.ext4;

/** Feature bits of the superblock (Linux: fs/ext4/ext4.h; ext4(5)). What is not in the sets of known ones is not mounted, or only to be read. */
final class Feature {
    static final int COMPAT_HAS_JOURNAL = 4, COMPAT_EXT_ATTR = 8, COMPAT_DIR_INDEX = 0x20, COMPAT_ORPHAN_FILE = 0x1000;
    static final int INCOMPAT_FILETYPE = 2, INCOMPAT_RECOVER = 4, INCOMPAT_JOURNAL_DEV = 8, INCOMPAT_META_BG = 0x10;
    static final int INCOMPAT_EXTENTS = 0x40, INCOMPAT_64BIT = 0x80, INCOMPAT_FLEX_BG = 0x200, INCOMPAT_MMP = 0x100;
    static final int INCOMPAT_EA_INODE = 0x400, INCOMPAT_CSUM_SEED = 0x2000, INCOMPAT_LARGEDIR = 0x4000;
    static final int INCOMPAT_INLINE_DATA = 0x8000;
    static final int INCOMPAT_KNOWN = INCOMPAT_FILETYPE
            | INCOMPAT_RECOVER
            | INCOMPAT_META_BG
            | INCOMPAT_MMP
            | INCOMPAT_EXTENTS
            | INCOMPAT_64BIT
            | INCOMPAT_FLEX_BG
            | INCOMPAT_EA_INODE
            | INCOMPAT_CSUM_SEED
            | INCOMPAT_LARGEDIR
            | INCOMPAT_INLINE_DATA;
    /** Can be read but not written here. */
    static final int INCOMPAT_READ_ONLY = INCOMPAT_EA_INODE | INCOMPAT_MMP;

    static final int RO_SPARSE_SUPER = 1, RO_LARGE_FILE = 2, RO_HUGE_FILE = 8, RO_GDT_CSUM = 0x10, RO_DIR_NLINK = 0x20;
    static final int RO_EXTRA_ISIZE = 0x40,
            RO_QUOTA = 0x100,
            RO_BIGALLOC = 0x200,
            RO_METADATA_CSUM = 0x400,
            RO_PROJECT = 0x2000;
    static final int RO_ORPHAN_PRESENT = 0x10000;
    static final int RO_KNOWN = RO_SPARSE_SUPER
            | RO_LARGE_FILE
            | RO_HUGE_FILE
            | RO_GDT_CSUM
            | RO_DIR_NLINK
            | RO_EXTRA_ISIZE
            | RO_METADATA_CSUM
            | RO_ORPHAN_PRESENT;

    private Feature() {}
}
