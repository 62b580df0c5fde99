package umlaut.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import umlaut.block.ImageException;
import umlaut.cli.Flags.Flag;
import umlaut.cli.Flags.Kind;
import umlaut.daemon.DaemonException;
import umlaut.daemon.Guest;
import umlaut.oci.ImageStore;

/**
 * {@code umlaut completion}: scripts for shells, which ask {@code umlaut --complete WORD...} for what may stand in the place of the last word. So they never are out of date.
 */
final class CompletionVerb {
    /** The argument that asks; the words of the command line follow, the last one perhaps begun. */
    static final String ARGUMENT = "--complete";

    static final Verb VERB = new Verb(
            "completion",
            "bash|zsh|fish",
            "Write a script that completes umlaut's commands in a shell.",
            """
            bash:  source <(umlaut completion bash)
            zsh:   source <(umlaut completion zsh)
            fish:  umlaut completion fish | source
            """,
            List.of(),
            Verb.Complete.NOTHING,
            CompletionVerb::run);

    private static final String BASH = """
            _umlaut() {
                local IFS=$'\\n'
                COMPREPLY=($("${COMP_WORDS[0]}" --complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
                if [ ${#COMPREPLY[@]} = 0 ]; then
                    compopt -o default
                elif [ ${#COMPREPLY[@]} = 1 ] && [[ ${COMPREPLY[0]} == *[:=] ]]; then
                    compopt -o nospace
                fi
            }
            complete -F _umlaut umlaut ./umlaut
            """;
    private static final String ZSH = """
            #compdef umlaut
            _umlaut() {
                local -a found
                found=("${(@f)$("${words[1]}" --complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
                if [[ -n "${found[1]}" ]]; then compadd -a found; else _files; fi
            }
            compdef _umlaut umlaut
            """;
    private static final String FISH = """
            function __umlaut
                set -l words (commandline -opc) (commandline -ct)
                $words[1] --complete $words[2..-1] 2>/dev/null
            end
            complete -c umlaut -a '(__umlaut)'
            """;

    private CompletionVerb() {}

    private static int run(Flags flags) {
        return Main.print(
                switch (VERB.arguments(flags, 1, 1).getFirst()) {
                    case "bash" -> BASH;
                    case "zsh" -> ZSH;
                    case "fish" -> FISH;
                    default -> throw new UsageException("usage: " + VERB.usage());
                });
    }

    /** @param words behind "umlaut", at least one. @return what may stand for the last one, a line each */
    static int complete(List<String> words) {
        String begun = words.getLast();
        TreeSet<String> found = new TreeSet<>(candidates(words.subList(0, words.size() - 1), begun));
        found.removeIf(c -> !c.startsWith(begun));
        return Main.print(found.isEmpty() ? "" : String.join("\n", found) + "\n");
    }

    private static List<String> candidates(List<String> before, String begun) {
        if (before.isEmpty()) {
            List<String> all = new ArrayList<>(List.of("run", "boot", "image", "help", "version"));
            Verbs.all().forEach(v -> all.add(v.name().split(" ")[0]));
            return all;
        }
        String name = before.getFirst();
        if (before.size() == 1 && name.equals("image")) {
            return List.of("import", "pull", "build", "ls", "inspect", "rm");
        }
        if (before.size() == 1 && name.equals("system")) {
            return List.of("df", "prune");
        }
        Verb verb = verb(before);
        if (verb == null) {
            return name.equals("image") && before.size() == 2 ? images() : List.of();
        }
        if (begun.startsWith("-")) {
            return verb.allFlags().stream().flatMap(f -> f.names().stream()).toList();
        }
        if (wantsValue(verb, before.getLast())) {
            return List.of();
        }
        return switch (verb.complete()) {
            case GUESTS -> guests(false);
            case RUNNING -> guests(true);
            case IMAGES -> images();
            case NOTHING, FILES -> List.of();
        };
    }

    private static @org.jspecify.annotations.Nullable Verb verb(List<String> before) {
        String name = before.getFirst();
        return switch (name) {
            case "run" -> RunCommand.verbs().getFirst();
            case "boot" -> RunCommand.verbs().getLast();
            case "system" -> before.size() < 2 ? null : Verbs.find("system " + before.get(1));
            default -> Verbs.find(name);
        };
    }

    private static boolean wantsValue(Verb verb, String word) {
        for (Flag flag : verb.allFlags()) {
            if (flag.names().contains(word)) {
                return flag.kind() == Kind.VALUE || flag.kind() == Kind.LIST;
            }
        }
        return false;
    }

    private static List<String> guests(boolean running) {
        try {
            return Targets.guests().list().stream()
                    .filter(g -> !running || g.state().isLive())
                    .map(Guest::name)
                    .toList();
        } catch (DaemonException e) {
            return List.of(); // nothing to say to somebody who types
        }
    }

    private static List<String> images() {
        try {
            List<String> names = new ArrayList<>(List.of("host"));
            ImageStore.ofUser(System.getenv()).list().forEach(i -> names.add(i.name()));
            return names;
        } catch (ImageException e) {
            return List.of("host");
        }
    }
}
