package umlaut.fs.proc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import umlaut.kernel.Kernel;

/** proc_cpuinfo(5): what the host says of its processors, which are the guest's too, for as many as the guest has. */
final class CpuInfo {
    private CpuInfo() {}

    static String text(Kernel kernel) {
        String[] blocks = host().split("\n\n");
        int cpus = kernel.config.cpus();
        StringBuilder out = new StringBuilder();
        for (int cpu = 0; cpu < cpus; cpu++) {
            String block = blocks[Math.min(cpu, blocks.length - 1)];
            for (String line : block.split("\n")) {
                int colon = line.indexOf(':');
                if (colon < 0) {
                    continue;
                }
                String key = line.substring(0, colon).strip();
                String own = own(key, cpu, cpus);
                out.append(own == null ? line : line.substring(0, colon) + ": " + own)
                        .append('\n');
            }
            out.append('\n');
        }
        return out.toString();
    }

    /** The fields in which the guest's view differs: one socket, each processor a core. */
    private static @org.jspecify.annotations.Nullable String own(String key, int cpu, int cpus) {
        return switch (key) {
            case "processor", "core id", "apicid", "initial apicid" -> Integer.toString(cpu);
            case "physical id" -> "0";
            case "siblings", "cpu cores" -> Integer.toString(cpus);
            default -> null;
        };
    }

    private static String host() {
        try {
            return Files.readString(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "processor\t: 0\n";
        }
    }
}
