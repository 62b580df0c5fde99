package umlaut.fs.hostfs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Where the host has other file systems mounted below a directory, from /proc/self/mountinfo (proc_pid_mountinfo(5)) at
 * the time the tree is opened: an image does not show them.
 */
final class MountPoints {
    static final MountPoints NONE = new MountPoints(Set.of());
    private static final int MOUNT_POINT_FIELD = 4;

    private final Set<String> paths;

    private MountPoints(Set<String> paths) {
        this.paths = paths;
    }

    static MountPoints below(String directory) {
        Set<String> found = new HashSet<>();
        try {
            String base = directory.endsWith("/") ? directory : directory + "/";
            String all = Files.readString(Path.of("/proc/self/mountinfo"), StandardCharsets.ISO_8859_1);
            for (String line : all.split("\n")) {
                String[] fields = line.split(" ");
                if (fields.length > MOUNT_POINT_FIELD) {
                    String point = unescape(fields[MOUNT_POINT_FIELD]);
                    if (point.startsWith(base) && point.length() > base.length()) {
                        found.add(point.substring(base.length()));
                    }
                }
            }
        } catch (IOException e) {
            return NONE; // a host without /proc has no guests either: the engine needs it
        }
        return found.isEmpty() ? NONE : new MountPoints(Set.copyOf(found));
    }

    boolean isEmpty() {
        return paths.isEmpty();
    }

    boolean contains(String directory, String name) {
        return paths.contains(directory.isEmpty() ? name : directory + "/" + name);
    }

    /** The kernel writes blanks and backslashes as three octal digits. */
    private static String unescape(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\' && i + 3 < text.length()) {
                out.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                out.append(text.charAt(i));
            }
        }
        return out.toString();
    }
}
