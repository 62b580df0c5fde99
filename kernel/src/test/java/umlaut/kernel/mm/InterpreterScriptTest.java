package umlaut.kernel.mm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import umlaut.abi.ErrnoException;

class InterpreterScriptTest {
    private static @Nullable InterpreterScript parse(String text) {
        byte[] head = text.getBytes(StandardCharsets.ISO_8859_1);
        return InterpreterScript.parse(head, Math.min(256, head.length));
    }

    private static String show(String text) {
        InterpreterScript s = Objects.requireNonNull(parse(text));
        byte[] argument = s.argument();
        return new String(s.interpreter(), StandardCharsets.ISO_8859_1)
                + (argument == null ? "" : "|" + new String(argument, StandardCharsets.ISO_8859_1));
    }

    @Test
    void followsTheManPage() {
        assertThat(show("#!/bin/sh\nrest")).isEqualTo("/bin/sh");
        assertThat(show("#! /bin/sh -e\n")).isEqualTo("/bin/sh|-e");
        assertThat(show("#!\t/usr/bin/env  a b\tc  \n")).isEqualTo("/usr/bin/env|a b\tc");
        assertThat(show("#!/bin/sh")).isEqualTo("/bin/sh");
        assertThat(parse("ELF")).isNull();
        assertThat(parse("#")).isNull();
    }

    @Test
    void refusesLinesWithoutInterpreter() {
        assertThatThrownBy(() -> parse("#!\n")).isInstanceOf(ErrnoException.class);
        assertThatThrownBy(() -> parse("#!   \t\n/bin/sh")).isInstanceOf(ErrnoException.class);
        assertThatThrownBy(() -> parse("#!/" + "x".repeat(300))).isInstanceOf(ErrnoException.class);
    }

    @Test
    void cutsLongArguments() {
        assertThat(show("#!/bin/sh " + "a".repeat(300) + "\n")).isEqualTo("/bin/sh|" + "a".repeat(245));
    }
}
