package umlaut.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The tables that help, completion and manual pages are made from, and what commands show. */
class VerbsTest {
    @Test
    void tablesAreSound() {
        for (Verb verb : Verbs.all()) {
            assertThat(Verbs.find(verb.name())).isNotNull();
            Set<String> names = new HashSet<>();
            for (Flags.Flag flag : verb.allFlags()) {
                assertThat(flag.names()).allMatch(names::add, verb.name() + " has a flag twice");
                assertThat(flag.text()).endsWith(".");
            }
            assertThat(verb.help()).startsWith("Usage: umlaut " + verb.name());
        }
    }

    @Test
    void templates() {
        Map<String, Object> guest = Map.of("Name", "web", "State", Map.of("Status", "running", "Pid", 7));
        assertThat(Template.of("{{.Name}}\\t{{ .State.Pid }}").apply(guest)).isEqualTo("web\t7");
        assertThat(Template.of("{{json .Name}}").apply(guest)).isEqualTo("\"web\"");
        assertThat(Template.of("json").apply(Map.of("a", List.of("\n\"", 1, true))))
                .isEqualTo("{\"a\":[\"\\n\\\"\",1,true]}");
        assertThatThrownBy(() -> Template.of("{{range .Names}}")).isInstanceOf(UsageException.class);
        assertThatThrownBy(() -> Template.of("{{.Nothing}}").apply(guest)).isInstanceOf(UsageException.class);
    }

    @Test
    void times() {
        assertThat(Ago.of(Duration.ofMillis(900))).isEqualTo("Less than a second");
        assertThat(Ago.of(Duration.ofSeconds(59))).isEqualTo("59 seconds");
        assertThat(Ago.of(Duration.ofSeconds(61))).isEqualTo("About a minute");
        assertThat(Ago.of(Duration.ofMinutes(59))).isEqualTo("59 minutes");
        assertThat(Ago.of(Duration.ofHours(3))).isEqualTo("3 hours");
        assertThat(Ago.of(Duration.ofDays(3))).isEqualTo("3 days");
        assertThat(Ago.of(Duration.ofDays(30))).isEqualTo("4 weeks");
        assertThat(Ago.since("no time")).isEmpty();
    }

    @Test
    void sizes() {
        assertThat(Size.shown(0)).isEqualTo("0B");
        assertThat(Size.shown(1536)).isEqualTo("1.50KiB");
        assertThat(Size.shown(512L << 20)).isEqualTo("512MiB");
    }
}
