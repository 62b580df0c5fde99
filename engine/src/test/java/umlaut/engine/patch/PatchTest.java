package umlaut.engine.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static umlaut.engine.x86.Gpr.*;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import umlaut.engine.x86.Assembler;
import umlaut.engine.x86.Cond;
import umlaut.engine.x86.Label;
import umlaut.engine.x86.Mem;

class PatchTest {
    private static int length(String hex) {
        byte[] code = HexFormat.of().parseHex(hex);
        return InstructionLength.of(code, 0, code.length);
    }

    @Test
    void lengthsOfInstructions() {
        // Each is a whole instruction as objdump prints it.
        for (String whole : List.of(
                "90",
                "c3",
                "0f05",
                "b827000000",
                "48b80102030405060708",
                "66b80100",
                "488b05a0b51600",
                "67678d51ff",
                "64488b042528000000",
                "488d9424a0000000",
                "f20f104c2408",
                "660f3a0fc108",
                "c5f877",
                "c4e27d58c0",
                "62f17c4828c0",
                "0f8480ffffff",
                "eb10",
                "f7c001000000",
                "66f7c00100",
                "f6c101",
                "c20800",
                "c8100000",
                "48634c2410",
                "81bd00ffffff01000000",
                "f0480fb133",
                "e8fcffffff")) {
            assertThat(length(whole + "90909090")).as(whole).isEqualTo(whole.length() / 2);
        }
        assertThat(length("06")).isEqualTo(-1);
        assertThat(length("488b")).isEqualTo(-1);
    }

    private static List<TextAnalysis.Site> sites(Assembler a) {
        return TextAnalysis.sites(java.util.Arrays.copyOf(a.toBytes(), 4096));
    }

    @Test
    void bothFormsAreFound() {
        Assembler a = new Assembler();
        a.mov(RAX, 39);
        a.syscall();
        a.mov(RAX, RDX);
        int second = a.size();
        a.syscall();
        a.cmp(RAX, -4095);
        a.ret();
        List<TextAnalysis.Site> sites = sites(a);
        assertThat(sites).extracting(TextAnalysis.Site::offset).containsExactly(0, second);
        assertThat(sites).extracting(TextAnalysis.Site::behind).containsExactly(7, second + 2);
        assertThat(sites.get(0).nr()).isEqualTo(39);
        assertThat(sites.get(1).displaced()).isEqualTo(7);
    }

    @Test
    void theLongMoveOfSignalRestorersIsFound() {
        Assembler a = new Assembler();
        a.nop();
        a.bytes(0x48, 0xc7, 0xc0); // mov $15,%rax
        a.word(15);
        a.syscall();
        a.ret();
        List<TextAnalysis.Site> sites = sites(a);
        assertThat(sites).containsExactly(new TextAnalysis.Site(1, 7, 0, 15));
        assertThat(sites.get(0).behind()).isEqualTo(10);
    }

    @Test
    void aJumpInBetweenForbids() {
        Assembler a = new Assembler();
        Label behind = new Label();
        a.test(RDI, RDI);
        a.j(Cond.E, behind);
        a.mov(RAX, RDX);
        a.syscall();
        a.bind(behind);
        a.cmp(RAX, -4095);
        a.ret();
        assertThat(sites(a)).isEmpty();
    }

    @Test
    void whatOnlyLooksLikeAMoveIsLeftAlone() {
        Assembler a = new Assembler();
        a.bytes(0x41, 0x8b, 0xb8); // mov 0x110(%r8),%edi
        a.word(0x110);
        a.syscall();
        a.ret();
        a.bytes(0x41, 0xb8); // mov $1,%r8d
        a.word(1);
        a.syscall();
        a.ret();
        assertThat(sites(a)).isEmpty();
    }

    @Test
    void instructionsThatCannotMoveForbid() {
        Assembler a = new Assembler();
        Label data = new Label();
        a.mov(RAX, RDX);
        a.syscall();
        a.mov(RCX, Mem.at(data));
        a.mov(RAX, RDX);
        a.syscall();
        a.ret();
        a.mov(RAX, RDX);
        a.syscall();
        a.jmp(RAX);
        a.bind(data);
        a.quad(0);
        assertThat(sites(a)).isEmpty();
    }

    @Test
    void addressesAreTranslated() {
        Assembler a = new Assembler();
        a.mov(RAX, 39);
        a.syscall();
        a.mov(RAX, RDX);
        a.syscall();
        a.mov(RDI, RAX);
        a.ret();
        byte[] original = java.util.Arrays.copyOf(a.toBytes(), 4096);
        PatchedText.Built built = PatchedText.of(original, 0x1000_0000, 0xb8);
        assertThat(built).isNotNull();
        PatchedText p = built.patched();
        assertThat(p.size()).isEqualTo(2);
        assertThat(built.text()[0]).isEqualTo((byte) 0xe9);
        assertThat(built.text()[10]).isEqualTo((byte) 0xe9);
        assertThat(p.toHost(7)).isEqualTo(-1); // the first form returns to where it is
        int tail = p.toHost(12);
        assertThat(tail).isPositive();
        assertThat(p.toGuest(tail)).isEqualTo(12);
        assertThat(p.toGuest(tail + 3)).isEqualTo(15);
        assertThat(p.toGuest(tail - 1)).isEqualTo(10);
        assertThat(p.toGuest(5)).isZero();
        byte[] restored = built.text().clone();
        p.forEachOriginal((at, bytes) -> System.arraycopy(bytes, 0, restored, at, bytes.length));
        assertThat(restored).isEqualTo(original);
        MemorySegment copy = MemorySegment.ofArray(built.text());
        assertThat(p.isCopyOf(MemorySegment.ofArray(original), copy)).isTrue();
        for (int changed : new int[] {0, 3, 8, 12, 40, 4095}) {
            byte[] other = original.clone();
            other[changed]++;
            assertThat(p.isCopyOf(MemorySegment.ofArray(other), copy))
                    .as("byte %d", changed)
                    .isFalse();
        }
    }
}
