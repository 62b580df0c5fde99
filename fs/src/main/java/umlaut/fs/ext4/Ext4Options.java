package umlaut.fs.ext4;

import umlaut.abi.Errno;
import umlaut.fs.disk.Bytes;

/**
 * Mount options of ext4(5) that change something here; those that only tune Linux's own caches are taken and do nothing.
 *
 * @param errors what to do about damage found
 * @param replay whether a journal is carried out at mount (norecovery, noload: not)
 * @param barrier whether commits wait for stable storage
 * @param discard whether freed blocks are given back to the image
 * @param commitSeconds how long changes may wait for a commit
 */
record Ext4Options(Errors errors, boolean replay, boolean barrier, boolean discard, int commitSeconds) {
    enum Errors {
        CONTINUE("continue"),
        REMOUNT_RO("remount-ro"),
        PANIC("panic");

        final String text;

        Errors(String text) {
            this.text = text;
        }
    }

    private static final int COMMIT_SECONDS = 5;

    /** As the superblock says. */
    static Ext4Options of(Super sb) {
        Errors errors = switch (Bytes.u16(sb.raw, Super.ERRORS)) {
            case 2 -> Errors.REMOUNT_RO;
            case 3 -> Errors.PANIC;
            default -> Errors.CONTINUE;
        };
        boolean discard = (sb.defaultOptions & 0x400) != 0;
        boolean barrier = (sb.defaultOptions & 0x100) == 0;
        return new Ext4Options(errors, true, barrier, discard, COMMIT_SECONDS);
    }

    private static final Ext4Options NONE = new Ext4Options(Errors.CONTINUE, true, true, false, COMMIT_SECONDS);

    /** @throws umlaut.abi.ErrnoException EINVAL */
    static void check(String option) {
        NONE.with(option);
    }

    /** These options changed by comma-separated ones. */
    Ext4Options with(String options) {
        Ext4Options o = this;
        for (String option : options.split(",")) {
            o = o.one(option);
        }
        return o;
    }

    private Ext4Options one(String option) {
        return switch (option) {
            case "errors=continue" -> new Ext4Options(Errors.CONTINUE, replay, barrier, discard, commitSeconds);
            case "errors=remount-ro" -> new Ext4Options(Errors.REMOUNT_RO, replay, barrier, discard, commitSeconds);
            case "errors=panic" -> new Ext4Options(Errors.PANIC, replay, barrier, discard, commitSeconds);
            case "noload", "norecovery" -> new Ext4Options(errors, false, barrier, discard, commitSeconds);
            case "barrier", "barrier=1" -> new Ext4Options(errors, replay, true, discard, commitSeconds);
            case "nobarrier", "barrier=0" -> new Ext4Options(errors, replay, false, discard, commitSeconds);
            case "discard" -> new Ext4Options(errors, replay, barrier, true, commitSeconds);
            case "nodiscard" -> new Ext4Options(errors, replay, barrier, false, commitSeconds);
            case "",
                    "acl",
                    "user_xattr",
                    "delalloc",
                    "nodelalloc",
                    "data=ordered",
                    "data=writeback",
                    "journal_checksum",
                    "nojournal_checksum",
                    "block_validity",
                    "noblock_validity",
                    "dioread_nolock",
                    "dioread_lock",
                    "auto_da_alloc",
                    "noauto_da_alloc",
                    "init_itable",
                    "noinit_itable",
                    "nogrpid",
                    "sysvgroups",
                    "minixdf",
                    "bsddf",
                    "i_version",
                    "lazytime",
                    "nolazytime",
                    "prefetch_block_bitmaps",
                    "no_prefetch_block_bitmaps",
                    "mblk_io_submit",
                    "nomblk_io_submit",
                    "check=none",
                    "nocheck" -> this;
            default -> valued(option);
        };
    }

    private Ext4Options valued(String option) {
        int equals = option.indexOf('=');
        String name = equals < 0 ? option : option.substring(0, equals);
        switch (name) {
            case "commit" -> {
                int seconds = number(option.substring(equals + 1));
                return new Ext4Options(errors, replay, barrier, discard, seconds == 0 ? COMMIT_SECONDS : seconds);
            }
            case "stripe",
                    "inode_readahead_blks",
                    "max_dir_size_kb",
                    "min_batch_time",
                    "max_batch_time",
                    "journal_ioprio",
                    "init_itable",
                    "auto_da_alloc" -> {
                number(option.substring(equals + 1));
                return this;
            }
            default -> throw Errno.EINVAL.exception();
        }
    }

    private static int number(String text) {
        try {
            int n = Integer.parseInt(text);
            if (n >= 0) {
                return n;
            }
        } catch (NumberFormatException e) {
            // The same answer as for a negative number.
        }
        throw Errno.EINVAL.exception();
    }

    /** As /proc/mounts shows them: what differs from the usual. */
    String show(Ext4Options usual) {
        StringBuilder out = new StringBuilder();
        if (errors != usual.errors) {
            out.append(",errors=").append(errors.text);
        }
        if (!replay) {
            out.append(",norecovery");
        }
        if (!barrier) {
            out.append(",nobarrier");
        }
        if (discard) {
            out.append(",discard");
        }
        if (commitSeconds != COMMIT_SECONDS) {
            out.append(",commit=").append(commitSeconds);
        }
        return out.toString();
    }
}
