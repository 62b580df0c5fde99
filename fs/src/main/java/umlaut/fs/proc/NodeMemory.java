package umlaut.fs.proc;

import umlaut.kernel.Kernel;

/** /sys/devices/system/node/node0/meminfo: the one node has all memory. */
public final class NodeMemory {
    private NodeMemory() {}

    public static String meminfo(Kernel kernel) {
        StringBuilder out = new StringBuilder();
        for (String line : MemoryInfo.of(kernel).meminfo().split("\n")) {
            if (line.startsWith("Mem") && !line.startsWith("MemAvailable")
                    || line.startsWith("Active")
                    || line.startsWith("AnonPages")) {
                out.append("Node 0 ").append(line).append('\n');
            }
        }
        return out.toString();
    }
}
