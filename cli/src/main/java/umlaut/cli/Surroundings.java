package umlaut.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a command line is read against, so that it can be read again elsewhere and later.
 *
 * @param environment where variables named without a value come from
 * @param directory what relative paths are relative to; absolute
 * @param onTerminal both standard input and output are terminals: the guest gets one without being asked
 * @param stored it does not come from this process's own command line: words for the guest are text of the guest already
 */
record Surroundings(Map<String, String> environment, Path directory, boolean onTerminal, boolean stored) {
    static Surroundings here(boolean onTerminal) {
        return new Surroundings(System.getenv(), Path.of("").toAbsolutePath(), onTerminal, false);
    }

    /** @param last how many of the last words are also the last ones of the command line */
    List<String> words(List<String> words, int last) {
        return stored ? words : GuestText.words(words, last);
    }
}
