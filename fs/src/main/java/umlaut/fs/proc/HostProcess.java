package umlaut.fs.proc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import umlaut.engine.AddressSpace;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.task.Task;

/**
 * What the host's own procfs knows of the processes that guests run in. Hints for people: where it can't be read, less
 * is shown.
 */
final class HostProcess {
    private static final int PAGE = 4096;

    /** In an entry of a pagemap: the page frame's number, or where in the swap. */
    private static final long FRAME = (1L << 55) - 1;

    /** Bytes. */
    record Memory(long resident, long shared) {
        long anonymous() {
            return Math.max(0, resident - shared);
        }
    }

    private HostProcess() {}

    /** What a guest's memory takes: never more than it has mapped, though the host counts the engine's own pages too. */
    static Memory memory(Mm mm) {
        long mapped = mm.counters().totalPages() * PAGE;
        Memory host = memory(mm.space());
        return new Memory(Math.min(host.resident, mapped), Math.min(host.shared, mapped));
    }

    private static Memory memory(AddressSpace space) {
        String statm = read(space.hostPid(), "/statm");
        String[] fields = statm.split(" ");
        if (fields.length < 3) {
            return new Memory(space.residentBytes(), 0);
        }
        return new Memory(Long.parseLong(fields[1]) * PAGE, Long.parseLong(fields[2]) * PAGE);
    }

    /** Is a thread that the kernel does not hold asleep on the host (in a futex that guests wait on without us)? */
    static boolean sleeps(Task task) {
        String stat = read(
                task.user().addressSpace().hostPid(), "/task/" + task.user().hostTid() + "/stat");
        int name = stat.lastIndexOf(") ");
        return name > 0 && stat.length() > name + 2 && stat.charAt(name + 2) == 'S';
    }

    static String maps(AddressSpace space) {
        return read(space.hostPid(), "/maps");
    }

    /** Of maps or smaps of the host's: what they say of the page of vsyscalls, which is the same for all processes. Empty where the host has none. */
    static String vsyscall(String maps) {
        int at = maps.lastIndexOf("\nffffffffff600000-");
        return at < 0 ? "" : maps.substring(at + 1);
    }

    static String smaps(AddressSpace space) {
        return read(space.hostPid(), "/smaps");
    }

    /** What proc_pid_pagemap(5) says of pages but where they lie: a number for each, 0 where the host has none or does not tell. */
    static long[] pagemap(AddressSpace space, long address, int pages) {
        long[] entries = new long[pages];
        Path path = Path.of("/proc/" + space.hostPid() + "/pagemap");
        ByteBuffer bytes = ByteBuffer.allocate(pages * Long.BYTES).order(ByteOrder.nativeOrder());
        try (FileChannel channel = FileChannel.open(path)) {
            while (bytes.hasRemaining() && channel.read(bytes, address / PAGE * Long.BYTES + bytes.position()) > 0) {
                // until all is there
            }
        } catch (IOException e) {
            return entries; // it has just ended, or is not ours to read
        }
        bytes.flip();
        for (int i = 0; bytes.remaining() >= Long.BYTES; i++) {
            entries[i] = bytes.getLong() & ~FRAME;
        }
        return entries;
    }

    private static String read(int pid, String file) {
        if (pid == 0) {
            return "";
        }
        try {
            return Files.readString(Path.of("/proc/" + pid + file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // it has just ended, or is not ours to read
        }
    }

    /** One number of the host's /proc/meminfo in bytes, or 0. */
    static long meminfo(String key) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/meminfo"), StandardCharsets.ISO_8859_1)) {
                if (line.startsWith(key + ":")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
                }
            }
        } catch (IOException e) {
            return 0;
        }
        return 0;
    }
}
