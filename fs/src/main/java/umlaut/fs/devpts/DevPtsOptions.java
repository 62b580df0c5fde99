package umlaut.fs.devpts;

/** Mount options of devpts: who owns new slave nodes, and their permissions. */
final class DevPtsOptions {
    /** -1: the opener's. */
    int uid = -1;

    int gid = -1;
    int mode = 0600;
    int ptmxMode;

    /** @return false if it is no option of devpts or its value is bad */
    boolean take(String option) {
        int equals = option.indexOf('=');
        String value = equals < 0 ? "" : option.substring(equals + 1);
        try {
            switch (equals < 0 ? option : option.substring(0, equals)) {
                case "uid" -> uid = Integer.parseUnsignedInt(value);
                case "gid" -> gid = Integer.parseUnsignedInt(value);
                case "mode" -> mode = Integer.parseInt(value, 8) & 07777;
                case "ptmxmode" -> ptmxMode = Integer.parseInt(value, 8) & 07777;
                case "max" -> Integer.parseUnsignedInt(value);
                case "newinstance" -> {
                    // Every mount is one.
                }
                default -> {
                    return false;
                }
            }
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    String show() {
        StringBuilder out = new StringBuilder();
        if (uid != -1) {
            out.append(",uid=").append(uid);
        }
        if (gid != -1) {
            out.append(",gid=").append(gid);
        }
        return out.append(String.format(",mode=%03o,ptmxmode=%03o", mode, ptmxMode))
                .toString();
    }
}
