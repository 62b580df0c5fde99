package umlaut.engine.scripted;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import umlaut.engine.AddressSpace;
import umlaut.engine.CpuFeatures;
import umlaut.engine.Engine;

/**
 * Makes address spaces of Java memory. Programs are registered under an address: a thread whose RIP is set there by the kernel (execve, a signal handler) runs that
 * program.
 */
public final class ScriptedEngine implements Engine {
    public static final long TASK_SIZE = 0x7ffd_0000_0000L;
    /** RIP of a program that has just made a system call. */
    static final long BEHIND_SYSCALL = 0x1002;

    private static final int XSAVE_SIZE = 832;

    private final Map<Long, Program> programs = new ConcurrentHashMap<>();
    private final HostFiles files;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /** How {@link AddressSpace#mapFile} gets at the bytes of a descriptor. */
    @FunctionalInterface
    public interface HostFiles {
        /** The bytes of a file from {@code offset} on, at least {@code length}, or as many as there are. */
        java.lang.foreign.MemorySegment bytes(int hostFd, long offset, long length);
    }

    public ScriptedEngine(HostFiles files) {
        this.files = files;
    }

    /** What runs when a thread comes to {@code address}. */
    public void register(long address, Program program) {
        programs.put(address, program);
    }

    /** A program threw; it exits with 99. */
    void failed(Throwable cause) {
        failure.compareAndSet(null, cause);
    }

    /** What the first program that threw threw, for its test to show. */
    public @Nullable Throwable failure() {
        return failure.get();
    }

    @Nullable Program program(long address) {
        return programs.get(address);
    }

    HostFiles files() {
        return files;
    }

    @Override
    public AddressSpace newAddressSpace() {
        return new ScriptedSpace(this);
    }

    @Override
    public long taskSize() {
        return TASK_SIZE;
    }

    @Override
    public CpuFeatures cpu() {
        return new CpuFeatures(0, 0, 2048, XSAVE_SIZE, 7, 0, 1);
    }

    @Override
    public void close() {}
}
