package umlaut.fs.iso9660;

import umlaut.abi.Errno;

/**
 * Mount options, as mount(8) has them.
 *
 * @param rock use Rock Ridge, if it is there
 * @param joliet use Joliet, if it is there and Rock Ridge is not
 * @param map without either: names as they are in small letters, without version ("normal"); false: as they are ("off")
 * @param uid owner of files without Rock Ridge
 * @param gid group of these
 * @param mode permissions of files without Rock Ridge
 * @param directoryMode and of directories
 */
record IsoOptions(boolean rock, boolean joliet, boolean map, int uid, int gid, int mode, int directoryMode) {
    private static final IsoOptions USUAL = new IsoOptions(true, true, true, 0, 0, 0555, 0555);

    /** @throws umlaut.abi.ErrnoException EINVAL */
    static IsoOptions of(String options) {
        IsoOptions o = USUAL;
        for (String option : options.split(",")) {
            o = o.with(option);
        }
        return o;
    }

    private IsoOptions with(String option) {
        int equals = option.indexOf('=');
        String value = equals < 0 ? "" : option.substring(equals + 1);
        return switch (equals < 0 ? option : option.substring(0, equals)) {
            case "norock" -> new IsoOptions(false, joliet, map, uid, gid, mode, directoryMode);
            case "nojoliet" -> new IsoOptions(rock, false, map, uid, gid, mode, directoryMode);
            case "map" -> new IsoOptions(rock, joliet, !value.startsWith("o"), uid, gid, mode, directoryMode);
            case "uid" -> new IsoOptions(rock, joliet, map, number(value, 10), gid, mode, directoryMode);
            case "gid" -> new IsoOptions(rock, joliet, map, uid, number(value, 10), mode, directoryMode);
            case "mode" -> new IsoOptions(rock, joliet, map, uid, gid, number(value, 8) & 0777, directoryMode);
            case "dmode" -> new IsoOptions(rock, joliet, map, uid, gid, mode, number(value, 8) & 0777);
            case "", "unhide", "utf8", "iocharset", "check", "block", "conv" -> this;
            default -> throw Errno.EINVAL.exception();
        };
    }

    private static int number(String text, int base) {
        try {
            return Integer.parseInt(text, base);
        } catch (NumberFormatException e) {
            throw Errno.EINVAL.exception();
        }
    }
}
