package umlaut.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Signals sent to the JVM from outside, as numbers to be read by a Java thread. The handler is a few bytes of machine code that write the
 * signal's number into a pipe and nothing else: it works on whatever thread the host picks, and replaces the JVM's own handlers for the
 * signals named (rt_sigaction(2) made directly, so the JVM does not know). See signal-safety(7).
 */
public final class SignalCatcher {
    private static final int SA_RESTORER = 0x04000000, SA_ONSTACK = 0x08000000, SA_RESTART = 0x10000000;
    private static final int SIGACTION_BYTES = 32;
    private static final int PIPE2 = 293;

    // spotless:off
    private static final byte[] CODE = {
        0x57, // push %rdi: the number, as the one byte to write
        (byte) 0xb8, 1, 0, 0, 0, // mov $1,%eax (write)
        (byte) 0xbf, 0, 0, 0, 0, // mov $fd,%edi
        0x48, (byte) 0x89, (byte) 0xe6, // mov %rsp,%rsi
        (byte) 0xba, 1, 0, 0, 0, // mov $1,%edx
        0x0f, 0x05, // syscall; a full pipe loses the signal, as Linux would merge it
        0x5f, // pop %rdi
        (byte) 0xc3, // ret, to:
        (byte) 0xb8, 15, 0, 0, 0, // mov $15,%eax (rt_sigreturn)
        0x0f, 0x05, // syscall
    };
    // spotless:on
    private static final int FD_AT = 7, RESTORER_AT = 23;

    private final int readFd;
    private final MemorySegment one = Arena.global().allocate(8);

    private SignalCatcher(int readFd) {
        this.readFd = readFd;
    }

    /** Catches these signals from now on, for the life of the process. @throws HostException when the host refuses */
    public static SignalCatcher install(List<Integer> signals) {
        MemorySegment room = Scratch.room();
        HostException.check("pipe2", HostCalls.call(PIPE2, room.address(), Files.O_CLOEXEC));
        int readFd = room.get(Layouts.INT, 0);
        int writeFd = room.get(Layouts.INT, 4);
        // Only the writing end: a handler must never sleep, the reading thread wants to.
        Files.fcntl(writeFd, 4, Files.O_NONBLOCK);
        long page = HostException.check(
                "mmap",
                Memory.mmap(
                        0,
                        4096,
                        Memory.PROT_READ | Memory.PROT_WRITE,
                        Memory.MAP_PRIVATE | Memory.MAP_ANONYMOUS,
                        -1,
                        0));
        MemorySegment code = MemorySegment.ofAddress(page).reinterpret(4096);
        MemorySegment.copy(CODE, 0, code, Layouts.BYTE, 0, CODE.length);
        code.set(Layouts.INT, FD_AT, writeFd);
        HostException.check("mprotect", Memory.mprotect(page, 4096, Memory.PROT_READ | Memory.PROT_EXEC));
        for (int signo : signals) {
            MemorySegment action = Scratch.room();
            action.asSlice(0, SIGACTION_BYTES).fill((byte) 0);
            action.set(Layouts.LONG, 0, page);
            action.set(Layouts.LONG, 8, SA_RESTORER | SA_ONSTACK | SA_RESTART);
            action.set(Layouts.LONG, 16, page + RESTORER_AT);
            HostException.check("rt_sigaction", HostCalls.call(Syscall.RT_SIGACTION, signo, action.address(), 0, 8));
        }
        return new SignalCatcher(readFd);
    }

    /** Waits for the next signal. @return its number */
    public int next() {
        while (true) {
            long n = Files.read(readFd, one, 0, 1);
            if (n == 1) {
                return one.get(Layouts.BYTE, 0) & 0xff;
            }
        }
    }
}
