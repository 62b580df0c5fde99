package umlaut.block;

import java.util.List;
import umlaut.kernel.KernelFiles;

/** /sys/devices/virtual/block/NAME, with links from /sys/block, /sys/class/block and /sys/dev/block (Documentation/ABI/stable/sysfs-block). */
final class BlockSysfs {
    private static final long NS_PER_MS = 1_000_000;

    private BlockSysfs() {}

    private static String path(BlockDevice device) {
        String disk = "devices/virtual/block/";
        return device.whole == null ? disk + device.name : disk + device.whole.name + "/" + device.name;
    }

    static void show(KernelFiles sys, BlockDevice d) {
        String path = path(d);
        boolean disk = d.whole == null;
        String number = d.major + ":" + d.minor;
        sys.text(path + "/dev", t -> number + "\n");
        sys.text(path + "/uevent", t -> uevent(d));
        sys.text(path + "/size", t -> d.size / BlockDevice.SECTOR + "\n");
        sys.text(path + "/ro", t -> (d.readOnly() ? 1 : 0) + "\n");
        sys.text(path + "/stat", t -> statistics(d, " ") + "\n");
        sys.text(path + "/inflight", t -> "       0        0\n");
        sys.text(path + "/alignment_offset", t -> "0\n");
        sys.text(path + "/discard_alignment", t -> "0\n");
        sys.link(path + "/subsystem", disk ? "../../../../class/block" : "../../../../../class/block");
        if (disk) {
            sys.text(path + "/range", t -> "16\n");
            sys.text(path + "/ext_range", t -> "16\n");
            sys.text(path + "/removable", t -> "0\n");
            sys.text(path + "/hidden", t -> "0\n");
            queue(sys, d, path + "/queue/");
            sys.link("block/" + d.name, "../" + path);
        } else {
            sys.text(path + "/partition", t -> d.partition + "\n");
            sys.text(path + "/start", t -> d.start / BlockDevice.SECTOR + "\n");
        }
        sys.link("class/block/" + d.name, "../../" + path);
        sys.link("dev/block/" + number, "../../" + path);
    }

    private static void queue(KernelFiles sys, BlockDevice d, String queue) {
        for (String size : List.of("logical_block_size", "physical_block_size", "hw_sector_size", "minimum_io_size")) {
            sys.text(queue + size, t -> d.blockSize() + "\n");
        }
        String[][] constants = {
            {"optimal_io_size", "0"},
            {"rotational", "0"},
            {"discard_granularity", "512"},
            {"discard_max_bytes", "4294966784"},
            {"discard_zeroes_data", "0"},
            {"write_zeroes_max_bytes", "4294966784"},
            {"max_sectors_kb", "1280"},
            {"nr_requests", "128"},
            {"read_ahead_kb", "128"},
            {"scheduler", "[none]"},
            {"write_cache", "write back"},
            {"zoned", "none"}
        };
        for (String[] constant : constants) {
            sys.text(queue + constant[0], t -> constant[1] + "\n");
        }
    }

    private static String uevent(BlockDevice d) {
        String text = "MAJOR=" + d.major + "\nMINOR=" + d.minor + "\nDEVNAME=" + d.name + "\nDEVTYPE=";
        return text + (d.whole == null ? "disk\n" : "partition\nPARTN=" + d.partition + "\n");
    }

    static void hide(KernelFiles sys, BlockDevice d) {
        sys.remove("class/block/" + d.name);
        sys.remove("dev/block/" + d.major + ":" + d.minor);
        sys.remove("block/" + d.name);
        sys.remove(path(d));
    }

    /** The fields of /sys/block/NAME/stat, as Documentation/admin-guide/iostats.rst has them; times in ms. */
    static String statistics(BlockDevice d, String between) {
        long readMs = Math.ceilDiv(d.readNs.get(), NS_PER_MS);
        long writeMs = Math.ceilDiv(d.writeNs.get(), NS_PER_MS);
        long[] fields = {
            d.reads.get(),
            0,
            d.readSectors.get(),
            readMs,
            d.writes.get(),
            0,
            d.writtenSectors.get(),
            writeMs,
            0,
            readMs + writeMs,
            readMs + writeMs,
            0,
            0,
            0,
            0,
            d.flushes.get(),
            0
        };
        StringBuilder out = new StringBuilder();
        for (long field : fields) {
            out.append(out.isEmpty() ? "" : between).append(field);
        }
        return out.toString();
    }
}
