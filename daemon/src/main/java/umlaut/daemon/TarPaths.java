package umlaut.daemon;

/** Names in archives that somebody else has made. */
final class TarPaths {
    private TarPaths() {}

    /** Relative, without "." and slashes at the ends. @throws DaemonException for one that leads out of where it is unpacked */
    static String checked(String name) {
        StringBuilder out = new StringBuilder();
        for (String part : name.split("/")) {
            if (part.equals("..") || part.indexOf(0) >= 0) {
                throw new DaemonException("the archive has '" + name + "', which leads out of it: refused");
            }
            if (!part.isEmpty() && !part.equals(".")) {
                out.append(out.isEmpty() ? "" : "/").append(part);
            }
        }
        return out.toString();
    }
}
