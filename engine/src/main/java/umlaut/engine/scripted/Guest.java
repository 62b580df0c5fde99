package umlaut.engine.scripted;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import umlaut.engine.Reg;
import umlaut.engine.Trap;

/** What a {@link Program} can do: make system calls, touch its memory, fault, fork with a continuation, name its signal handlers. */
public final class Guest {
    private static final int RT_SIGRETURN = 15;
    private static final int[] ARGUMENTS = {Reg.RDI, Reg.RSI, Reg.RDX, Reg.R10, Reg.R8, Reg.R9};

    private final ScriptedThread thread;
    private final Set<Long> handlers = new HashSet<>();

    Guest(ScriptedThread thread) {
        this.thread = thread;
    }

    /** @return RAX: a result or -errno */
    public long syscall(long nr, long... args) {
        do {
            thread.setReg(Reg.RAX, nr);
            for (int i = 0; i < args.length; i++) {
                thread.setReg(ARGUMENTS[i], args[i]);
            }
            thread.setReg(Reg.RIP, ScriptedEngine.BEHIND_SYSCALL);
            thread.setReg(Reg.RCX, ScriptedEngine.BEHIND_SYSCALL);
            thread.trap(Trap.SYSCALL);
            // RIP two bytes back: the kernel wants the call made again.
        } while (thread.reg(Reg.RIP) == ScriptedEngine.BEHIND_SYSCALL - 2);
        return thread.reg(Reg.RAX);
    }

    /** fork, vfork or clone: the child runs {@code child} instead of coming back from here. */
    public long syscallWithChild(Program child, long nr, long... args) {
        thread.childProgram = child;
        try {
            return syscall(nr, args);
        } finally {
            thread.childProgram = null;
        }
    }

    /** Declares that {@code address}, where a program is registered, is a signal handler: when it returns, rt_sigreturn is called. */
    public void handlerAt(long address) {
        handlers.add(address);
    }

    boolean isHandler(long address) {
        return handlers.contains(address);
    }

    void sigreturn() {
        // The handler's ret has popped the restorer's address off the frame.
        thread.setReg(Reg.RSP, thread.reg(Reg.RSP) + 8);
        thread.setReg(Reg.RAX, RT_SIGRETURN);
        thread.trap(Trap.SYSCALL);
    }

    /** A CPU exception as the host would report it. */
    public void fault(int signal, int code, long address) {
        thread.setFault(signal, code, address);
        thread.trap(Trap.FAULT);
    }

    public long reg(int index) {
        return thread.reg(index);
    }

    // --- memory; access errors fail the test, like a crash of the program ---

    public byte[] peek(long address, int length) {
        byte[] out = new byte[length];
        require(thread.read(address, MemorySegment.ofArray(out), 0, length) == length, address);
        return out;
    }

    public void poke(long address, byte... bytes) {
        require(thread.write(address, MemorySegment.ofArray(bytes), 0, bytes.length) == bytes.length, address);
    }

    public void pokeString(long address, String text) {
        poke(address, (text + "\0").getBytes(StandardCharsets.ISO_8859_1));
    }

    public long peekLong(long address) {
        return MemorySegment.ofArray(peek(address, 8)).get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
    }

    public int peekInt(long address) {
        return MemorySegment.ofArray(peek(address, 4)).get(ValueLayout.JAVA_INT_UNALIGNED, 0);
    }

    public void pokeLong(long address, long value) {
        byte[] out = new byte[8];
        MemorySegment.ofArray(out).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, value);
        poke(address, out);
    }

    private static void require(boolean ok, long address) {
        if (!ok) {
            throw new AssertionError("the program would crash at 0x" + Long.toHexString(address));
        }
    }
}
