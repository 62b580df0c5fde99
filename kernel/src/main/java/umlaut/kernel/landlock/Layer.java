package umlaut.kernel.landlock;

import java.util.Map;
import umlaut.abi.LandlockFlags;
import umlaut.kernel.vfs.FileId;

/**
 * What one ruleset forbids and what it still allows (a layer of struct landlock_ruleset); immutable.
 *
 * @param handledFs rights to files that are gone unless a rule gives them
 * @param handledNet those to ports
 * @param scoped SCOPE_* that end at the domain's border
 * @param files rights to objects and all beneath them
 * @param ports rights to ports of TCP
 */
record Layer(int handledFs, int handledNet, int scoped, Map<FileId, Integer> files, Map<Integer, Integer> ports) {
    /** Renaming between directories is forbidden wherever there is any rule about files. */
    int deniedFs() {
        return handledFs == 0 ? 0 : handledFs | LandlockFlags.ACCESS_FS_REFER;
    }

    int givenTo(FileId object) {
        return files.getOrDefault(object, 0);
    }
}
