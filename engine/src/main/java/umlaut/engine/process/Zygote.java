package umlaut.engine.process;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import umlaut.abi.Errno;
import umlaut.engine.EngineException;
import umlaut.host.Layouts;
import umlaut.host.Memory;
import umlaut.host.Processes;
import umlaut.host.Syscall;

/**
 * Makes the first stub process what all others are copies of: nothing mapped but the stub, the vDSO and the service pages; no descriptor but the area
 * file's; a session of its own; signal handlers; and the filter. All by orders to its service thread.
 */
final class Zygote {
    private static final int CHDIR = 80;
    private static final int PR_SET_NO_NEW_PRIVS = 38, PR_SET_NAME = 15;
    private static final int RLIMIT_CORE = 4;
    private static final int[] FAULTS = {4, 5, 7, 8, 11}; // SIGILL SIGTRAP SIGBUS SIGFPE SIGSEGV
    private static final int SIGSYS = 31;
    private static final long TOP = 0x7fff_ffff_f000L;

    private record Mapping(long start, long end, String name) {}

    private Zygote() {}

    /** @return where the vDSO's ELF header is, 0 if the host has none */
    static long setUp(NativeAddressSpace zygote, StubImage image, ServiceSecret secret, int areaFd) {
        run(zygote, "descriptors", s -> s.add(Syscall.DUP3, areaFd, Layout.AREA_FD, 0x80000, 0, 0, 0));
        closeDescriptors(zygote);
        long vdso = moveVdso(zygote);
        run(zygote, "unmapping", s -> {
            s.add(Syscall.MUNMAP, 0, Layout.TEXT, 0, 0, 0, 0);
            long behind = Layout.REPLY + Layout.REPLY_SIZE;
            s.add(Syscall.MUNMAP, behind, TOP - behind, 0, 0, 0, 0);
        });
        int shared = Memory.MAP_FIXED | Memory.MAP_SHARED;
        run(
                zygote,
                "the table of paths",
                s -> s.add(
                        Syscall.MMAP,
                        Layout.PATHS,
                        PathTable.SIZE,
                        Memory.PROT_READ,
                        shared,
                        Layout.AREA_FD,
                        AreaFile.PATHS));
        run(zygote, "process attributes", s -> attributes(s, image));
        long filtered = zygote.setUp(s -> filter(s, StubFilters.assemble(image, secret)));
        zygote.setUp(s -> s.strings().fill((byte) 0)); // the filter knows the secret
        if (filtered < 0) {
            throw new EngineException(
                    (int) -filtered,
                    "programs cannot set seccomp filters on this host (" + message(filtered)
                            + "), and no guest runs without");
        }
        return vdso;
    }

    private static void run(NativeAddressSpace zygote, String what, java.util.function.Consumer<Service> batch) {
        long result = zygote.setUp(batch);
        if (result < 0) {
            throw new EngineException(
                    (int) -result, "cannot set up the stub process: " + what + ": " + message(result));
        }
    }

    private static String message(long result) {
        return Errno.of((int) -result).message();
    }

    private static void closeDescriptors(NativeAddressSpace zygote) {
        String[] numbers = new File("/proc/" + zygote.hostPid() + "/fd").list();
        List<Integer> open = new ArrayList<>();
        for (String n : numbers == null ? new String[0] : numbers) {
            if (Integer.parseInt(n) != Layout.AREA_FD) {
                open.add(Integer.parseInt(n));
            }
        }
        for (int i = 0; i < open.size(); i += ServicePages.MAX_ORDERS) {
            List<Integer> part = open.subList(i, Math.min(i + ServicePages.MAX_ORDERS, open.size()));
            run(zygote, "closing descriptors", s -> part.forEach(fd -> s.add(Syscall.CLOSE, fd, 0, 0, 0, 0, 0)));
        }
    }

    /** vvar and vDSO refer to each other by distance, so they move together. */
    private static long moveVdso(NativeAddressSpace zygote) {
        List<Mapping> special = new ArrayList<>();
        long vdso = 0;
        for (Mapping m : mappings(zygote.hostPid())) {
            if (m.name.startsWith("[vvar") || m.name.equals("[vdso]")) {
                special.add(m);
                vdso = m.name.equals("[vdso]") ? m.start : vdso;
            }
        }
        if (vdso == 0) {
            return 0;
        }
        special.sort(Comparator.comparingLong(Mapping::start));
        long from = special.getFirst().start;
        int flags = Memory.MREMAP_MAYMOVE | Memory.MREMAP_FIXED;
        run(zygote, "moving the vDSO", s -> {
            for (Mapping m : special) {
                long size = m.end - m.start;
                s.add(Syscall.MREMAP, m.start, size, size, flags, m.start - from + Layout.VDSO, 0);
            }
        });
        return vdso - from + Layout.VDSO;
    }

    private static List<Mapping> mappings(int pid) {
        List<Mapping> result = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/maps"))) {
                int dash = line.indexOf('-');
                int space = line.indexOf(' ');
                String name = line.substring(line.lastIndexOf(' ') + 1);
                result.add(new Mapping(
                        Long.parseUnsignedLong(line, 0, dash, 16),
                        Long.parseUnsignedLong(line, dash + 1, space, 16),
                        name));
            }
        } catch (IOException e) {
            throw new EngineException(5, "cannot read the stub process's memory map: " + e.getMessage());
        }
        return result;
    }

    /** seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, struct sock_fprog), the program standing behind that. */
    private static void filter(Service s, byte[] program) {
        long address = Layout.ORDERS + ServicePages.STRINGS;
        s.strings().set(Layouts.LONG, 0, program.length / 8);
        s.strings().set(Layouts.LONG, 8, address + 16);
        MemorySegment.copy(program, 0, s.strings(), Layouts.BYTE, 16, program.length);
        s.add(Syscall.SECCOMP, 1, 4, address, 0, 0, 0);
    }

    private static void attributes(Service s, StubImage image) {
        long root = s.string(0, "/");
        long name = s.string(16, "umlaut-guest");
        s.strings().set(Layouts.LONG, 64, 0); // struct rlimit
        s.strings().set(Layouts.LONG, 72, 0);
        s.add(true, CHDIR, root, 0, 0, 0, 0, 0);
        s.add(true, Syscall.SETSID, 0, 0, 0, 0, 0, 0);
        s.add(true, Syscall.PRLIMIT64, 0, RLIMIT_CORE, root + 64, 0, 0, 0);
        s.add(true, Syscall.PRCTL, PR_SET_NAME, name, 0, 0, 0, 0);
        s.add(Syscall.PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0);
        s.add(Syscall.RT_SIGPROCMASK, 2, image.allSignals, 0, 8, 0, 0);
        for (int signal : FAULTS) {
            s.add(Syscall.RT_SIGACTION, signal, image.faultAction, 0, 8, 0, 0);
        }
        s.add(Syscall.RT_SIGACTION, SIGSYS, image.systemCallAction, 0, 8, 0, 0);
        s.add(Syscall.RT_SIGACTION, Layout.INTERRUPT_SIGNAL, image.interruptAction, 0, 8, 0, 0);
        s.add(Syscall.GETPPID, 0, 0, 0, 0, 0, 0);
        s.add(Syscall.PRCTL, 1, Processes.SIGKILL, 0, 0, 0, 0);
    }
}
