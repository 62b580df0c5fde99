package umlaut.host;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes classic BPF programs for seccomp, with named labels. Conditional jumps name where to go when true and fall through otherwise; all
 * jumps go forward, as BPF demands. See seccomp(2) and the kernel's Documentation/networking/filter.rst.
 */
public final class Bpf {
    /** Offsets in struct seccomp_data; {@link #argument} gives those of arguments. */
    public static final int NR = 0, ARCH = 4, IP_LOW = 8, IP_HIGH = 12;

    public static final int RET_KILL_PROCESS = 0x80000000,
            RET_TRAP = 0x00030000,
            RET_ERRNO = 0x00050000,
            RET_ALLOW = 0x7fff0000;
    public static final int AUDIT_ARCH_X86_64 = 0xc000003e;

    private static final int LD_ABS = 0x20, JA = 0x05, JEQ = 0x15, JGE = 0x35, JSET = 0x45, RET = 0x06, ALU_AND = 0x54;
    private static final int ALU_XOR = 0xa4, ALU_OR_X = 0x4c, TAX = 0x07;

    private record Instruction(int code, int k, String whenTrue) {}

    private final List<Instruction> instructions = new ArrayList<>();
    private final Map<String, Integer> labels = new HashMap<>();

    /** Offset of the low half of argument {@code index} (0 to 5); the high half is 4 further on. */
    public static int argument(int index) {
        return 16 + 8 * index;
    }

    /** Loads 32 bits of struct seccomp_data. */
    public Bpf load(int offset) {
        return add(LD_ABS, offset, "");
    }

    public Bpf and(int mask) {
        return add(ALU_AND, mask, "");
    }

    public Bpf xor(int value) {
        return add(ALU_XOR, value, "");
    }

    /** Copies the accumulator to the index register. */
    public Bpf toIndex() {
        return add(TAX, 0, "");
    }

    /** Ors the index register to the accumulator. */
    public Bpf orIndex() {
        return add(ALU_OR_X, 0, "");
    }

    public Bpf jumpIfEqual(int value, String label) {
        return add(JEQ, value, label);
    }

    /** Unsigned. */
    public Bpf jumpIfAtLeast(int value, String label) {
        return add(JGE, value, label);
    }

    public Bpf jumpIfAnyBit(int mask, String label) {
        return add(JSET, mask, label);
    }

    public Bpf jump(String label) {
        return add(JA, 0, label);
    }

    public Bpf ret(int action) {
        return add(RET, action, "");
    }

    public Bpf label(String name) {
        if (labels.put(name, instructions.size()) != null) {
            throw new IllegalStateException("label twice: " + name);
        }
        return this;
    }

    private Bpf add(int code, int k, String whenTrue) {
        instructions.add(new Instruction(code, k, whenTrue));
        return this;
    }

    /** The program as an array of struct sock_filter. */
    public byte[] assemble() {
        ByteBuffer out = ByteBuffer.allocate(8 * instructions.size()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < instructions.size(); i++) {
            Instruction in = instructions.get(i);
            int distance = in.whenTrue.isEmpty() ? 0 : distance(in.whenTrue, i);
            boolean always = in.code == JA;
            if (!always && distance > 255) {
                throw new IllegalStateException("too far: " + in.whenTrue);
            }
            out.putShort((short) in.code)
                    .put((byte) (always ? 0 : distance))
                    .put((byte) 0)
                    .putInt(always ? distance : in.k);
        }
        return out.array();
    }

    private int distance(String label, int from) {
        Integer to = labels.get(label);
        if (to == null || to <= from) {
            throw new IllegalStateException("no such label further on: " + label);
        }
        return to - from - 1;
    }
}
