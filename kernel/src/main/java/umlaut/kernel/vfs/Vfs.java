package umlaut.kernel.vfs;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import umlaut.kernel.Kernel;

/** A kernel's file system layer: known file system types, devices, and the mount tree. */
public final class Vfs {
    public final Kernel kernel;
    private final Map<String, FileSystemType> types = new ConcurrentHashMap<>();

    public Vfs(Kernel kernel) {
        this.kernel = kernel;
    }

    public void register(FileSystemType type) {
        types.put(type.name(), type);
    }
}
