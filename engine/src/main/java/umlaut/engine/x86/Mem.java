package umlaut.engine.x86;

import org.jspecify.annotations.Nullable;

/**
 * A memory operand: base + index * scale + displacement, or relative to the GS base, or a label (relative to RIP).
 *
 * @param base null for an absolute 32-bit address
 * @param index never RSP
 * @param scale 1, 2, 4 or 8
 */
public record Mem(
        boolean gs,
        @Nullable Gpr base,
        @Nullable Gpr index,
        int scale,
        int disp,
        @Nullable Label label) {
    public static Mem at(Gpr base, int disp) {
        return new Mem(false, base, null, 1, disp, null);
    }

    public static Mem at(Gpr base, Gpr index, int scale, int disp) {
        return new Mem(false, base, index, scale, disp, null);
    }

    public static Mem gs(int disp) {
        return new Mem(true, null, null, 1, disp, null);
    }

    public static Mem at(Label label) {
        return new Mem(false, null, null, 1, 0, label);
    }
}
