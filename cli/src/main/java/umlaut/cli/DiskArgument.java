package umlaut.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import umlaut.machine.MachineConfig.Disk;

/** The flag --disk FILE[,ro][,cow=FILE2]. */
final class DiskArgument {
    private static final String COW = "cow=";

    private DiskArgument() {}

    /** @param directory what relative paths are relative to */
    static List<Disk> parseAll(List<String> texts, Path directory) {
        List<Disk> disks = new ArrayList<>();
        for (String text : texts) {
            disks.add(parse(text, directory));
        }
        return disks;
    }

    private static Disk parse(String text, Path directory) {
        String[] parts = text.split(",", -1);
        if (parts[0].isEmpty()) {
            throw new UsageException("--disk: '" + text + "' must be FILE[,ro][,cow=FILE2]");
        }
        boolean readOnly = false;
        Path cow = null;
        for (int i = 1; i < parts.length; i++) {
            if (parts[i].equals("ro")) {
                readOnly = true;
            } else if (parts[i].startsWith(COW) && parts[i].length() > COW.length()) {
                cow = directory.resolve(parts[i].substring(COW.length()));
            } else {
                throw new UsageException("--disk: option '" + parts[i] + "' is not known: use ro or cow=FILE");
            }
        }
        return new Disk(directory.resolve(parts[0]), readOnly, cow);
    }
}
