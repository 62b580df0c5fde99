package umlaut.machine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.vfs.LookupContext;

/**
 * The guest's own users and groups: with image {@code host} the static ones of a Debian system and nobody else, whoever has accounts on the host; else those of the image. See passwd(5),
 * group(5).
 */
final class GuestUsers {
    /** name, uid, gid, home, shell; {@code #} is nologin. */
    private static final String USERS = """
            root 0 0 /root /bin/bash
            daemon 1 1 /usr/sbin #
            bin 2 2 /bin #
            sys 3 3 /dev #
            sync 4 65534 /bin /bin/sync
            games 5 60 /usr/games #
            man 6 12 /var/cache/man #
            lp 7 7 /var/spool/lpd #
            mail 8 8 /var/mail #
            news 9 9 /var/spool/news #
            uucp 10 10 /var/spool/uucp #
            proxy 13 13 /bin #
            www-data 33 33 /var/www #
            backup 34 34 /var/backups #
            list 38 38 /var/list #
            irc 39 39 /run/ircd #
            _apt 42 65534 /nonexistent #
            nobody 65534 65534 /nonexistent #
            """;

    private static final Map<String, Integer> GROUPS = Map.ofEntries(
            Map.entry("root", 0),
            Map.entry("daemon", 1),
            Map.entry("bin", 2),
            Map.entry("sys", 3),
            Map.entry("adm", 4),
            Map.entry("tty", 5),
            Map.entry("disk", 6),
            Map.entry("lp", 7),
            Map.entry("mail", 8),
            Map.entry("news", 9),
            Map.entry("uucp", 10),
            Map.entry("man", 12),
            Map.entry("proxy", 13),
            Map.entry("kmem", 15),
            Map.entry("dialout", 20),
            Map.entry("fax", 21),
            Map.entry("voice", 22),
            Map.entry("cdrom", 24),
            Map.entry("floppy", 25),
            Map.entry("tape", 26),
            Map.entry("sudo", 27),
            Map.entry("audio", 29),
            Map.entry("dip", 30),
            Map.entry("www-data", 33),
            Map.entry("backup", 34),
            Map.entry("operator", 37),
            Map.entry("list", 38),
            Map.entry("irc", 39),
            Map.entry("src", 40),
            Map.entry("shadow", 42),
            Map.entry("utmp", 43),
            Map.entry("video", 44),
            Map.entry("sasl", 45),
            Map.entry("plugdev", 46),
            Map.entry("staff", 50),
            Map.entry("games", 60),
            Map.entry("users", 100),
            Map.entry("nogroup", 65534));

    /** One line of passwd(5). */
    record User(String name, int uid, int gid, String home, String shell) {}

    private final List<User> users = new ArrayList<>();
    private final Map<String, Integer> groups;
    /** Groups that a user is in besides his own, by his name. */
    private final Map<String, List<Integer>> memberships = new HashMap<>();

    /** Those of an image. Lines that make no sense count for nothing. */
    GuestUsers(String passwd, String group) {
        groups = new HashMap<>();
        for (String line : passwd.split("\n")) {
            String[] f = line.split(":", -1);
            if (f.length >= 7 && number(f[2]) >= 0 && number(f[3]) >= 0) {
                users.add(new User(f[0], number(f[2]), number(f[3]), f[5], f[6]));
            }
        }
        for (String line : group.split("\n")) {
            String[] f = line.split(":", -1);
            if (f.length >= 4 && number(f[2]) >= 0) {
                groups.put(f[0], number(f[2]));
                for (String member : f[3].split(",")) {
                    memberships.computeIfAbsent(member, m -> new ArrayList<>()).add(number(f[2]));
                }
            }
        }
    }

    /** Those that the guest's files name just now. */
    static GuestUsers of(Kernel kernel, LookupContext boot) {
        return new GuestUsers(SmallFile.read(kernel, boot, "/etc/passwd"), SmallFile.read(kernel, boot, "/etc/group"));
    }

    GuestUsers() {
        groups = GROUPS;
        for (String line : USERS.split("\n")) {
            String[] f = line.split(" ");
            String shell = f[4].equals("#") ? "/usr/sbin/nologin" : f[4];
            users.add(new User(f[0], Integer.parseInt(f[1]), Integer.parseInt(f[2]), f[3], shell));
        }
    }

    String passwd() {
        StringBuilder out = new StringBuilder();
        for (User u : users) {
            out.append(u.name)
                    .append(":x:")
                    .append(u.uid)
                    .append(':')
                    .append(u.gid)
                    .append(':')
                    .append(u.name)
                    .append(':')
                    .append(u.home)
                    .append(':')
                    .append(u.shell)
                    .append('\n');
        }
        return out.toString();
    }

    /** Nobody has a password: root's field is empty as in fresh containers, the others' are locked. */
    String shadow() {
        StringBuilder out = new StringBuilder();
        for (User u : users) {
            out.append(u.name).append(u.uid == 0 ? ":" : ":*").append(":19700:0:99999:7:::\n");
        }
        return out.toString();
    }

    String group() {
        StringBuilder out = new StringBuilder();
        sortedGroups()
                .forEach(g -> out.append(g.getKey())
                        .append(":x:")
                        .append(g.getValue())
                        .append(":\n"));
        return out.toString();
    }

    String gshadow() {
        StringBuilder out = new StringBuilder();
        sortedGroups().forEach(g -> out.append(g.getKey()).append(":*::\n"));
        return out.toString();
    }

    private static List<Map.Entry<String, Integer>> sortedGroups() {
        return GROUPS.entrySet().stream().sorted(Map.Entry.comparingByValue()).toList();
    }

    @Nullable User byUid(int uid) {
        return users.stream().filter(u -> u.uid == uid).findFirst().orElse(null);
    }

    /**
     * Who {@code --user} means.
     *
     * @param spec {@code uid[:gid]} or names, the user by default root; null is root
     * @throws MachineException for names that the guest does not know
     */
    Credentials credentials(@Nullable String spec) {
        if (spec == null) {
            return Credentials.ROOT;
        }
        int colon = spec.indexOf(':');
        String userPart = colon < 0 ? spec : colon == 0 ? "0" : spec.substring(0, colon);
        int uid = number(userPart);
        User user = uid >= 0
                ? byUid(uid)
                : users.stream()
                        .filter(u -> u.name.equals(userPart))
                        .findFirst()
                        .orElse(null);
        if (uid < 0) {
            if (user == null) {
                throw new MachineException(
                        "no user '" + userPart + "' in the guest: use a number, or a name of /etc/passwd there");
            }
            uid = user.uid;
        }
        int gid = user == null ? 0 : user.gid;
        if (colon >= 0) {
            String groupPart = spec.substring(colon + 1);
            gid = number(groupPart);
            if (gid < 0) {
                Integer known = groups.get(groupPart);
                if (known == null) {
                    throw new MachineException(
                            "no group '" + groupPart + "' in the guest: use a number, or a name of /etc/group there");
                }
                gid = known;
            }
        }
        return uid == 0 && gid == 0 ? Credentials.ROOT : Credentials.user(uid, gid, groupsOf(user, gid));
    }

    private int[] groupsOf(@Nullable User user, int gid) {
        List<Integer> others = user == null ? List.of() : memberships.getOrDefault(user.name, List.of());
        return IntStream.concat(IntStream.of(gid), others.stream().mapToInt(g -> g))
                .distinct()
                .toArray();
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
