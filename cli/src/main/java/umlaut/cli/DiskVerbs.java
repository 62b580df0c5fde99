package umlaut.cli;

import java.util.List;
import umlaut.cli.Flags.Flag;
import umlaut.cli.Flags.Kind;
import umlaut.cli.Verb.Complete;
import umlaut.oci.ImageStore;
import umlaut.oci.Snapshots;

/** Commands about the disks of guests that have a name and do not run. */
final class DiskVerbs {
    private DiskVerbs() {}

    static List<Verb> all() {
        return List.of(
                new Verb(
                        "snapshot",
                        "GUEST [NAME]",
                        "Keep a guest's disk as it is now, or list what was kept.",
                        "The guest must not run. 'umlaut rollback' goes back; 'umlaut rm' removes all.\n",
                        List.of(Flag.of("--rm", Kind.SWITCH, "", "Remove the snapshot.")),
                        Complete.GUESTS,
                        DiskVerbs::snapshot),
                new Verb(
                        "rollback",
                        "GUEST NAME",
                        "Make a guest's disk what it was at a snapshot.",
                        "What has changed since is lost. The snapshot stays.\n",
                        List.of(),
                        Complete.GUESTS,
                        flags -> names(flags, "rollback GUEST NAME", Snapshots::rollBack)),
                new Verb(
                        "clone",
                        "GUEST NEW",
                        "Copy a guest's disk, for a guest of another name.",
                        "'umlaut run --name NEW IMAGE', with the image of the first, goes on with it.\n",
                        List.of(),
                        Complete.GUESTS,
                        flags -> names(flags, "clone GUEST NEW", Snapshots::copy)));
    }

    private static Snapshots disks() {
        return new Snapshots(ImageStore.ofUser(System.getenv()));
    }

    private interface Action {
        void perform(Snapshots disks, String guest, String name);
    }

    /** With two names, the second of which is written when it is done. */
    private static int names(Flags flags, String usage, Action action) {
        List<String> names = flags.rest();
        if (names.size() != 2) {
            throw new UsageException("usage: umlaut " + usage);
        }
        action.perform(disks(), names.getFirst(), names.getLast());
        return Main.print(names.getLast() + "\n");
    }

    private static int snapshot(Flags flags) {
        List<String> names = flags.rest();
        if (names.size() == 1 && !flags.isSet("--rm")) {
            List<String> all = disks().list(names.getFirst());
            return Main.print(all.isEmpty() ? "" : String.join("\n", all) + "\n");
        }
        return names(flags, "snapshot [--rm] GUEST NAME", flags.isSet("--rm") ? Snapshots::remove : Snapshots::take);
    }
}
