package umlaut.host;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The one way to the host: every host system call goes through {@link #call}. There is exactly one downcall shape, seven longs to a
 * long, because each further shape costs tens of milliseconds at start. It runs a few bytes of machine code that shuffle the registers,
 * execute {@code syscall} and return what the kernel returned, so that errors arrive as -errno (-1 to -4095) and no errno is needed.
 *
 * <p>The downcall is not {@code critical}: a thread that sleeps in the host never holds up a garbage collection. See syscall(2).
 */
public final class HostCalls {
    private static final MethodHandle INVOKE;
    private static final MemorySegment SYSCALL;
    private static final MemorySegment POLL;
    private static final int POLL_OFFSET = 64;

    // spotless:off
    private static final byte[] CODE = {
        0x48, (byte) 0x89, (byte) 0xf8, // mov %rdi,%rax
        0x48, (byte) 0x89, (byte) 0xf7, // mov %rsi,%rdi
        0x48, (byte) 0x89, (byte) 0xd6, // mov %rdx,%rsi
        0x48, (byte) 0x89, (byte) 0xca, // mov %rcx,%rdx
        0x4d, (byte) 0x89, (byte) 0xc2, // mov %r8,%r10
        0x4d, (byte) 0x89, (byte) 0xc8, // mov %r9,%r8
        0x4c, (byte) 0x8b, 0x4c, 0x24, 0x08, // mov 8(%rsp),%r9
        0x0f, 0x05, // syscall
        (byte) 0xc3, // ret
    };

    /** Behind {@link #CODE}: looks at a word until some bits of it have a value, but not for ever. */
    private static final byte[] POLL_CODE = {
        (byte) 0x8b, 0x07, // again: mov (%rdi),%eax
        0x41, (byte) 0x89, (byte) 0xc0, // mov %eax,%r8d
        0x41, 0x21, (byte) 0xf0, // and %esi,%r8d
        0x41, 0x39, (byte) 0xd0, // cmp %edx,%r8d
        0x74, 0x06, // je done
        (byte) 0xf3, (byte) 0x90, // pause
        (byte) 0xff, (byte) 0xc9, // dec %ecx
        0x75, (byte) 0xed, // jnz again
        (byte) 0xc3, // done: ret
    };
    // spotless:on

    static {
        Linker linker = Linker.nativeLinker();
        ValueLayout.OfLong l = ValueLayout.JAVA_LONG;
        INVOKE = linker.downcallHandle(FunctionDescriptor.of(l, l, l, l, l, l, l, l));
        // The C library's syscall(3) has the same shape; it is good enough to make room for our own code.
        MemorySegment libc = linker.defaultLookup().find("syscall").orElseThrow();
        long page = invoke(libc, Syscall.MMAP, 0, 4096, Memory.PROT_READ | Memory.PROT_WRITE, 0x22, -1, 0);
        if (page == -1) {
            throw new IllegalStateException("the host refuses even one page of memory");
        }
        MemorySegment code = MemorySegment.ofAddress(page).reinterpret(4096);
        MemorySegment.copy(CODE, 0, code, ValueLayout.JAVA_BYTE, 0, CODE.length);
        MemorySegment.copy(POLL_CODE, 0, code, ValueLayout.JAVA_BYTE, POLL_OFFSET, POLL_CODE.length);
        if (invoke(libc, Syscall.MPROTECT, page, 4096, Memory.PROT_READ | Memory.PROT_EXEC, 0, 0, 0) != 0) {
            throw new IllegalStateException("the host allows no executable memory (SELinux execmem?)");
        }
        SYSCALL = code.reinterpret(Arena.global(), null);
        POLL = code.asSlice(POLL_OFFSET).reinterpret(Arena.global(), null);
    }

    private HostCalls() {}

    /** Makes host system call {@code nr}. @return its result, or -errno */
    public static long call(long nr, long a, long b, long c, long d, long e, long f) {
        try {
            return (long) INVOKE.invokeExact(SYSCALL, nr, a, b, c, d, e, f);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    public static long call(long nr) {
        return call(nr, 0, 0, 0, 0, 0, 0);
    }

    public static long call(long nr, long a) {
        return call(nr, a, 0, 0, 0, 0, 0);
    }

    public static long call(long nr, long a, long b) {
        return call(nr, a, b, 0, 0, 0, 0);
    }

    public static long call(long nr, long a, long b, long c) {
        return call(nr, a, b, c, 0, 0, 0);
    }

    public static long call(long nr, long a, long b, long c, long d) {
        return call(nr, a, b, c, d, 0, 0);
    }

    public static long call(long nr, long a, long b, long c, long d, long e) {
        return call(nr, a, b, c, d, e, 0);
    }

    /**
     * Looks at a word of memory, some {@code rounds} times, until {@code (word & mask) == value}. A loop of Java would take a hundred times as long while it is
     * interpreted.
     *
     * @return the word as last seen
     */
    public static int poll(MemorySegment memory, long offset, int mask, int value, int rounds) {
        try {
            return (int) (long) INVOKE.invokeExact(
                    POLL, memory.address() + offset, (long) mask, (long) value, (long) rounds, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Calls a C function of up to seven integer or pointer arguments. @return its result; an int result is sign-garbage above bit 31 */
    public static long invoke(MemorySegment function, long a, long b, long c, long d, long e, long f, long g) {
        try {
            return (long) INVOKE.invokeExact(function, a, b, c, d, e, f, g);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Address of a function of the C library that the JVM itself uses. */
    public static MemorySegment function(String name) {
        return findFunction(name).orElseThrow();
    }

    /** The same, where not every C library has it. */
    static Optional<MemorySegment> findFunction(String name) {
        return Linker.nativeLinker().defaultLookup().find(name);
    }

    /** Makes machine code callable by {@link #invoke}; it stays for good. @throws HostException when the host refuses */
    public static MemorySegment load(byte[] code) {
        long size = (code.length + 4095) & -4096L;
        int flags = Memory.MAP_PRIVATE | Memory.MAP_ANONYMOUS;
        long address =
                HostException.check("mmap", Memory.mmap(0, size, Memory.PROT_READ | Memory.PROT_WRITE, flags, -1, 0));
        MemorySegment segment = MemorySegment.ofAddress(address).reinterpret(size);
        MemorySegment.copy(code, 0, segment, ValueLayout.JAVA_BYTE, 0, code.length);
        HostException.check("mprotect", Memory.mprotect(address, size, Memory.PROT_READ | Memory.PROT_EXEC));
        return segment;
    }

    /** Whether a result of {@link #call} is an error. */
    public static boolean isError(long result) {
        return result < 0 && result >= -4095;
    }
}
