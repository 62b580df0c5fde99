package umlaut.fs.hostfs;

/**
 * Host ids and guest ids of a volume. The host user and group that run the machine are the guest's root, as users of
 * rootless containers know it; host root, when it is someone else, shows as nobody (65534), since guest root has no
 * power over its files; all others keep their numbers.
 *
 * @param uid host uid shown as 0; 0 for the identity
 * @param gid host gid shown as 0
 */
public record OwnerMap(int uid, int gid) {
    public static final OwnerMap IDENTITY = new OwnerMap(0, 0);
    private static final int NOBODY = 65534;

    public static OwnerMap ofRunner(int uid, int gid) {
        return new OwnerMap(uid, gid);
    }

    public int guestUid(int host) {
        return toGuest(host, uid);
    }

    public int guestGid(int host) {
        return toGuest(host, gid);
    }

    /** The host id to store for a guest's: -1 stays -1 ("no change"). */
    public int hostUid(int guest) {
        return guest == 0 ? uid : guest;
    }

    public int hostGid(int guest) {
        return guest == 0 ? gid : guest;
    }

    private static int toGuest(int host, int runner) {
        if (host == runner) {
            return 0;
        }
        return host == 0 ? NOBODY : host;
    }
}
