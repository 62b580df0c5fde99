package umlaut.engine.x86;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes x86-64 machine code. Operands are in Intel's order, destination first. A plain name works on 64 bits, a name ending in {@code l}
 * on 32 bits (which clears the upper half of a register), in {@code w} on 16 and in {@code b} on 8. Jumps always take 32-bit displacements,
 * so that code has its final size at once. Encodings: Intel's manual, volume 2.
 */
public final class Assembler {
    /** The eight arithmetic operations that share one encoding scheme, by number. */
    private static final int ADD = 0, OR = 1, AND = 4, SUB = 5, XOR = 6, CMP = 7;

    private byte[] code = new byte[4096];
    private int size;

    public int size() {
        return size;
    }

    public byte[] toBytes() {
        return Arrays.copyOf(code, size);
    }

    public Assembler bind(Label label) {
        if (label.position >= 0) {
            throw new IllegalStateException("label bound twice");
        }
        label.position = size;
        for (int at : label.fixups) {
            patch(at, size - (at + 4));
        }
        return this;
    }

    /** Makes a label here. */
    public Label here() {
        Label label = new Label();
        bind(label);
        return label;
    }

    public void align(int to) {
        while (size % to != 0) {
            bytes(0xcc);
        }
    }

    public void bytes(int... bytes) {
        for (int b : bytes) {
            if (size == code.length) {
                code = Arrays.copyOf(code, 2 * size);
            }
            code[size++] = (byte) b;
        }
    }

    public void word(int value) {
        bytes(value, value >> 8, value >> 16, value >> 24);
    }

    public void quad(long value) {
        word((int) value);
        word((int) (value >> 32));
    }

    private void patch(int at, int value) {
        ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
    }

    private void displacement(Label label) {
        if (label.position >= 0) {
            word(label.position - (size + 4));
        } else {
            label.fixups.add(size);
            word(0);
        }
    }

    /** Prefixes, opcode (one byte, or 0x0fNN), and a ModRM byte for a register field and a register. */
    private void registers(boolean wide, int opcode, int reg, Gpr rm) {
        rex(wide, reg, 0, rm.ordinal(), false);
        opcode(opcode);
        bytes(0xc0 | (reg & 7) << 3 | rm.ordinal() & 7);
    }

    private void memory(boolean wide, int opcode, int reg, Mem m) {
        if (m.gs()) {
            bytes(0x65);
        }
        rex(wide, reg, number(m.index()), number(m.base()), false);
        opcode(opcode);
        modrm(reg, m);
    }

    private void rex(boolean wide, int reg, int index, int base, boolean force) {
        int rex = (wide ? 8 : 0) | (reg >> 3) << 2 | (index >> 3) << 1 | base >> 3;
        if (rex != 0 || force) {
            bytes(0x40 | rex);
        }
    }

    private void opcode(int opcode) {
        if (opcode > 0xff) {
            bytes(opcode >> 8);
        }
        bytes(opcode);
    }

    private static int number(@Nullable Gpr r) {
        return r == null ? 0 : r.ordinal();
    }

    private void modrm(int reg, Mem m) {
        int field = (reg & 7) << 3;
        if (m.label() != null) {
            bytes(5 | field);
            displacement(m.label());
        } else if (m.base() == null) {
            bytes(4 | field, 0x25);
            word(m.disp());
        } else if (m.index() != null) {
            int scale = Integer.numberOfTrailingZeros(m.scale()) << 6;
            bytes(
                    0x84 | field,
                    scale | (m.index().ordinal() & 7) << 3 | m.base().ordinal() & 7);
            word(m.disp());
        } else {
            bytes(0x80 | field | m.base().ordinal() & 7);
            if ((m.base().ordinal() & 7) == Gpr.RSP.ordinal()) {
                bytes(0x24);
            }
            word(m.disp());
        }
    }

    public void mov(Gpr to, Gpr from) {
        registers(true, 0x89, from.ordinal(), to);
    }

    public void movl(Gpr to, Gpr from) {
        registers(false, 0x89, from.ordinal(), to);
    }

    public void mov(Gpr to, Mem from) {
        memory(true, 0x8b, to.ordinal(), from);
    }

    public void movl(Gpr to, Mem from) {
        memory(false, 0x8b, to.ordinal(), from);
    }

    public void mov(Mem to, Gpr from) {
        memory(true, 0x89, from.ordinal(), to);
    }

    public void movl(Mem to, Gpr from) {
        memory(false, 0x89, from.ordinal(), to);
    }

    /** Stores the low byte; only of RAX, RCX, RDX, RBX or R8 to R15. */
    public void movb(Mem to, Gpr from) {
        memory(false, 0x88, from.ordinal(), to);
    }

