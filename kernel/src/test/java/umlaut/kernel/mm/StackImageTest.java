package umlaut.kernel.mm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;

class StackImageTest {
    private static final long TOP = 0x7000_0000L;

    private static String text(MemorySegment image, StackImage stack, long pointer) {
        long at = pointer - stack.stackPointer;
        StringBuilder out = new StringBuilder();
        for (byte b; (b = image.get(ValueLayout.JAVA_BYTE, at)) != 0; at++) {
            out.append((char) b);
        }
        return out.toString();
    }

    @Test
    void hasWhatTheAbiSays() {
        ArgumentBlock block = ArgumentBlock.of(List.of("prog", "", "last"), List.of("A=1", "B=2"), 1 << 20);
        long[] auxv = {6, 4096, 0, 0};
        StackImage stack = new StackImage(block, "/bin/prog".getBytes(StandardCharsets.ISO_8859_1), TOP, 123, 2);
        MemorySegment image = Arena.ofAuto().allocate(stack.size(), 16);
        stack.fill(image, auxv, 11, 12);
        assertThat(stack.stackPointer % 16).isZero();
        long[] words = image.asSlice(0, 12 * 8).toArray(ValueLayout.JAVA_LONG);
        assertThat(words[0]).isEqualTo(3);
        assertThat(text(image, stack, words[1])).isEqualTo("prog");
        assertThat(text(image, stack, words[2])).isEmpty();
        assertThat(text(image, stack, words[3])).isEqualTo("last");
        assertThat(words[4]).isZero();
        assertThat(text(image, stack, words[5])).isEqualTo("A=1");
        assertThat(text(image, stack, words[6])).isEqualTo("B=2");
        assertThat(words[7]).isZero();
        assertThat(words[8]).isEqualTo(6);
        assertThat(words[9]).isEqualTo(4096);
        assertThat(text(image, stack, stack.execName)).isEqualTo("/bin/prog");
        assertThat(text(image, stack, stack.platform)).isEqualTo("x86_64");
        assertThat(image.get(ValueLayout.JAVA_LONG_UNALIGNED, stack.randomBytes - stack.stackPointer))
                .isEqualTo(11);
        assertThat(stack.argEnd() - stack.argStart()).isEqualTo(11);
        assertThat(stack.envEnd() - stack.argEnd()).isEqualTo(8);
    }

    @Test
    void limitsAreThoseOfExecve() {
        assertThat(ArgumentBlock.limit(8 << 20)).isEqualTo(2 << 20);
        assertThat(ArgumentBlock.limit(-1)).isEqualTo(6 << 20);
        assertThat(ArgumentBlock.limit(4096)).isEqualTo(131072);
        ArgumentBlock block = new ArgumentBlock(1 << 20);
        block.addArgument(new byte[131071]);
        assertThatThrownBy(() -> block.addArgument(new byte[131072]))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.E2BIG));
    }

    @Test
    void scriptsReplaceTheFirstArgument() {
        ArgumentBlock block = ArgumentBlock.of(List.of("zero", "one"), List.of("A=1"), 1 << 20);
        ArgumentBlock script = block.withFirst(
                List.of("/bin/sh".getBytes(StandardCharsets.ISO_8859_1), "s".getBytes(StandardCharsets.ISO_8859_1)));
        assertThat(new String(script.bytes(), 0, script.length(), StandardCharsets.ISO_8859_1))
                .isEqualTo("/bin/sh\0s\0one\0A=1\0");
        assertThat(script.argc()).isEqualTo(3);
        assertThat(script.envc()).isEqualTo(1);
        assertThat(ArgumentBlock.of(List.of(), List.of(), 1 << 20).argc()).isEqualTo(1);
    }
}
