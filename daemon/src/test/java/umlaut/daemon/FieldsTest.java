package umlaut.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FieldsTest {
    @Test
    void anyTextSurvives() {
        Fields written = new Fields()
                .addAll("argument", List.of("sh", "-c", "a\nb=\\n\\", "", "=", "ü"))
                .set("number", 42)
                .set("yes", true)
                .set("no", false)
                .set("none", null);
        Fields read = Fields.parse(written.toString());
        assertThat(read.list("argument")).containsExactly("sh", "-c", "a\nb=\\n\\", "", "=", "ü");
        assertThat(read.number("number")).isEqualTo(42);
        assertThat(read.isSet("yes")).isTrue();
        assertThat(read.isSet("no")).isFalse();
        assertThat(read.value("none")).isNull();
        assertThat(read.text("none")).isEmpty();
    }

    @Test
    void whatIsNoFieldIsPassedOver() {
        Fields read = Fields.parse("\n=x\nnothing\nnumber=much\na=1\na=2");
        assertThat(read.number("number")).isZero();
        assertThat(read.value("a")).isEqualTo("2");
        assertThat(read.toString()).isEqualTo("number=much\na=1\na=2\n");
    }
}
