package umlaut.fs.proc;

import java.util.List;
import java.util.Map;
import umlaut.kernel.mm.Mempolicy;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.mm.Vma;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Path;

/** /proc/PID/numa_maps, numa(7): each mapping with its policy and its pages, all of which are in node 0. */
final class NumaMapsText {
    private static final int KIB_A_PAGE = 4;
    private static final String[] MODES = {
        "default", "prefer", "bind", "interleave", "local", "prefer (many)", "weighted interleave"
    };

    private NumaMapsText() {}

    static String numaMaps(Subject subject, Task reader) {
        PtraceAccess.require(reader, subject.task());
        Mm mm = subject.acquireMm();
        if (mm == null) {
            return "";
        }
        try {
            List<SmapsText.HostRange> host = SmapsText.parse(HostProcess.smaps(mm.space()));
            StringBuilder out = new StringBuilder();
            for (Vma vma : mm.vmas()) {
                if (!vma.has(Vma.SPECIAL)) {
                    line(out, vma, reader, SmapsText.sum(mm, host, vma.start(), vma.end()));
                }
            }
            return out.toString();
        } finally {
            mm.release();
        }
    }

    private static void line(StringBuilder out, Vma vma, Task reader, Map<String, Long> kib) {
        Mempolicy policy = vma.policy();
        out.append("%08x %s".formatted(vma.start(), policy == null ? "default" : policyText(policy)));
        File file = vma.file();
        Path path = file == null ? null : file.path;
        if (path != null) {
            out.append(" file=").append(path.display(reader.fs().root()).replace("\n", "\\012"));
        } else if (Vma.HEAP.equals(vma.name())) {
            out.append(" heap");
        } else if (vma.isStack()) {
            out.append(" stack");
        }
        long pages = kib.getOrDefault("Rss", 0L) / KIB_A_PAGE;
        if (pages != 0) {
            long anonymous = kib.getOrDefault("Anonymous", 0L) / KIB_A_PAGE;
            long dirty = (kib.getOrDefault("Shared_Dirty", 0L) + kib.getOrDefault("Private_Dirty", 0L)) / KIB_A_PAGE;
            out.append(anonymous != 0 ? " anon=" + anonymous : "").append(dirty != 0 ? " dirty=" + dirty : "");
            out.append(pages != anonymous && pages != dirty ? " mapped=" + pages : "");
            out.append(" N0=").append(pages).append(" kernelpagesize_kB=4");
        }
        out.append('\n');
    }

    /** mpol_to_str. */
    private static String policyText(Mempolicy policy) {
        StringBuilder text = new StringBuilder(MODES[policy.mode()]);
        if (policy.isStatic()) {
            text.append("=static");
        } else if (policy.isRelative()) {
            text.append("=relative");
        }
        if (policy.nodes() != 0) {
            text.append(':').append(nodes(policy.nodes()));
        }
        return text.toString();
    }

    private static String nodes(long mask) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Long.SIZE; i++) {
            if ((mask >>> i & 1) != 0) {
                text.append(text.isEmpty() ? "" : ",").append(i);
            }
        }
        return text.toString();
    }
}
