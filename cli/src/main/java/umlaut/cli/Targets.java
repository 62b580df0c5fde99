package umlaut.cli;

import java.util.List;
import java.util.function.Consumer;
import umlaut.daemon.DaemonException;
import umlaut.daemon.Guest;
import umlaut.daemon.Guests;
import umlaut.daemon.Places;

/** The guests that a command's arguments name, one after the other: what fails with one does not keep the others from it. */
final class Targets {
    private Targets() {}

    static Guests guests() {
        return new Guests(Places.ofUser(System.getenv()));
    }

    /** Does it to each and writes the name, as docker does. @return 0, or 1 if it failed with some */
    static int each(List<String> references, Consumer<Guest> action) {
        return each(references, action, true);
    }

    static int each(List<String> references, Consumer<Guest> action, boolean names) {
        Guests guests = guests();
        int status = 0;
        for (String reference : references) {
            try {
                action.accept(guests.get(reference));
                if (names) {
                    status = Math.max(status, Main.print(reference + "\n"));
                }
            } catch (DaemonException e) {
                System.err.println("umlaut: " + e.line);
                status = Math.max(1, e.status == 125 ? 1 : e.status);
            }
        }
        return status;
    }
}
