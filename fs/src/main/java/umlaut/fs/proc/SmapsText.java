package umlaut.fs.proc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.mm.Vma;
import umlaut.kernel.task.Task;

/** proc_pid_smaps(5): the guest's mappings with the numbers that the host has for the pages in them. */
final class SmapsText {
    private static final String[] KEYS = {
        "Rss",
        "Pss",
        "Pss_Dirty",
        "Shared_Clean",
        "Shared_Dirty",
        "Private_Clean",
        "Private_Dirty",
        "Referenced",
        "Anonymous",
        "KSM",
        "LazyFree",
        "AnonHugePages",
        "ShmemPmdMapped",
        "FilePmdMapped",
        "Shared_Hugetlb",
        "Private_Hugetlb",
        "Swap",
        "SwapPss",
        "Locked",
    };

    /** Mnemonics of VmFlags, in the kernel's order. */
    private static final int[] FLAGS = {
        Vma.SEQUENTIAL,
        Vma.RANDOM,
        Vma.DONTFORK,
        Vma.ACCOUNT,
        Vma.NORESERVE,
        Vma.LOCKONFAULT,
        Vma.WIPEONFORK,
        Vma.DONTDUMP,
        Vma.HUGEPAGE,
        Vma.NOHUGEPAGE,
        Vma.MERGEABLE,
        Vma.SEALED
    };

    private static final String[] FLAG_NAMES = {
        "sr ", "rr ", "dc ", "ac ", "nr ", "lf ", "wf ", "dd ", "hg ", "nh ", "mg ", "sl "
    };

    /** One mapping of the host: KiB by name. */
    record HostRange(long start, long end, Map<String, Long> sizes) {}

    /** Bytes of address space that the host is asked of at a time. */
    private static final long PIECE = 64 << 20;

    private SmapsText() {}

    static String smaps(Subject subject, Task reader) {
        PtraceAccess.require(reader, subject.task());
        Mm mm = subject.acquireMm();
        if (mm == null) {
            return "";
        }
        try {
            String whole = HostProcess.smaps(mm.space());
            List<HostRange> host = parse(whole);
            StringBuilder out = new StringBuilder();
            for (Vma vma : mm.vmas()) {
                MapsText.line(out, vma, reader);
                row(out, "Size", vma.length() >> 10);
                row(out, "KernelPageSize", 4);
                row(out, "MMUPageSize", 4);
                Map<String, Long> sizes = sum(mm, host, vma.start(), vma.end());
                if (vma.has(Vma.LOCKED)) {
                    sizes.put("Locked", sizes.getOrDefault("Pss", 0L));
                }
                rows(out, sizes);
                out.append("THPeligible:           0\n");
                out.append("VmFlags: ").append(flags(vma)).append('\n');
            }
            return out.append(HostProcess.vsyscall(whole)).toString();
        } finally {
            mm.release();
        }
    }

    static String rollup(Subject subject, Task reader) {
        PtraceAccess.require(reader, subject.task());
        Mm mm = subject.acquireMm();
        if (mm == null) {
            return "";
        }
        try {
            List<Vma> vmas = mm.vmas();
            if (vmas.isEmpty()) {
                return "";
            }
            long start = vmas.getFirst().start();
            long end = vmas.getLast().end();
            StringBuilder out = new StringBuilder("%08x-%08x ---p 00000000 00:00 0".formatted(start, end));
            out.repeat(' ', Math.max(1, 73 - out.length())).append("[rollup]\n");
            rows(out, sum(mm, parse(HostProcess.smaps(mm.space())), start, end));
            return out.toString();
        } finally {
            mm.release();
        }
    }

    private static String flags(Vma vma) {
        StringBuilder out = new StringBuilder();
        out.append(vma.readable() ? "rd " : "")
                .append(vma.writable() ? "wr " : "")
                .append(vma.executable() ? "ex " : "");
        out.append(vma.isShared() ? "sh " : "")
                .append(vma.has(Vma.MAYREAD) ? "mr " : "")
                .append(vma.mayWrite() ? "mw " : "");
        out.append(vma.has(Vma.MAYEXEC) ? "me " : "")
                .append(vma.isStack() ? "gd " : "")
                .append(vma.has(Vma.LOCKED) ? "lo " : "");
        for (int i = 0; i < FLAG_NAMES.length; i++) {
            out.append(vma.has(FLAGS[i]) ? FLAG_NAMES[i] : "");
        }
        return out.toString();
    }

    private static void row(StringBuilder out, String key, long kib) {
        out.append(key)
                .append(':')
                .repeat(' ', Math.max(1, 23 - key.length() - String.valueOf(kib).length()));
        out.append(kib).append(" kB\n");
    }

    private static void rows(StringBuilder out, Map<String, Long> sizes) {
        for (String key : KEYS) {
            row(out, key, sizes.getOrDefault(key, 0L));
        }
    }

    static Map<String, Long> sum(Mm mm, List<HostRange> host, long start, long end) {
        Map<String, Long> total = new LinkedHashMap<>();
        for (HostRange range : host) {
            if (range.start < end && range.end > start) {
                double share = share(mm, range, start, end);
                range.sizes.forEach((key, kib) -> total.merge(key, Math.round(kib * share / 4) * 4, Long::sum));
            }
        }
        return total;
    }

    /** How much of what the host counts for a range of its own, which may be wider than the guest's, counts for the guest's. */
    private static double share(Mm mm, HostRange range, long start, long end) {
        if (range.start >= start && range.end <= end) {
            return 1;
        }
        long all = present(mm, range.start, range.end);
        return all == 0 ? 0 : (double) present(mm, Math.max(start, range.start), Math.min(end, range.end)) / all;
    }

    private static long present(Mm mm, long start, long end) {
        long count = 0;
        for (long at = start; at < end; at += PIECE) {
            int pages = (int) (Math.min(PIECE, end - at) >> 12);
            count += Arrays.stream(HostProcess.pagemap(mm.space(), at, pages))
                    .filter(entry -> entry < 0)
                    .count();
        }
        return count;
    }

    static List<HostRange> parse(String text) {
        List<HostRange> all = new ArrayList<>();
        for (String line : text.split("\n")) {
            int colon = line.indexOf(':');
            int dash = line.indexOf('-');
            int blank = line.indexOf(' ');
            if (dash > 0 && blank > dash && (colon < 0 || colon > blank)) {
                long start = Long.parseUnsignedLong(line.substring(0, dash), 16);
                long end = Long.parseUnsignedLong(line.substring(dash + 1, blank), 16);
                all.add(new HostRange(start, end, new LinkedHashMap<>()));
            } else if (colon > 0 && line.endsWith(" kB") && !all.isEmpty()) {
                long kib = Long.parseLong(
                        line.substring(colon + 1, line.length() - 3).strip());
                all.getLast().sizes.put(line.substring(0, colon), kib);
            }
        }
        return all;
    }
}
