package umlaut.kernel.mm;

/**
 * A NUMA memory policy as a program set it (Linux: struct mempolicy).
 *
 * @param mode MPOL_*
 * @param flags MPOL_F_STATIC_NODES and its like
 * @param nodes the nodes it means, bit 0 = node 0
 * @param given the nodes as they were given, which is what is shown where the flags say so
 * @param home the home node, -1 = none
 */
public record Mempolicy(int mode, int flags, long nodes, long given, int home) {
    static final int STATIC = 1 << 15, RELATIVE = 1 << 14;

    Mempolicy at(int homeNode) {
        return new Mempolicy(mode, flags, nodes, given, homeNode);
    }

    public boolean isStatic() {
        return (flags & STATIC) != 0;
    }

    public boolean isRelative() {
        return (flags & RELATIVE) != 0;
    }

    long shownNodes() {
        return (flags & (STATIC | RELATIVE)) != 0 ? given : nodes;
    }
}
