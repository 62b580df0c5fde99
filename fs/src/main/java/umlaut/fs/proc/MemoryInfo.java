package umlaut.fs.proc;

import java.util.HashSet;
import java.util.Set;
import umlaut.abi.Limits;
import umlaut.kernel.Kernel;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;

/**
 * proc_meminfo(5). The machine has what it was given, or all the host has; used is what its processes and its files in
 * memory take. What the host caches of files counts as free.
 *
 * @param total bytes
 * @param free bytes
 * @param anonymous bytes of processes' private memory
 * @param files bytes of files in memory: tmpfs, shared memory
 * @param swap bytes in swap areas, all of them free
 */
record MemoryInfo(long total, long free, long anonymous, long files, long swap) {

    static long total(Kernel kernel) {
        long given = kernel.memoryBytes();
        return given > 0 ? given : HostProcess.meminfo("MemTotal");
    }

    static MemoryInfo of(Kernel kernel) {
        Set<Mm> seen = new HashSet<>();
        long anonymous = 0;
        for (ThreadGroup group : kernel.tasks.groups()) {
            Task leader = group.leader();
            Mm mm = leader == null ? null : leader.mmOrNull();
            if (mm != null && seen.add(mm)) {
                anonymous += HostProcess.memory(mm).anonymous();
            }
        }
        long total = total(kernel);
        long files = kernel.pages.allocatedBytes();
        long free = Math.max(0, total - anonymous - files);
        long host = HostProcess.meminfo("MemAvailable");
        long swap = kernel.swap.totalPages() * Limits.PAGE_SIZE;
        return new MemoryInfo(total, host > 0 ? Math.min(free, host) : free, anonymous, files, swap);
    }

    String meminfo() {
        StringBuilder out = new StringBuilder(1500);
        row(out, "MemTotal", total);
        row(out, "MemFree", free);
        row(out, "MemAvailable", free);
        row(out, "Buffers", 0);
        row(out, "Cached", files);
        row(out, "SwapCached", 0);
        row(out, "Active", anonymous);
        row(out, "Inactive", files);
        row(out, "Active(anon)", anonymous);
        row(out, "Inactive(anon)", files);
        row(out, "Active(file)", 0);
        row(out, "Inactive(file)", 0);
        row(out, "Unevictable", 0);
        row(out, "Mlocked", 0);
        row(out, "SwapTotal", swap);
        row(out, "SwapFree", swap);
        row(out, "Zswap", 0);
        row(out, "Zswapped", 0);
        row(out, "Dirty", 0);
        row(out, "Writeback", 0);
        row(out, "AnonPages", anonymous);
        row(out, "Mapped", 0);
        row(out, "Shmem", files);
        row(out, "KReclaimable", 0);
        row(out, "Slab", 0);
        row(out, "SReclaimable", 0);
        row(out, "SUnreclaim", 0);
        row(out, "KernelStack", 0);
        row(out, "PageTables", 0);
        row(out, "SecPageTables", 0);
        row(out, "NFS_Unstable", 0);
        row(out, "Bounce", 0);
        row(out, "WritebackTmp", 0);
        row(out, "CommitLimit", total / 2);
        row(out, "Committed_AS", anonymous + files);
        row(out, "VmallocTotal", 34359738367L << 10);
        row(out, "VmallocUsed", 0);
        row(out, "VmallocChunk", 0);
        row(out, "Percpu", 0);
        row(out, "AnonHugePages", 0);
        row(out, "ShmemHugePages", 0);
        row(out, "ShmemPmdMapped", 0);
        row(out, "FileHugePages", 0);
        row(out, "FilePmdMapped", 0);
        out.append(
                "HugePages_Total:       0\nHugePages_Free:        0\nHugePages_Rsvd:        0\nHugePages_Surp:        0\n");
        row(out, "Hugepagesize", 2 << 20);
        row(out, "Hugetlb", 0);
        row(out, "DirectMap4k", 0);
        row(out, "DirectMap2M", total);
        return out.toString();
    }

    private static void row(StringBuilder out, String key, long bytes) {
        String kib = Long.toString(bytes >> 10);
        out.append(key)
                .append(':')
                .repeat(' ', Math.max(1, 24 - key.length() - 1 - kib.length()))
                .append(kib)
                .append(" kB\n");
    }

    String vmstat() {
        long anonPages = anonymous >> 12;
        long filePages = files >> 12;
        return "nr_free_pages " + (free >> 12) + "\nnr_zone_inactive_anon " + filePages + "\nnr_zone_active_anon "
                + anonPages
                + "\nnr_zone_inactive_file 0\nnr_zone_active_file 0\nnr_zone_unevictable 0\nnr_zone_write_pending 0\nnr_mlock 0\n"
                + "nr_inactive_anon " + filePages + "\nnr_active_anon " + anonPages
                + "\nnr_inactive_file 0\nnr_active_file 0\n"
                + "nr_unevictable 0\nnr_slab_reclaimable 0\nnr_slab_unreclaimable 0\nnr_anon_pages " + anonPages
                + "\nnr_mapped 0\n"
                + "nr_file_pages " + filePages + "\nnr_dirty 0\nnr_writeback 0\nnr_shmem " + filePages
                + "\nnr_dirtied 0\nnr_written 0\n"
                + "nr_kernel_stack 0\nnr_page_table_pages 0\nnr_dirty_threshold 0\nnr_dirty_background_threshold 0\n"
                + "pgpgin 0\npgpgout 0\npswpin 0\npswpout 0\npgalloc_normal 0\npgfree 0\npgfault 0\npgmajfault 0\npgsteal_kswapd 0\n"
                + "pgsteal_direct 0\npgscan_kswapd 0\npgscan_direct 0\noom_kill 0\n";
    }
}
