package umlaut.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All commands that manage guests. */
final class Verbs {
    private Verbs() {}

    static List<Verb> all() {
        List<Verb> all = new ArrayList<>();
        all.add(PsVerb.VERB);
        all.addAll(LifeVerbs.all());
        all.addAll(EntryVerbs.all());
        all.add(CopyVerb.VERB);
        all.add(CommitVerb.VERB);
        all.addAll(InspectVerb.all());
        all.addAll(StatsVerbs.all());
        all.add(LogsVerb.VERB);
        all.addAll(DiskVerbs.all());
        all.add(EventsVerb.VERB);
        all.addAll(SystemVerbs.all());
        all.add(CompletionVerb.VERB);
        all.add(ManVerb.VERB);
        return all;
    }

    static @Nullable Verb find(String name) {
        for (Verb verb : all()) {
            if (verb.name().equals(name)) {
                return verb;
            }
        }
        return null;
    }

    /** A line each, for 'umlaut --help'. */
    static String summaries() {
        StringBuilder out = new StringBuilder();
        for (Verb verb : all()) {
            out.append(String.format("  %-12s %s%n", verb.name(), verb.summary()));
        }
        return out.toString();
    }
}
