package umlaut.daemon;

import java.util.ArrayList;
import java.util.List;
import umlaut.machine.Machine;
import umlaut.machine.MachineLimits;
import umlaut.machine.ProcessRow;
import umlaut.machine.Usage;

/** Numbers of a running guest on their way over a control socket. */
public final class Figures {
    private static final int COLUMNS = 8;

    private Figures() {}

    static Fields usage(Machine machine) {
        Usage u = machine.usage();
        return new Fields()
                .set("cpu", u.cpuNs())
                .set("memory", u.memoryBytes())
                .set("memory-limit", u.memoryLimit())
                .set("processes", u.processes())
                .set("received", u.receivedBytes())
                .set("sent", u.sentBytes())
                .set("read", u.readBytes())
                .set("written", u.writtenBytes());
    }

    /** What a guest uses now. */
    public static Usage usage(Guest guest) {
        Fields f = Client.ask(guest, Frame.of(Frame.STATS)).fields();
        return new Usage(
                f.number("cpu"),
                f.number("memory"),
                f.number("memory-limit"),
                (int) f.number("processes"),
                f.number("received"),
                f.number("sent"),
                f.number("read"),
                f.number("written"));
    }

    static Fields processes(Machine machine) {
        Fields fields = new Fields();
        for (ProcessRow p : machine.processes()) {
            fields.add(
                    "process",
                    p.uid() + " " + p.pid() + " " + p.parent() + " " + p.startedAgoNs() + " " + p.tty() + " "
                            + p.cpuNs() + " " + p.residentBytes() + " " + p.command());
        }
        return fields;
    }

    /** The processes of a guest. */
    public static List<ProcessRow> processes(Guest guest) {
        List<ProcessRow> rows = new ArrayList<>();
        for (String line : Client.ask(guest, Frame.of(Frame.TOP)).fields().list("process")) {
            String[] f = line.split(" ", COLUMNS);
            rows.add(new ProcessRow(
                    Integer.parseInt(f[0]),
                    Integer.parseInt(f[1]),
                    Integer.parseInt(f[2]),
                    Long.parseLong(f[3]),
                    f[4],
                    Long.parseLong(f[5]),
                    Long.parseLong(f[6]),
                    f[7]));
        }
        return rows;
    }

    /** Limits that a request gives, the others as they are. */
    static MachineLimits limits(Fields f, MachineLimits now) {
        return new MachineLimits(
                f.value("memory") == null ? now.memoryBytes() : f.number("memory"),
                f.value("cpus") == null ? now.cpus() : f.fraction("cpus"),
                f.value("pids") == null ? now.pids() : (int) f.number("pids"));
    }

    /** @param limits memory (bytes), cpus, pids: what is to change */
    public static void update(Guest guest, Fields limits) {
        Client.ask(guest, Frame.of(Frame.UPDATE, limits));
    }
}
