package umlaut.daemon;

import java.io.IOException;

/** Somebody attached to the standard streams, or the terminal, of a guest's first program. */
final class AttachSession {
    private final Connection connection;
    private final Watch watch;

    AttachSession(Connection connection, Watch watch) {
        this.connection = connection;
        this.watch = watch;
    }

    void run(Fields f) throws IOException {
        Watch.Run run = watch.running();
        Output output = run.output();
        if (output == null) {
            throw new DaemonException("guest '" + watch.guest.name()
                    + "' runs in the foreground of another terminal: use 'umlaut exec' instead");
        }
        connection.write(Frame.of(Frame.DONE));
        Attached me = new Attached(connection);
        output.add(me);
        if (f.number("rows") > 0) {
            output.redraw((int) f.number("rows"), (int) f.number("columns"));
        }
        if (run.first().status().isDone()) {
            me.offer(Frame.of(Frame.EXIT, run.first().status().join()));
        }
        try {
            listen(run, output);
        } finally {
            output.remove(me);
            me.offer(Frame.of(Frame.EXIT, 0));
        }
    }

    private void listen(Watch.Run run, Output output) throws IOException {
        Frame frame;
        while ((frame = connection.read()) != null) {
            switch (frame.kind()) {
                case Frame.INPUT -> output.type(frame.body());
                case Frame.INPUT_END -> output.endInput();
                case Frame.RESIZE -> output.resize(frame.number() >>> 16, frame.number() & 0xffff);
                case Frame.SIGNAL -> run.first().signalAsKeys(frame.number());
                case Frame.DONE -> {
                    return;
                }
                default -> throw new IOException("unexpected " + frame.kind());
            }
        }
    }
}
