package umlaut.cli;

import java.nio.file.Path;
import java.util.List;
import umlaut.cli.Flags.Flag;
import umlaut.cli.Flags.Kind;
import umlaut.daemon.Client;
import umlaut.daemon.Copy;
import umlaut.daemon.DaemonException;
import umlaut.daemon.Guest;
import umlaut.daemon.GuestState.Status;
import umlaut.host.Terminals;
import umlaut.oci.ImageStore;
import umlaut.oci.Importer;
import umlaut.oci.Progress;

/** {@code umlaut commit}: an image of what a guest's root file system has now. */
final class CommitVerb {
    static final Verb VERB = new Verb(
            "commit",
            "GUEST IMAGE",
            "Make an image of a guest's files.",
            "A running guest is paused meanwhile. Volumes, /proc, /dev and the like are not in the image.\n",
            List.of(
                    Flag.of("-p --pause", Kind.SWITCH, "", "Pause it (it is, but for --pause=false)."),
                    Flag.of("--size", Kind.VALUE, "SIZE", "Room of the image's disk (16g).")),
            Verb.Complete.GUESTS,
            CommitVerb::run);

    private CommitVerb() {}

    private static int run(Flags flags) {
        List<String> rest = VERB.arguments(flags, 2, 2);
        Guest guest = Targets.guests().get(rest.getFirst());
        String name = rest.getLast();
        ImageStore store = ImageStore.ofUser(System.getenv());
        String size = flags.value("--size");
        Importer importer = new Importer(
                store,
                size == null ? Importer.DEFAULT_SIZE : Size.bytes("--size", size) & -4096,
                new Progress(System.err, Terminals.isTerminal(2)));
        ImageStore.Image from = store.find(guest.record().image());
        if (from != null) {
            importer.like(from.config());
        }
        Status status = guest.state().status();
        if (!guest.state().isLive()) {
            return Main.print(importer.run(disk(guest, store), name) + "\n");
        }
        boolean pause = status == Status.RUNNING && (!flags.given("--pause") || flags.isSet("--pause"));
        if (pause) {
            Client.pause(guest);
        }
        try {
            Copy.out(guest, "/", false, true, tar -> importer.run(tar, "guest '" + guest.name() + "'", name));
        } finally {
            if (pause) {
                Client.resume(guest);
            }
        }
        return Main.print(name + "\n");
    }

    private static Path disk(Guest guest, ImageStore store) {
        String disk = guest.record().disk();
        if (disk == null) {
            throw new DaemonException("nothing is kept of guest '" + guest.name() + "' while it does not run");
        }
        return store.guests().disk(disk);
    }
}
