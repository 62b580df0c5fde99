package umlaut.daemon;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import umlaut.machine.ExecConfig;
import umlaut.machine.MachineException;

/** One request on a guest's control socket, from its first frame to the end. What fails is told to who asked, as one line. */
final class Session implements Runnable {
    private static final int MOST_SIGNAL = 64;

    private final Connection connection;
    private final Watch watch;

    Session(Connection connection, Watch watch) {
        this.connection = connection;
        this.watch = watch;
    }

    @Override
    public void run() {
        try {
            Frame request = connection.read();
            if (request != null) {
                answer(request);
            }
        } catch (IOException e) {
            // Whoever asked has gone, or does not speak this protocol: nobody to tell.
            connection.shutdown();
        }
    }

    private void answer(Frame request) throws IOException {
        try {
            serve(request);
        } catch (MachineException | DaemonException | umlaut.block.ImageException e) {
            connection.write(Frame.failure(e));
        } catch (RuntimeException e) {
            System.err.println("umlaut: a request failed: " + e);
            connection.write(Frame.failure(e));
        }
    }

    private void serve(Frame request) throws IOException {
        Fields f = request.fields();
        switch (request.kind()) {
            case Frame.EXEC -> exec(f);
            case Frame.ATTACH -> new AttachSession(connection, watch).run(f);
            case Frame.WAIT ->
                connection.write(Frame.of(Frame.EXIT, watch.ended().join()));
            case Frame.STOP -> {
                watch.stop(signal(f), f.number("seconds"));
                done();
            }
            case Frame.KILL -> {
                watch.signal(signal(f));
                done();
            }
            case Frame.PAUSE -> {
                watch.pause();
                done();
            }
            case Frame.RESUME -> {
                watch.resume();
                done();
            }
            case Frame.STATS ->
                connection.write(
                        Frame.of(Frame.DONE, Figures.usage(watch.running().machine())));
            case Frame.TOP ->
                connection.write(
                        Frame.of(Frame.DONE, Figures.processes(watch.running().machine())));
            case Frame.GET -> new CopySession(connection, watch).get(f);
            case Frame.PUT -> new CopySession(connection, watch).put(f);
            case Frame.UPDATE -> {
                watch.running()
                        .machine()
                        .limit(Figures.limits(f, watch.running().machine().limits()));
                done();
            }
            default -> throw new DaemonException("no such request: '" + request.kind() + "'");
        }
    }

    private static int signal(Fields f) {
        long signo = f.number("signal");
        if (signo < 0 || signo > MOST_SIGNAL) {
            throw new DaemonException("no such signal: " + signo);
        }
        return (int) signo;
    }

    private void done() throws IOException {
        connection.write(Frame.of(Frame.DONE));
    }

    private void exec(Fields f) throws IOException {
        Map<String, String> environment = new LinkedHashMap<>();
        for (String variable : f.list("variable")) {
            int equals = variable.indexOf('=');
            if (equals > 0) {
                environment.put(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        List<String> command = f.list("command");
        ExecConfig what = new ExecConfig(command, environment, f.value("workdir"), f.value("user"));
        new ExecSession(connection, watch).run(what, f);
    }
}
