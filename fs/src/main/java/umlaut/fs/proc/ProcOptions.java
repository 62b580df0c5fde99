package umlaut.fs.proc;

import umlaut.abi.Errno;

/**
 * Mount options of procfs, proc(5).
 *
 * @param hidePid 0: all see all, 1: others' directories can't be entered, 2: nor seen, 4: only those one could trace are there
 * @param gid a group that sees all the same
 * @param pidsOnly subset=pid: nothing but processes
 */
record ProcOptions(int hidePid, int gid, boolean pidsOnly) {
    static final ProcOptions NONE = new ProcOptions(0, 0, false);

    /** @param before what a remount begins with; @throws umlaut.abi.ErrnoException EINVAL */
    static ProcOptions parse(String text, ProcOptions before) {
        ProcOptions o = before;
        for (String option : text.split(",")) {
            int eq = option.indexOf('=');
            String value = option.substring(eq + 1);
            switch (eq < 0 ? option : option.substring(0, eq)) {
                case "" -> {}
                case "hidepid" -> o = new ProcOptions(level(value), o.gid, o.pidsOnly);
                case "gid" -> o = new ProcOptions(o.hidePid, number(value), o.pidsOnly);
                case "subset" -> {
                    if (!value.equals("pid")) {
                        throw Errno.EINVAL.exception();
                    }
                    o = new ProcOptions(o.hidePid, o.gid, true);
                }
                default -> throw Errno.EINVAL.exception();
            }
        }
        return o;
    }

    private static int level(String value) {
        return switch (value) {
            case "0", "off" -> 0;
            case "1", "noaccess" -> 1;
            case "2", "invisible" -> 2;
            case "4", "ptraceable" -> 4;
            default -> throw Errno.EINVAL.exception();
        };
    }

    private static int number(String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw Errno.EINVAL.exception();
        }
    }

    /** As /proc/mounts shows them. */
    String text() {
        String hide = switch (hidePid) {
            case 1 -> ",hidepid=noaccess";
            case 2 -> ",hidepid=invisible";
            case 4 -> ",hidepid=ptraceable";
            default -> "";
        };
        return (gid == 0 ? "" : ",gid=" + gid) + hide + (pidsOnly ? ",subset=pid" : "");
    }
}
