package umlaut.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import umlaut.cli.Flags.Flag;
import umlaut.cli.Flags.Kind;
import umlaut.daemon.DaemonException;
import umlaut.oci.Failure;

/** {@code umlaut man}: manual pages (man(7)) made from the same tables as the help. */
final class ManVerb {
    static final Verb VERB = new Verb(
            "man",
            "DIR",
            "Write manual pages into a directory: man1/umlaut.1, umlaut-run.1 and so on.",
            "Then 'MANPATH=DIR: man umlaut-run' shows one.\n",
            List.of(),
            Verb.Complete.FILES,
            ManVerb::run);

    private ManVerb() {}

    private static int run(Flags flags) {
        Path directory = Path.of(VERB.arguments(flags, 1, 1).getFirst()).resolve("man1");
        List<Verb> verbs = new ArrayList<>(RunCommand.verbs());
        verbs.addAll(Verbs.all());
        try {
            Files.createDirectories(directory);
            write(directory.resolve("umlaut.1"), overview(verbs));
            for (Verb verb : verbs) {
                write(directory.resolve(page(verb) + ".1"), text(verb));
            }
            return 0;
        } catch (IOException e) {
            throw new DaemonException("cannot write manual pages to '" + directory + "': " + Failure.reason(e));
        }
    }

    private static void write(Path file, String text) throws IOException {
        Files.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private static String page(Verb verb) {
        return "umlaut-" + verb.name().replace(' ', '-');
    }

    /** Text that troff takes as it is. */
    private static String plain(String text) {
        String escaped = text.replace("\\", "\\e").replace("-", "\\-");
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }

    private static String head(String name, String summary) {
        return ".TH " + name.toUpperCase(Locale.ROOT) + " 1 \"\" umlaut \"User Commands\"\n.SH NAME\n" + plain(name)
                + " \\- " + plain(summary) + "\n";
    }

    private static String overview(List<Verb> verbs) {
        StringBuilder out = new StringBuilder(head("umlaut", "run whole Linux systems as ordinary programs"));
        out.append(".SH SYNOPSIS\n.B umlaut\n.I COMMAND\n[FLAGS] [ARG...]\n.SH COMMANDS\n");
        for (Verb verb : verbs) {
            out.append(".TP\n.B ")
                    .append(plain(verb.name()))
                    .append('\n')
                    .append(plain(verb.summary()))
                    .append('\n');
        }
        out.append(".TP\n.B image\nMake, show and remove images.\n.SH SEE ALSO\n");
        verbs.forEach(v -> out.append(".BR ").append(plain(page(v))).append(" (1),\n"));
        return out.append("docker(1)\n").toString();
    }

    private static String text(Verb verb) {
        StringBuilder out = new StringBuilder(head(page(verb), verb.summary()));
        out.append(".SH SYNOPSIS\n.B ").append(plain(verb.usage())).append("\n.SH OPTIONS\n");
        for (Flag flag : verb.allFlags()) {
            String value = flag.kind() == Kind.SWITCH
                    ? ""
                    : flag.kind() == Kind.OPTIONAL ? "[=" + flag.label() + "]" : " " + flag.label();
            out.append(".TP\n.B ")
                    .append(plain(String.join(", ", flag.names()) + value))
                    .append('\n')
                    .append(plain(flag.text()))
                    .append('\n');
        }
        if (!verb.text().isBlank()) {
            out.append(".SH NOTES\n.nf\n");
            verb.text().lines().forEach(line -> out.append(plain(line)).append('\n'));
            out.append(".fi\n");
        }
        return out.append(".SH SEE ALSO\n.BR umlaut (1)\n").toString();
    }
}
