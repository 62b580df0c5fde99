package umlaut.machine.console;

import org.jspecify.annotations.Nullable;

/** "in,out": what comes from one channel and what goes to another. */
final class PairChannel implements Channel {
    private final Channel in;
    private final Channel out;

    PairChannel(Channel in, Channel out) {
        this.in = in;
        this.out = out;
    }

    @Override
    public String text() {
        return in.text() + "," + out.text();
    }

    @Override
    public @Nullable Wire connect() {
        Wire from = in.connect();
        Wire to = out.connect();
        if (from == null && to == null) {
            return null;
        }
        return new Wire(
                from == null ? -1 : from.in(),
                to == null ? -1 : to.out(),
                from != null && from.restore(),
                from != null && from.hangsUp(),
                from == null || from.codec() == Codec.NONE ? to == null ? Codec.NONE : to.codec() : from.codec(),
                () -> {
                    end(from);
                    end(to);
                });
    }

    private static void end(@Nullable Wire wire) {
        if (wire != null) {
            wire.end().run();
        }
    }

    @Override
    public boolean immediate() {
        return in.immediate() && out.immediate();
    }

    @Override
    public boolean comesBack() {
        return in.comesBack() && out.comesBack();
    }

    @Override
    public void close() {
        in.close();
        out.close();
    }
}
