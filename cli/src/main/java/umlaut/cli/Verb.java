package umlaut.cli;

import java.util.ArrayList;
import java.util.List;
import umlaut.cli.Flags.Flag;
import umlaut.cli.Flags.Kind;

/**
 * A command of {@code umlaut}: help, completion and manual pages are made from this.
 *
 * @param name as it is typed
 * @param arguments what follows the flags, for people
 * @param summary one line for people
 * @param text more, if there is more to say
 * @param flags without --help, which all have
 * @param complete what the arguments are, for completion
 * @param action gets the flags; its result is the exit status
 */
record Verb(
        String name,
        String arguments,
        String summary,
        String text,
        List<Flag> flags,
        Complete complete,
        Action action) {
    static final Flag HELP = Flag.of("--help", Kind.SWITCH, "", "Show this.");

    /** What a command's arguments are. */
    enum Complete {
        NOTHING,
        GUESTS,
        RUNNING,
        IMAGES,
        FILES
    }

    /** What a command does. */
    @FunctionalInterface
    interface Action {
        int run(Flags flags);
    }

    List<Flag> allFlags() {
        List<Flag> all = new ArrayList<>(flags);
        if (all.stream().noneMatch(f -> f.name().equals(HELP.name()))) {
            all.add(HELP);
        }
        return all;
    }

    String usage() {
        return "umlaut " + name + (flags.isEmpty() ? "" : " [FLAGS]") + (arguments.isEmpty() ? "" : " " + arguments);
    }

    String help() {
        String more = text.isEmpty() ? "" : "\n" + text;
        return RunFlags.help("Usage: " + usage() + "\n\n" + summary + "\n\nFlags:\n", allFlags(), more);
    }

    /** @param args the whole command line, the verb first */
    int run(List<String> args) {
        Flags parsed = new Flags(name, allFlags());
        parsed.parse(args, 1 + (name.indexOf(' ') < 0 ? 0 : 1));
        return parsed.isSet("--help") ? Main.print(help()) : action.run(parsed);
    }

    /** The arguments behind the flags. @throws UsageException if there are too few or too many */
    List<String> arguments(Flags parsed, int least, int most) {
        List<String> rest = parsed.rest();
        if (rest.size() < least || rest.size() > most) {
            throw new UsageException("usage: " + usage());
        }
        return rest;
    }
}
