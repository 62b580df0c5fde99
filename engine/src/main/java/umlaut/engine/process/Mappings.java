package umlaut.engine.process;

import org.jspecify.annotations.Nullable;
import umlaut.engine.AddressSpace;
import umlaut.engine.patch.PatchedText;
import umlaut.host.Memory;
import umlaut.host.Syscall;

/**
 * What a stub process has mapped, and how its service thread maps files: which it has open, which program texts stand there, patched or not. Not thread-safe: its address
 * space's lock guards it. Orders are added to the batch of the service thread; running them is the address space's affair.
 */
final class Mappings {
    private final NativeEngine engine;
    private final Service service;
    private final FdCache files;
    private final Ranges mapped;
    /** Read by all without the lock. */
    final Texts texts;

    Mappings(NativeEngine engine, Service service) {
        this.engine = engine;
        this.service = service;
        files = new FdCache();
        mapped = new Ranges();
        texts = new Texts();
    }

    /** Those of a process that is a fork of {@code parent}'s. */
    Mappings(Mappings parent, Service service) {
        this.engine = parent.engine;
        this.service = service;
        files = new FdCache(parent.files);
        mapped = new Ranges(parent.mapped);
        texts = new Texts(parent.texts);
    }

    private int open(int hostFd, boolean writable) {
        return files.open(service, hostFd, writable, engine);
    }

    /** Adds the mapping of a window. @return as {@link #mapFile} */
    int mapWindow(long address, long length, int hostFd, long hostOffset) {
        int file = open(hostFd, false);
        if (file >= 0) {
            int flags = Memory.MAP_FIXED | Memory.MAP_SHARED;
            service.add(Syscall.MMAP, address, length, AddressSpace.READ, flags, FdCache.number(file), hostOffset);
            service.add(Syscall.MADVISE, address, length, Memory.MADV_DONTFORK, 0, 0, 0);
        }
        return file;
    }

    /** Adds the opening of a file that processes are to inherit. @return its slot, or -1 */
    int inherit(int hostFd) {
        return open(hostFd, false);
    }

    /** The batch with a slot's mapping has failed: perhaps the file could not be opened. */
    void forget(int file) {
        files.forget(file);
    }

    /** Adds a mapping of a host file. @return the file's slot, or -1 if {@code hostFd} is no open file */
    int mapFile(long address, long length, int access, boolean shared, int hostFd, long hostOffset) {
        int prot = access & (AddressSpace.READ | AddressSpace.WRITE | AddressSpace.EXEC);
        if ((prot & (AddressSpace.EXEC | AddressSpace.WRITE)) == AddressSpace.EXEC && !shared) {
            return mapText(address, length, prot, hostFd, hostOffset);
        }
        boolean writable = shared && (access & (AddressSpace.WRITE | AddressSpace.MAY_WRITE)) != 0;
        int flags = Memory.MAP_FIXED | (shared ? Memory.MAP_SHARED : Memory.MAP_PRIVATE);
        int file = open(hostFd, writable);
        if (file >= 0) {
            service.add(Syscall.MMAP, address, length, prot, flags, FdCache.number(file), hostOffset);
        }
        return file;
    }

    /** Program text: a patched copy with its island, if there is one, or the file itself. */
    private int mapText(long address, long length, int prot, int hostFd, long hostOffset) {
        long rounded = length + 4095 & -4096;
        long distance = texts.original ? 0 : Texts.distance(address, rounded, mapped);
        TextPatcher.Entry entry = distance == 0 ? null : engine.patcher.find(hostFd, hostOffset, rounded, distance);
        PatchedText patched = entry == null ? null : entry.patched();
        if (entry != null) {
            texts.add(new Texts.Text(address, address + rounded, entry, prot, patched));
        }
        if (entry != null && patched != null) {
            return mapPatched(address, prot, entry, patched);
        }
        int file = open(hostFd, false);
        if (file >= 0) {
            int flags = Memory.MAP_FIXED | Memory.MAP_PRIVATE;
            service.add(Syscall.MMAP, address, length, prot, flags, FdCache.number(file), hostOffset);
        }
        return file;
    }

    private int mapPatched(long address, int prot, TextPatcher.Entry entry, PatchedText patched) {
        int file = open(entry.fd(), false);
        if (file >= 0) {
            int number = FdCache.number(file);
            int length = patched.textLength();
            int flags = Memory.MAP_FIXED | Memory.MAP_PRIVATE;
            int islandProt = AddressSpace.READ | AddressSpace.EXEC;
            service.add(Syscall.MMAP, address, length, prot, flags, number, 0);
            service.add(
                    Syscall.MMAP, address + entry.distance, patched.islandLength(), islandProt, flags, number, length);
        }
        return file;
    }

    /** Whether a text may take its patched copy's shape: nothing stands where the island goes. */
    boolean hasRoom(Texts.Text text, PatchedText patched) {
        return mapped.isFree(text.island(), text.island() + patched.islandLength());
    }

    /** Adds the mapping of a text's patched copy in its place. @return as {@link #mapFile} */
    int exchange(Texts.Text text, PatchedText patched) {
        return mapPatched(text.start, text.prot, text.entry, patched);
    }

    /** Adds the mapping of the file's own bytes in the place of a text's patched copy. @return as {@link #mapFile} */
    int restore(Texts.Text text) {
        int file = open(engine.patcher.original(text.entry), false);
        if (file >= 0) {
            // A mapping changes whole pages at once, so threads may be running in the text.
            int flags = Memory.MAP_FIXED | Memory.MAP_PRIVATE;
            long length = text.end - text.start;
            service.add(Syscall.MMAP, text.start, length, text.prot, flags, FdCache.number(file), 0);
        }
        return file;
    }

    /** Something is to be mapped. @return a patched text whose island it covers, and which has its own bytes back; call again until null */
    Texts.@Nullable Text noteMapped(int pid, long from, long to) {
        Texts.Text covered = texts.coveredIsland(from, to);
        if (covered == null) {
            mapped.add(from, to);
            return null;
        }
        texts.remove(covered);
        if (!covered.restored) {
            RemoteMemory.restore(pid, covered);
        }
        return covered;
    }

    /** Something goes. @return a patched text that went with it and whose island is to be unmapped; call again until null */
    Texts.@Nullable Text noteUnmapped(long from, long to) {
        mapped.remove(from, to);
        Texts.Text text;
        while ((text = texts.within(from, to)) != null) {
            texts.remove(text);
            if (text.patched != null) {
                return text;
            }
        }
        return null;
    }
}