    /** Loads a register with a constant, by the shortest form that does not touch the flags. */
    public void mov(Gpr to, long value) {
        if (value >= 0 && value <= 0xffffffffL) {
            rex(false, 0, 0, to.ordinal(), false);
            bytes(0xb8 | to.ordinal() & 7);
            word((int) value);
        } else if (value == (int) value) {
            registers(true, 0xc7, 0, to);
            word((int) value);
        } else {
            rex(true, 0, 0, to.ordinal(), false);
            bytes(0xb8 | to.ordinal() & 7);
            quad(value);
        }
    }

    /** Stores a sign-extended constant in 64 bits. */
    public void mov(Mem to, int value) {
        memory(true, 0xc7, 0, to);
        word(value);
    }

    public void movl(Mem to, int value) {
        memory(false, 0xc7, 0, to);
        word(value);
    }

    /** Loads a byte, zero-extended. */
    public void movzxb(Gpr to, Mem from) {
        memory(false, 0x0fb6, to.ordinal(), from);
    }

    /** Zero-extends the low 16 bits. */
    public void movzxw(Gpr to, Gpr from) {
        registers(false, 0x0fb7, to.ordinal(), from);
    }

    /** Loads 16 bits, zero-extended. */
    public void movzxw(Gpr to, Mem from) {
        memory(false, 0x0fb7, to.ordinal(), from);
    }

    public void lea(Gpr to, Mem of) {
        memory(true, 0x8d, to.ordinal(), of);
    }

    public void add(Gpr to, Gpr from) {
        registers(true, ADD << 3 | 1, from.ordinal(), to);
    }

    public void add(Gpr to, int value) {
        arithmetic(true, ADD, to, value);
    }

    public void sub(Gpr to, Gpr from) {
        registers(true, SUB << 3 | 1, from.ordinal(), to);
    }

    public void sub(Gpr to, int value) {
        arithmetic(true, SUB, to, value);
    }

    public void subl(Gpr to, int value) {
        arithmetic(false, SUB, to, value);
    }

    public void and(Gpr to, Gpr from) {
        registers(true, AND << 3 | 1, from.ordinal(), to);
    }

    public void and(Gpr to, int value) {
        arithmetic(true, AND, to, value);
    }

    public void andl(Gpr to, int value) {
        arithmetic(false, AND, to, value);
    }

    public void or(Gpr to, Gpr from) {
        registers(true, OR << 3 | 1, from.ordinal(), to);
    }

    public void orl(Gpr to, int value) {
        arithmetic(false, OR, to, value);
    }

    public void xorl(Gpr to, Gpr from) {
        registers(false, XOR << 3 | 1, from.ordinal(), to);
    }

    public void cmp(Gpr a, Gpr b) {
        registers(true, CMP << 3 | 1, b.ordinal(), a);
    }

    public void cmpl(Gpr a, Gpr b) {
        registers(false, CMP << 3 | 1, b.ordinal(), a);
    }

    public void cmp(Gpr a, Mem b) {
        memory(true, CMP << 3 | 3, a.ordinal(), b);
    }

    public void cmpl(Gpr a, Mem b) {
        memory(false, CMP << 3 | 3, a.ordinal(), b);
    }

    public void cmp(Gpr a, int value) {
        arithmetic(true, CMP, a, value);
    }

    public void cmpl(Gpr a, int value) {
        arithmetic(false, CMP, a, value);
    }

    public void cmpl(Mem a, int value) {
        memory(false, 0x81, CMP, a);
        word(value);
    }

    public void cmp(Mem a, int value) {
        memory(true, 0x81, CMP, a);
        word(value);
    }

    private void arithmetic(boolean wide, int operation, Gpr to, int value) {
        registers(wide, 0x81, operation, to);
        word(value);
    }

    public void test(Gpr a, Gpr b) {
        registers(true, 0x85, b.ordinal(), a);
    }

    public void testl(Gpr a, Gpr b) {
        registers(false, 0x85, b.ordinal(), a);
    }

    public void testl(Gpr a, int value) {
        registers(false, 0xf7, 0, a);
        word(value);
    }

    public void not(Gpr a) {
        registers(true, 0xf7, 2, a);
    }

    public void shl(Gpr a, int count) {
        registers(true, 0xc1, 4, a);
        bytes(count);
    }

    public void imul(Gpr to, Gpr by) {
        registers(true, 0x0faf, to.ordinal(), by);
    }

    /** The number of the lowest bit of {@code from} that is set; there must be one. */
    public void bsf(Gpr to, Gpr from) {
        registers(true, 0x0fbc, to.ordinal(), from);
    }

