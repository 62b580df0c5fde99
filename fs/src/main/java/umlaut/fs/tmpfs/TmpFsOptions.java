package umlaut.fs.tmpfs;

import java.util.Locale;
import umlaut.abi.Errno;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.PageStore;
import umlaut.kernel.ns.UserNamespace;

/**
 * Mount options of tmpfs(5).
 *
 * @param maxPages size limit, 0 = none
 * @param maxInodes limit of objects and links, 0 = none
 * @param mode permission bits of the root
 * @param uid owner of the root
 * @param gid group of the root
 * @param defaultPages what the size limit is when not given
 */
public record TmpFsOptions(long maxPages, long maxInodes, int mode, int uid, int gid, long defaultPages) {
    private static final int STICKY_ALL = 01777;

    /** As without any options on a machine with {@code memoryBytes}: half of it. */
    public static TmpFsOptions defaults(long memoryBytes) {
        long half = Math.max(1, memoryBytes / PageStore.PAGE / 2);
        return new TmpFsOptions(half, half, STICKY_ALL, 0, 0, half);
    }

    TmpFsOptions unlimited() {
        return new TmpFsOptions(0, 0, mode == STICKY_ALL ? 0755 : mode, uid, gid, 0);
    }

    /** The root is the mounter's unless the options say otherwise, in his numbers. @throws umlaut.abi.ErrnoException EINVAL for ids without meaning */
    TmpFsOptions ownedBy(Credentials who, String options) {
        UserNamespace ns = who.userNs();
        boolean user = options.contains("uid=");
        boolean group = options.contains("gid=");
        int owner = user ? ns.uidOutside(uid) : who.fsuid();
        int ownerGroup = group ? ns.gidOutside(gid) : who.fsgid();
        if (owner == -1 || ownerGroup == -1) {
            throw Errno.EINVAL.exception();
        }
        return new TmpFsOptions(maxPages, maxInodes, mode, owner, ownerGroup, defaultPages);
    }

    /** These options changed by {@code options}, comma-separated. @throws umlaut.abi.ErrnoException EINVAL */
    TmpFsOptions with(String options, long memoryBytes) {
        TmpFsOptions o = this;
        for (String option : options.split(",")) {
            int eq = option.indexOf('=');
            String name = eq < 0 ? option : option.substring(0, eq);
            String value = eq < 0 ? "" : option.substring(eq + 1);
            o = o.with(name, value, memoryBytes);
        }
        return o;
    }

    private TmpFsOptions with(String name, String value, long memoryBytes) {
        return switch (name) {
            case "size" -> pages(pagesOf(value, memoryBytes));
            case "nr_blocks" -> pages(number(value));
            case "nr_inodes" -> new TmpFsOptions(maxPages, number(value), mode, uid, gid, defaultPages);
            case "mode" -> new TmpFsOptions(maxPages, maxInodes, octal(value), uid, gid, defaultPages);
            case "uid" -> new TmpFsOptions(maxPages, maxInodes, mode, id(value), gid, defaultPages);
            case "gid" -> new TmpFsOptions(maxPages, maxInodes, mode, uid, id(value), defaultPages);
            case "", "huge", "mpol", "inode64", "inode32", "noswap", "seclabel" -> this;
            default -> throw Errno.EINVAL.exception();
        };
    }

    private TmpFsOptions pages(long pages) {
        return new TmpFsOptions(pages, maxInodes, mode, uid, gid, defaultPages);
    }

    private static long pagesOf(String value, long memoryBytes) {
        if (value.endsWith("%")) {
            long percent = number(value.substring(0, value.length() - 1));
            return memoryBytes / PageStore.PAGE * percent / 100;
        }
        return (number(value) + PageStore.PAGE - 1) / PageStore.PAGE;
    }

    /** memparse: a number with k, m, g, t behind it. */
    private static long number(String value) {
        String text = value.toLowerCase(Locale.ROOT);
        int suffix = text.isEmpty() ? -1 : "kmgt".indexOf(text.charAt(text.length() - 1));
        String digits = suffix < 0 ? text : text.substring(0, text.length() - 1);
        try {
            long n = digits.startsWith("0x") ? Long.parseLong(digits.substring(2), 16) : Long.parseLong(digits);
            return n << 10 * (suffix + 1);
        } catch (NumberFormatException e) {
            throw Errno.EINVAL.exception();
        }
    }

    private static int octal(String value) {
        try {
            return Integer.parseInt(value, 8) & 07777;
        } catch (NumberFormatException e) {
            throw Errno.EINVAL.exception();
        }
    }

    private static int id(String value) {
        try {
            return Integer.parseUnsignedInt(value);
        } catch (NumberFormatException e) {
            throw Errno.EINVAL.exception();
        }
    }
}
