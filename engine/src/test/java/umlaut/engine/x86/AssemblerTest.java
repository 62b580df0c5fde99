package umlaut.engine.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static umlaut.engine.x86.Gpr.*;

import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import umlaut.host.HostCalls;

/** Encodings as GNU as writes them (with 32-bit displacements), and code that runs. */
class AssemblerTest {
    private static String hex(Consumer<Assembler> code) {
        Assembler a = new Assembler();
        code.accept(a);
        return HexFormat.of().formatHex(a.toBytes());
    }

    @Test
    void moves() {
        assertThat(hex(a -> a.mov(RAX, RDI))).isEqualTo("4889f8");
        assertThat(hex(a -> a.mov(R8, R9))).isEqualTo("4d89c8");
        assertThat(hex(a -> a.movl(RAX, R15))).isEqualTo("4489f8");
        assertThat(hex(a -> a.mov(RAX, Mem.at(RSP, 8)))).isEqualTo("488b842408000000");
        assertThat(hex(a -> a.mov(R13, Mem.at(R12, 8)))).isEqualTo("4d8bac2408000000");
        assertThat(hex(a -> a.mov(Mem.gs(0x88), RCX))).isEqualTo("6548890c2588000000");
        assertThat(hex(a -> a.mov(RCX, Mem.at(RCX, RAX, 8, 16)))).isEqualTo("488b8cc110000000");
        assertThat(hex(a -> a.mov(RAX, 5))).isEqualTo("b805000000");
        assertThat(hex(a -> a.mov(R10, -1))).isEqualTo("49c7c2ffffffff");
        assertThat(hex(a -> a.mov(RBX, 0x7ffe_0000_0000L))).isEqualTo("48bb00000000fe7f0000");
        assertThat(hex(a -> a.movb(Mem.at(RDI, 0), RAX))).isEqualTo("888700000000");
        assertThat(hex(a -> a.movzxb(RAX, Mem.at(RSI, 1)))).isEqualTo("0fb68601000000");
        assertThat(hex(a -> a.movl(Mem.at(RBP, 4), 1))).isEqualTo("c7850400000001000000");
    }

    @Test
    void arithmeticAndOthers() {
        assertThat(hex(a -> a.add(RSP, 8))).isEqualTo("4881c408000000");
        assertThat(hex(a -> a.cmpl(RAX, 202))).isEqualTo("81f8ca000000");
        assertThat(hex(a -> a.cmp(R9, RAX))).isEqualTo("4939c1");
        assertThat(hex(a -> a.testl(R11, 1))).isEqualTo("41f7c301000000");
        assertThat(hex(a -> a.xchgl(Mem.at(RBX, 0), R11))).isEqualTo("44879b00000000");
        assertThat(hex(a -> a.lockCmpxchgl(Mem.at(RBX, 0), RDX))).isEqualTo("f00fb19300000000");
        assertThat(hex(a -> a.btl(R13, RCX))).isEqualTo("410fa3cd");
        assertThat(hex(a -> a.xsave(Mem.at(RBX, 64)))).isEqualTo("480faea340000000");
        assertThat(hex(a -> a.xrstor(Mem.at(RDI, 0)))).isEqualTo("480faeaf00000000");
        assertThat(hex(a -> a.jmp(Mem.gs(0xb8)))).isEqualTo("65ff2425b8000000");
        assertThat(hex(a -> a.jmp(R11))).isEqualTo("41ffe3");
        assertThat(hex(a -> a.iretq())).isEqualTo("48cf");
        assertThat(hex(a -> a.rdfsbase(RAX))).isEqualTo("f3480faec0");
    }

    @Test
    void labelsForwardAndBack() {
        Assembler a = new Assembler();
        Label end = new Label();
        a.mov(RAX, 0);
        Label loop = a.here();
        a.add(RAX, RDI);
        a.sub(RDI, 1);
        a.j(Cond.E, end);
        a.jmp(loop);
        a.bind(end);
        a.ret();
        assertThat(HostCalls.invoke(HostCalls.load(a.toBytes()), 10, 0, 0, 0, 0, 0, 0))
                .isEqualTo(55);
        assertThatThrownBy(() -> a.bind(end)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new Label().position()).isInstanceOf(IllegalStateException.class);
    }
}