    /** Shifts left by CL. */
    public void shlCl(Gpr a) {
        registers(true, 0xd3, 4, a);
    }

    public void shrl(Gpr a, int count) {
        registers(false, 0xc1, 5, a);
        bytes(count);
    }

    public void shr(Gpr a, int count) {
        registers(true, 0xc1, 5, a);
        bytes(count);
    }

    /** Copies bit {@code index} of {@code a} to the carry flag. */
    public void btl(Gpr a, Gpr index) {
        registers(false, 0x0fa3, index.ordinal(), a);
    }

    public void btl(Gpr a, int index) {
        registers(false, 0x0fba, 4, a);
        bytes(index);
    }

    /** Copies bit {@code index} of all 64 to the carry flag. */
    public void bt(Gpr a, Gpr index) {
        registers(true, 0x0fa3, index.ordinal(), a);
    }

    /** Copies bit {@code index} of all 64 to the carry flag. */
    public void bt(Gpr a, int index) {
        registers(true, 0x0fba, 4, a);
        bytes(index);
    }

    /** Copies RCX bytes from RSI to RDI. */
    public void repMovsb() {
        bytes(0xf3, 0xa4);
    }

    /** Fills RCX bytes at RDI with AL. */
    public void repStosb() {
        bytes(0xf3, 0xaa);
    }

    /** Sets AL to the condition. */
    public void setAl(Cond cond) {
        bytes(0x0f, 0x90 | cond.code, 0xc0);
    }

    public void xchgl(Mem m, Gpr r) {
        memory(false, 0x87, r.ordinal(), m);
    }

    /** lock cmpxchg: compares EAX, stores {@code value}; EAX becomes what was there. */
    public void lockCmpxchgl(Mem m, Gpr value) {
        bytes(0xf0);
        memory(false, 0x0fb1, value.ordinal(), m);
    }

    public void lockIncl(Mem m) {
        bytes(0xf0);
        memory(false, 0xff, 0, m);
    }

    public void lockAndl(Mem m, int value) {
        bytes(0xf0);
        memory(false, 0x81, AND, m);
        word(value);
    }

    public void incl(Mem m) {
        memory(false, 0xff, 0, m);
    }

    public void jmp(Label to) {
        bytes(0xe9);
        displacement(to);
    }

    public void jmp(Gpr to) {
        registers(false, 0xff, 4, to);
    }

    public void jmp(Mem to) {
        memory(false, 0xff, 4, to);
    }

    public void j(Cond cond, Label to) {
        bytes(0x0f, 0x80 | cond.code);
        displacement(to);
    }

    public void syscall() {
        bytes(0x0f, 0x05);
    }

    public void pause() {
        bytes(0xf3, 0x90);
    }

    /** The limit of the segment with selector {@code from}. */
    public void lsl(Gpr to, Gpr from) {
        bytes(0x0f, 0x03, 0xc0 | to.ordinal() << 3 | from.ordinal());
    }

    public void pushfq() {
        bytes(0x9c);
    }

    public void popfq() {
        bytes(0x9d);
    }

    public void push(Gpr r) {
        rex(false, 0, 0, r.ordinal(), false);
        bytes(0x50 | r.ordinal() & 7);
    }

    public void pop(Gpr r) {
        rex(false, 0, 0, r.ordinal(), false);
        bytes(0x58 | r.ordinal() & 7);
    }

    public void iretq() {
        bytes(0x48, 0xcf);
    }

    public void sahf() {
        bytes(0x9e);
    }

    /** Moves CL to AH. */
    public void movAhCl() {
        bytes(0x88, 0xcc);
    }

    /** Adds to AL alone. */
    public void addAl(int value) {
        bytes(0x04, value);
    }

    public void ud2() {
        bytes(0x0f, 0x0b);
    }

    public void int3() {
        bytes(0xcc);
    }

    public void nop() {
        bytes(0x90);
    }

    public void ret() {
        bytes(0xc3);
    }

    public void cpuid() {
        bytes(0x0f, 0xa2);
    }

    public void xgetbv() {
        bytes(0x0f, 0x01, 0xd0);
    }

    /** xsave64 of the components EDX:EAX. */
    public void xsave(Mem to) {
        memory(true, 0x0fae, 4, to);
    }

    /** xrstor64 of the components EDX:EAX. */
    public void xrstor(Mem from) {
        memory(true, 0x0fae, 5, from);
    }

    public void rdfsbase(Gpr to) {
        bytes(0xf3);
        registers(true, 0x0fae, 0, to);
    }
}
