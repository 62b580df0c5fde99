package umlaut.net.nftables;

import umlaut.net.core.NetNamespace;

/** The ruleset of a namespace that is in force, and its generation, by which programs see that it has changed. */
public final class NfTables {
    private final NetNamespace net;
    private Ruleset ruleset = new Ruleset();
    private int generation = 1;

    public NfTables(NetNamespace net) {
        this.net = net;
    }

    Ruleset ruleset() {
        return ruleset;
    }

    public int generation() {
        return generation;
    }

    /** @throws umlaut.abi.ErrnoException EMLINK: all stays as it was */
    void commit(Ruleset changed) {
        changed.sweep();
        changed.validate();
        ruleset = changed;
        generation++;
        net.netfilter.install(changed.entries(), changed.tracks());
    }
}
