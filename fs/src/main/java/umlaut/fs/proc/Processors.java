package umlaut.fs.proc;

import umlaut.kernel.Kernel;

/** The guest's processors as masks and lists (cpuset(7), "Formats"). */
public final class Processors {
    private Processors() {}

    public static long mask(Kernel kernel) {
        int cpus = kernel.config.cpus();
        return cpus >= Long.SIZE ? -1 : (1L << cpus) - 1;
    }

    /** As "0-3,6". */
    public static String list(long mask) {
        StringBuilder out = new StringBuilder();
        for (int cpu = 0; cpu < Long.SIZE; cpu++) {
            if ((mask >>> cpu & 1) == 0) {
                continue;
            }
            int first = cpu;
            while (cpu + 1 < Long.SIZE && (mask >>> cpu + 1 & 1) != 0) {
                cpu++;
            }
            out.append(out.isEmpty() ? "" : ",").append(first).append(cpu > first ? "-" + cpu : "");
        }
        return out.toString();
    }
}
