package umlaut.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class BpfTest {
    /** What the kernel would do with a program that uses only the instructions of {@link Bpf}. */
    private static int run(byte[] program, int nr, int arch, long ip, long... arguments) {
        ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt(nr).putInt(arch).putLong(ip);
        for (long a : arguments) {
            data.putLong(a);
        }
        ByteBuffer code = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        int a = 0;
        for (int pc = 0; ; pc++) {
            int op = code.getShort(8 * pc);
            int whenTrue = code.get(8 * pc + 2) & 0xff;
            int k = code.getInt(8 * pc + 4);
            switch (op) {
                case 0x20 -> a = data.getInt(k);
                case 0x54 -> a &= k;
                case 0x05 -> pc += k;
                case 0x15 -> pc += a == k ? whenTrue : 0;
                case 0x35 -> pc += Integer.compareUnsigned(a, k) >= 0 ? whenTrue : 0;
                case 0x45 -> pc += (a & k) != 0 ? whenTrue : 0;
                case 0x06 -> {
                    return k;
                }
                default -> throw new AssertionError("opcode " + op);
            }
        }
    }

    @Test
    void labelsAreForwardJumps() {
        byte[] program = new Bpf()
                .load(Bpf.NR)
                .jumpIfEqual(3, "three")
                .jumpIfAtLeast(-16, "high")
                .load(Bpf.argument(1) + 4)
                .and(0xf0)
                .jumpIfAnyBit(0x10, "bit")
                .jump("none")
                .label("three")
                .ret(30)
                .label("high")
                .ret(40)
                .label("bit")
                .ret(50)
                .label("none")
                .ret(60)
                .assemble();
        assertThat(run(program, 3, 0, 0)).isEqualTo(30);
        assertThat(run(program, -1, 0, 0)).isEqualTo(40);
        assertThat(run(program, 4, 0, 0, 0, 0x11_0000_0000L)).isEqualTo(50);
        assertThat(run(program, 4, 0, 0, 0, 0x01_0000_0000L)).isEqualTo(60);
    }

    @Test
    void mistakesAreFound() {
        assertThatThrownBy(() -> new Bpf().jump("nowhere").ret(0).assemble()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new Bpf().label("back").ret(0).jump("back").assemble())
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new Bpf().label("x").label("x")).isInstanceOf(IllegalStateException.class);
    }
}
