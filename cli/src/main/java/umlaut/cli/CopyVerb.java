package umlaut.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.util.List;
import umlaut.cli.Flags.Flag;
import umlaut.cli.Flags.Kind;
import umlaut.daemon.Copy;
import umlaut.daemon.Guest;

/** {@code umlaut cp}, by docker cp's rules. */
final class CopyVerb {
    static final Verb VERB = new Verb(
            "cp",
            "GUEST:PATH TO|-  or  FROM|- GUEST:PATH",
            "Copy files out of a running guest, or into one.",
            """
            A directory that is there gets the copy in it; else the copy is called as written. PATH/. is
            what is in a directory. '-' is a tar archive on standard output or input.
            """,
            List.of(
                    Flag.of("-a --archive", Kind.SWITCH, "", "Into a guest: keep owners' numbers."),
                    Flag.of("-L --follow-link", Kind.SWITCH, "", "Copy what a link leads to."),
                    Flag.of("-q --quiet", Kind.SWITCH, "", "Say nothing (it never does).")),
            Verb.Complete.RUNNING,
            CopyVerb::run);

    private CopyVerb() {}

    private static int run(Flags flags) {
        List<String> rest = VERB.arguments(flags, 2, 2);
        int from = colon(rest.getFirst());
        int to = colon(rest.getLast());
        if ((from < 0) == (to < 0)) {
            throw new UsageException("one of both must be GUEST:PATH: 'umlaut cp --help'");
        }
        String inside = from >= 0 ? rest.getFirst() : rest.getLast();
        int at = from >= 0 ? from : to;
        Guest guest = Targets.guests().get(inside.substring(0, at));
        String path = GuestText.of(inside.substring(at + 1));
        path = path.startsWith("/") ? path : "/" + path;
        String outside = from >= 0 ? rest.getLast() : rest.getFirst();
        boolean archive = outside.equals("-");
        if (from >= 0 && archive) {
            FileOutputStream out = new FileOutputStream(FileDescriptor.out);
            Copy.out(guest, path, flags.isSet("--follow-link"), false, tar -> tar.transferTo(out));
        } else if (from >= 0) {
            Copy.out(guest, path, Path.of(outside), flags.isSet("--follow-link"));
        } else if (archive) {
            Copy.in(guest, new FileInputStream(FileDescriptor.in), path);
        } else {
            Copy.in(guest, Path.of(outside), path, flags.isSet("--archive"));
        }
        return 0;
    }

    /** Where a guest's name ends; -1 for a path of the host, also one with a colon behind a slash. */
    private static int colon(String text) {
        int colon = text.indexOf(':');
        int slash = text.indexOf('/');
        return colon > 0 && (slash < 0 || slash > colon) && !text.startsWith(".") ? colon : -1;
    }
}
