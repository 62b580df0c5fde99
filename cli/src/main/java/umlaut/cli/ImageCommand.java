package umlaut.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import umlaut.block.ImageException;
import umlaut.cli.Flags.Flag;
import umlaut.cli.Flags.Kind;
import umlaut.host.Terminals;
import umlaut.oci.DebianBuild;
import umlaut.oci.ImageConfig;
import umlaut.oci.ImageStore;
import umlaut.oci.Importer;
import umlaut.oci.Progress;
import umlaut.oci.Puller;

/** {@code umlaut image}: what there is, making it, removing it. */
final class ImageCommand {
    private static final String USAGE = """
            Usage: umlaut image COMMAND

            Commands:
              import FILE|DIR|- [NAME]   Make an image from a tar archive (also compressed), from what docker
                                         save writes, from an OCI layout, or from a disk (raw, qcow2); '-' is
                                         a tar archive on standard input
              build debian [NAME]        Make a Debian with sysvinit, in a guest, from where this host's apt gets
                                         its packages
              pull HOST/NAME[:TAG] [NAME]
                                         Make an image of one that a registry has (OCI distribution); names
                                         without a HOST are those of $UMLAUT_REGISTRY
              ls                         Show all images
              inspect NAME               Show what is known of one
              rm NAME...                 Remove images

            Flags of import, build and pull:
              --size SIZE                Room of the image's disk, of which only what is used is taken
                                         (16g; a disk has its own size)

            Flags of build:
              --suite SUITE              Debian's release (this host's own)
              --include PACKAGE,...      More packages
            """;

    private static final List<Flag> NO_FLAGS = List.of(Flag.of("--help", Kind.SWITCH, "", "Show this."));
    private static final List<Flag> IMPORT_FLAGS = List.of(
            Flag.of("--size", Kind.VALUE, "SIZE", "Room of the image's disk."),
            Flag.of("--help", Kind.SWITCH, "", "Show this."));
    private static final List<Flag> BUILD_FLAGS = List.of(
            Flag.of("--size", Kind.VALUE, "SIZE", "Room of the image's disk."),
            Flag.of("--suite", Kind.VALUE, "SUITE", "Debian's release."),
            Flag.of("--include", Kind.LIST, "PACKAGE,...", "More packages."),
            Flag.of("--help", Kind.SWITCH, "", "Show this."));
    private static final int STDERR = 2;
    private static final long LEAST_SIZE = 16L << 20;

    private ImageCommand() {}

    /** @param args the whole command line, "image" first. @return the exit status */
    static int run(List<String> args) {
        String verb = args.size() < 2 ? "--help" : args.get(1);
        return switch (verb) {
            case "import" -> importFrom(parse("image import", IMPORT_FLAGS, args));
            case "pull" -> pull(parse("image pull", IMPORT_FLAGS, args));
            case "build" -> build(parse("image build", BUILD_FLAGS, args));
            case "ls" -> list(parse("image ls", NO_FLAGS, args));
            case "inspect" -> inspect(parse("image inspect", NO_FLAGS, args));
            case "rm" -> remove(parse("image rm", NO_FLAGS, args));
            case "--help", "-h" -> Main.print(USAGE);
            default -> throw new UsageException("no command 'image " + verb + "': see 'umlaut image --help'");
        };
    }

    private static Flags parse(String command, List<Flag> table, List<String> args) {
        Flags flags = new Flags(command, table);
        flags.parse(args, 2);
        return flags;
    }

    private static ImageStore store() {
        return ImageStore.ofUser(System.getenv());
    }

    private static List<String> names(Flags flags, int least, int most, String usage) {
        List<String> rest = flags.rest();
        if (rest.size() < least || rest.size() > most) {
            throw new UsageException("usage: umlaut " + usage);
        }
        return rest;
    }

    private static Progress progress() {
        return new Progress(System.err, Terminals.isTerminal(STDERR));
    }

    private static long size(Flags flags) {
        String text = flags.value("--size");
        long size = text == null ? Importer.DEFAULT_SIZE : Size.bytes("--size", text);
        if (size < LEAST_SIZE) {
            throw new UsageException("--size: '" + text + "' is too little: at least 16m");
        }
        return size & -4096;
    }

    private static int importFrom(Flags flags) {
        if (flags.isSet("--help")) {
            return Main.print(USAGE);
        }
        List<String> rest = names(flags, 1, 2, "image import [--size SIZE] FILE|DIR|- [NAME]");
        String name = rest.size() == 2 ? rest.get(1) : null;
        Importer importer = new Importer(store(), size(flags), progress());
        if (rest.getFirst().equals("-")) {
            if (name == null) {
                throw new UsageException("an archive on standard input needs a name: umlaut image import - NAME");
            }
            return Main.print(importer.run(System.in, "standard input", name) + "\n");
        }
        Path source = Path.of(rest.getFirst());
        if (!Files.exists(source)) {
            throw new ImageException("cannot import '" + source + "': no such file or directory");
        }
        return Main.print(importer.run(source, name) + "\n");
    }

    private static int pull(Flags flags) {
        if (flags.isSet("--help")) {
            return Main.print(USAGE);
        }
        List<String> rest = names(flags, 1, 2, "image pull [--size SIZE] HOST/NAME[:TAG] [NAME]");
        String registry = System.getenv().getOrDefault("UMLAUT_REGISTRY", "");
        ImageStore store = store();
        Puller puller = new Puller(store, new Importer(store, size(flags), progress()));
        return Main.print(puller.run(rest.getFirst(), registry, rest.size() == 2 ? rest.get(1) : null) + "\n");
    }

    private static int build(Flags flags) {
        String usage = "image build [--suite SUITE] [--include PACKAGE,...] debian [NAME]";
        if (flags.isSet("--help")) {
            return Main.print(USAGE);
        }
        List<String> rest = names(flags, 1, 2, usage);
        if (!rest.getFirst().equals("debian")) {
            throw new UsageException("cannot build '" + rest.getFirst() + "': usage: umlaut " + usage);
        }
        String suite = flags.value("--suite");
        Progress progress = progress();
        Importer importer = new Importer(store(), size(flags), progress);
        String name = rest.size() == 2 ? rest.get(1) : "debian";
        DebianBuild build = new DebianBuild(suite == null ? "" : suite, flags.list("--include"), progress);
        return Main.print(build.run(importer, name) + "\n");
    }

    private static int list(Flags flags) {
        if (flags.isSet("--help")) {
            return Main.print(USAGE);
        }
        names(flags, 0, 0, "image ls");
        StringBuilder out =
                new StringBuilder(String.format("%-32s %-20s %9s  %s%n", "NAME", "CREATED", "ON DISK", "SOURCE"));
        for (ImageStore.Image image : store().list()) {
            ImageConfig config = image.config();
            out.append(String.format(
                    "%-32s %-20s %9s  %s%n",
                    image.name(), config.created(), Progress.size(image.bytesOnHost()), config.source()));
        }
        return Main.print(out.toString());
    }

    private static int inspect(Flags flags) {
        if (flags.isSet("--help")) {
            return Main.print(USAGE);
        }
        String name = names(flags, 1, 1, "image inspect NAME").getFirst();
        ImageStore store = store();
        return Main.print(store.get(name).describe(store));
    }

    private static int remove(Flags flags) {
        if (flags.isSet("--help")) {
            return Main.print(USAGE);
        }
        names(flags, 1, Integer.MAX_VALUE, "image rm NAME...").forEach(store()::remove);
        return 0;
    }
}
